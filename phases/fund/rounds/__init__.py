"""Rounds and who took part in them."""
