"""Archives of fiscal documents: those older than a quarter move to object storage."""
