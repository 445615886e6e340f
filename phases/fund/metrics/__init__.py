"""Figures of a fund: labels, values beside them, tables of many funds, roll-forwards."""
