"""A homeowner in a browser, before a real Home Assistant."""
