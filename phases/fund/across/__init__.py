"""Reports of one fund, compared."""
