"""The engine: models behind the Wyoming protocol. Knows nothing of Home Assistant."""
