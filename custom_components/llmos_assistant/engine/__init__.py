"""The engine: speech and language models behind the Wyoming protocol. Knows nothing of Home Assistant."""
