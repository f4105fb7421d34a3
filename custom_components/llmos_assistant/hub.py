"""What this hub is, and what of the engine it can carry. Reads files and blocks: use an executor."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from .engine import store

ENGINE_MEMORY = 500_000_000
CHAT_MODEL = store.QWEN25_CODER_1_5B
CHAT_CORES = 4  # with fewer an answer takes longer than people wait
_LIGHT = 1_000_000_000  # bytes; what a word takes grows with them: two cores are enough for less

# Where a chat model is worth it beyond doubt, although only a trial tells how fast it is. Four cores
# at most compute an answer, so of eight as many stay free. Two cores of a server write twice as fast
# as people talk, so these four may be a quarter as fast. Of free memory and disk, half stays free.
_STRONG_CORES = 8
_SPARE = 2

_CPU_INFO = Path("/proc/cpuinfo")
_MEMORY_INFO = Path("/proc/meminfo")
_BOARD = Path("/proc/device-tree/model")


@dataclass(frozen=True)
class Hub:
    """The machine that Home Assistant runs on. Sizes in bytes."""

    cpu: str
    cores: int
    memory_total: int
    memory_available: int
    disk_free: int  # where models go

    @property
    def has_memory(self) -> bool:
        """Whether the engine fits into what is free now."""
        return self.memory_available >= ENGINE_MEMORY

    def chat_obstacle(self, model: store.Model, space: int) -> str | None:
        """What this hub has too little of for a chat model: `memory`, `disk` or `cores`.

        `space` is what the model takes on the disk until it is ready, beside what is there of it.
        """
        if self.memory_available < ENGINE_MEMORY + model.memory:
            return "memory"
        if self.disk_free < space:
            return "disk"
        if self.cores < CHAT_CORES and model.memory >= _LIGHT:
            return "cores"
        return None

    def is_strong_for(self, model: store.Model, space: int) -> bool:
        """Whether a chat model is worth it here beyond doubt, even to who did not ask for one."""
        return (
            self.cores >= _STRONG_CORES
            and self.memory_available >= _SPARE * (ENGINE_MEMORY + model.memory)
            and self.disk_free >= _SPARE * space
        )


def read_hub(models: Path) -> Hub:
    """The machine as it is now, with its disk where the folder `models` is or will be."""
    total, available = _memory()
    return Hub(
        cpu=_cpu(),
        cores=os.process_cpu_count() or 1,
        memory_total=total,
        memory_available=available,
        disk_free=disk_free(models),
    )


def disk_free(folder: Path) -> int:
    """Free bytes where `folder` is or will be."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(existing).free


def _cpu() -> str:
    """The processor or the board it is on, by its name; its architecture if it has none."""
    names = (_field(_CPU_INFO, "model name"), _field(_CPU_INFO, "Model"), _text(_BOARD).strip("\0"))
    return next(filter(None, names), platform.machine())


def _memory() -> tuple[int, int]:
    """Total and available memory. Linux tells both, other systems the first."""
    try:
        total, available = (
            int(_field(_MEMORY_INFO, key).split()[0]) * 1024 for key in ("MemTotal", "MemAvailable")
        )
    except IndexError:
        total = available = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return total, available


def _field(path: Path, key: str) -> str:
    """The first value of `key` in a file of `key: value` lines, "" if there is none."""
    for line in _text(path).splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return ""


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""
