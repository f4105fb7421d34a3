"""How fast what ships is, beside the best that there is."""
