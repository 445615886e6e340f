"""Rows, columns and headers, from where the words stand."""
