"""What was heard already: a run that was stopped goes on where it was, and one model is heard once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from .engines import Engine, Heard


class Record:
    """A file to which every transcript is added as soon as it is there.

    Args:
        file: the record; made if it is not there.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        written = file.read_text("utf-8") if file.exists() else ""
        whole = written[: written.rfind("\n") + 1]
        if whole != written:  # the run was stopped while it wrote a line
            file.write_text(whole, "utf-8")
        rows = map(json.loads, whole.splitlines())
        self._heard = {row.pop("key"): Heard(**row) for row in rows}

    def __len__(self) -> int:
        """How many transcripts there are."""
        return len(self._heard)

    def hear(
        self, engine: Engine, pcm: bytes, names: Sequence[str] = (), *, live: bool = False
    ) -> Heard:
        """What the engine makes of the audio, or made of it in an earlier run."""
        key = _key(engine, pcm, names, live)
        if key not in self._heard:
            heard = self._heard[key] = engine.hear(pcm, names, live=live)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({**asdict(heard), "key": key}) + "\n")
        return self._heard[key]

    def memory(self, engine: Engine) -> int:
        """The most bytes that the engine was seen to take."""
        return max(
            heard.memory for heard in self._heard.values() if heard.engine == engine.identity
        )


def _key(engine: Engine, pcm: bytes, names: Sequence[str], live: bool) -> str:
    """Of all that a transcript, and how long it takes, depends on."""
    said = json.dumps([engine.identity, list(names), live])
    return hashlib.sha256(said.encode() + pcm).hexdigest()
