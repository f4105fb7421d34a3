"""A home of home.yaml in a real Home Assistant, with things that live in memory."""

from .clock import Clock
from .house import House, Snapshot, Timer, open_house

__all__ = ["Clock", "House", "Snapshot", "Timer", "open_house"]
