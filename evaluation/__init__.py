"""How well the assistant understands: every measure, ours beside Home Assistant's own agent."""
