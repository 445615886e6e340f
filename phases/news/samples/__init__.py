"""A small news site of the project's own: invented outlets, own words, real and public events. See `site`."""
