"""The demo: a real Home Assistant with a home in it, spoken to through recordings."""
