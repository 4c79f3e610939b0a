"""How an organisation becomes a participant: the statement and its signature."""
