"""Formats of the exchange documents; pure functions between dataclasses and bytes."""
