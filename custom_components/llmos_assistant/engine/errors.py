"""What goes wrong in the engine."""

from __future__ import annotations


class RequestError(Exception):
    """A request that cannot be served. Its text is for the person who asked."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code
