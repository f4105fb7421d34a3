"""A home of home.yaml in a real Home Assistant, with things that live in memory."""

from .building import ASSISTANT, open_house
from .clock import Clock
from .house import House, Snapshot, Timer

__all__ = ["ASSISTANT", "Clock", "House", "Snapshot", "Timer", "open_house"]
