"""The page: the web chat at `/`."""
