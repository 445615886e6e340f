"""Three fund statements of the project's own: invented funds and figures, one that does not tie. See `draw_samples`."""
