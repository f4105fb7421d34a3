"""How much memory a process occupies, and giving back what it needs no more."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path


def resident_memory(pid: int | None = None) -> int | None:
    """Resident set size in bytes, of this process by default, from Linux's /proc; None elsewhere."""
    try:
        pages = int(Path(f"/proc/{pid or 'self'}/statm").read_text("ascii").split()[1])
    except OSError, ValueError, IndexError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def give_back_memory() -> None:
    """Return freed memory to the system, as far as this C library can: glibc keeps it for itself."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
