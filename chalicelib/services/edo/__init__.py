"""«Платформа ЭДО»: an operator's service for the exchange of electronic documents."""
