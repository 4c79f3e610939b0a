"""Documents as they are kept, listed and downloaded."""
