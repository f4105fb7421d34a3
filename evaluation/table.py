"""The table of all measures: its rows, its Markdown, and where the Markdown goes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_BEGIN, _END = "<!-- evaluation -->", "<!-- /evaluation -->"
_HEAD = ("| | LLMOS Assistant | Home Assistant |", "| --- | ---: | ---: |")


@dataclass(frozen=True)
class Row:
    """A measure: ours, and Home Assistant's own agent's where it has one. Shares are from 0 to 1."""

    what: str
    ours: float
    theirs: float | None = None
    unit: str = "%"

    def markdown(self) -> str:
        """The row of a table."""
        return f"| {self.what} | {self._cell(self.ours)} | {self._cell(self.theirs)} |"

    def _cell(self, value: float | None) -> str:
        if value is None:
            return ""
        return f"{value * 100:.1f} %" if self.unit == "%" else f"{value:.1f} {self.unit}".rstrip()


@dataclass
class Evaluation:
    """What all measures gave: the table's rows, all numbers, and lines that tell more."""

    rows: list[Row] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def table(self) -> list[str]:
        """The lines of a Markdown table."""
        return [*_HEAD, *(row.markdown() for row in self.rows)]

    def numbers(self) -> dict[str, Any]:
        """Everything as JSON's types."""
        return {
            "table": [asdict(row) for row in self.rows],
            "left_out": self.left_out,
            **self.more,
        }


def write_table(lines: Sequence[str], *files: Path) -> None:
    """Put the table between the markers of these files. A file without markers is told of."""
    for file in files:
        text = file.read_text("utf-8")
        before, begin, rest = text.partition(_BEGIN)
        _, end, after = rest.partition(_END)
        if not begin or not end:
            print(f"{file} has no {_BEGIN} … {_END}: not written", file=sys.stderr)
            continue
        table = "\n".join(lines)
        file.write_text(f"{before}{begin}\n{table}\n{end}{after}", "utf-8")


def side_by_side(title: str, counts: dict[str, tuple[int, ...]]) -> Iterator[str]:
    """Lines: of each kind how many, then how many were right, ours and theirs, of each measure."""
    yield f"\n{title}"
    for kind, (total, *right) in sorted(counts.items()):
        yield f"{kind:32}{total:6}" + "".join(f"{number:8}" for number in right)
