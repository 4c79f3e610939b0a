"""The electronic documents of the exchange: pure, data in, bytes out."""
