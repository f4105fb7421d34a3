"""Which names of a home to tell Whisper before it listens closely.

A prompt makes its words likelier: nothing else helps accuracy as much. But only 223 tokens fit, every
token costs time, and a word that is like nothing said can only be heard wrongly. So a first, quick
transcript chooses: the names that are spelled like a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

MAX_TOKENS = 120  # of a prompt


def choose(names: Sequence[str], transcript: str, count_tokens: Callable[[str], int]) -> str:
    """A prompt of those of `names` that are most like a part of `transcript`, the likest last.

    A name whose words are all in likelier ones is left out. `count_tokens` tells how long a text is.
    """
    if not _letters(transcript):
        return ""
    # Of two names that are equally like it, the longer one says more.
    longest_first = sorted(names, key=len, reverse=True)
    likest_first = process.extract(
        transcript, longest_first, scorer=fuzz.partial_ratio, processor=_letters, limit=None
    )
    chosen: list[str] = []
    words: set[str] = set()
    tokens = 0
    for name, _, _ in likest_first:
        if words.issuperset(name.lower().split()):
            continue
        tokens += count_tokens(f" {name},")
        if tokens > MAX_TOKENS:
            break
        chosen.append(name)
        words.update(name.lower().split())
    return ", ".join(reversed(chosen))


def _letters(text: str) -> str:
    """The letters and digits alone: where words end is not always heard."""
    return re.sub(r"[\W_]", "", text.lower())
