"""What the hub is: read from this machine, and from files as other machines have them."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from unittest.mock import patch

import pytest

from custom_components.llmos_assistant import hub
from custom_components.llmos_assistant.engine.model_files import in_words

_PI = (
    "processor\t: 0\nBogoMIPS\t: 108.00\n\nRevision\t: d04170\nModel\t\t: Raspberry Pi 5 Rev 1.0\n"
)
_PC = "processor\t: 0\nmodel name\t: Intel(R) N100\n\nprocessor\t: 1\nmodel name\t: Intel(R) N100\n"


def test_this_machine(tmp_path: Path) -> None:
    here = hub.read_hub(tmp_path / "not" / "there" / "yet")

    assert here.cores == os.process_cpu_count()
    assert 0 < here.memory_available < here.memory_total
    assert here.memory_total <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert here.disk_free == pytest.approx(hub.disk_free(tmp_path), rel=0.1)
    assert here.cpu


@pytest.mark.parametrize(
    ("cpu_info", "board", "name"),
    [
        (_PC, "", "Intel(R) N100"),
        (_PI, "", "Raspberry Pi 5 Rev 1.0"),
        ("processor\t: 0\n", "ODROID-N2Plus\0", "ODROID-N2Plus"),
        ("", "", platform.machine()),
    ],
)
def test_the_processor_or_the_board_has_a_name(
    tmp_path: Path, cpu_info: str, board: str, name: str
) -> None:
    (tmp_path / "cpuinfo").write_text(cpu_info)
    (tmp_path / "model").write_text(board)
    with (
        patch.object(hub, "_CPU_INFO", tmp_path / "cpuinfo"),
        patch.object(hub, "_BOARD", tmp_path / "model"),
    ):
        assert hub.read_hub(tmp_path).cpu == name


def test_memory_where_there_is_no_linux_to_ask(tmp_path: Path) -> None:
    with patch.object(hub, "_MEMORY_INFO", tmp_path / "nothing"):
        here = hub.read_hub(tmp_path)

    assert here.memory_available == here.memory_total > 0


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 MB"),
        (2_560_000, "3 MB"),
        (78_200_000, "78 MB"),
        (211_000_000, "210 MB"),
        (994_000_000, "990 MB"),
        (996_000_000, "1 GB"),
        (1_849_000_000, "1.8 GB"),
        (65_390_000_000, "65 GB"),
        (1_234_000_000_000, "1200 GB"),
    ],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert in_words(size) == words
