"""Packages of outgoing documents: the catalogue, purchases, and the licences that they give."""
