"""Positions of a fund: schedules, cards, totals."""
