"""Nomenclature: the items of a client's receipts and the items of 1C that they match."""
