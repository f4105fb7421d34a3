"""Which names of a home to tell Whisper before it listens closely.

A prompt makes its words likelier: nothing else helps accuracy as much. But only 223 tokens fit, every
token costs time, and a word that is like nothing said can only be heard wrongly. So a first, quick
transcript chooses: the names that are spelled or sound like a part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
from rapidfuzz import fuzz, process
from text_to_num import alpha2digit

from .sounds import sound

MAX_TOKENS = 120  # of a prompt


def choose(
    names: Sequence[str],
    transcript: str,
    count_tokens: Callable[[str], int],
    max_tokens: int = MAX_TOKENS,
) -> list[str]:
    """Those of `names` that are most like a part of `transcript`, the likest last.

    A name whose words are all in likelier ones is left out. `count_tokens` tells how long a text is,
    `max_tokens` how long the prompt may be.
    """
    letters, sounds = _forms(transcript)
    if not letters or not names:
        return []
    # Of two names that are equally like it, the longer one says more.
    longest_first = sorted(names, key=len, reverse=True)
    forms = [_forms(name) for name in longest_first]
    likeness = np.maximum(
        process.cdist([letters], [form[0] for form in forms], scorer=fuzz.partial_ratio)[0],
        process.cdist([sounds], [form[1] for form in forms], scorer=fuzz.partial_ratio)[0],
    )
    chosen: list[str] = []
    spent: set[str] = set()
    tokens = 0
    for index in np.argsort(-likeness, kind="stable"):
        name = longest_first[index]
        if spent.issuperset(name.lower().split()):
            continue
        tokens += count_tokens(f" {name},")
        if tokens > max_tokens:
            break
        chosen.append(name)
        spent.update(name.lower().split())
    return chosen[::-1]


def as_prompt(names: Sequence[str]) -> str:
    """The names as Whisper is told them; "" if there are none."""
    # With a list that has no end Whisper likes to go on, and leaves out what was said first.
    return f"{', '.join(names)}." if names else ""


def named(text: str, names: Iterable[str]) -> int:
    """How many words of `text` belong to one of `names` that stands there whole."""
    spoken = f" {' '.join(words(text))} "
    return len({word for name in names if _stands_in(name, spoken) for word in words(name)})


def _stands_in(name: str, spoken: str) -> bool:
    whole = " ".join(words(name))
    return bool(whole) and f" {whole} " in spoken


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, numbers as digits."""
    return tuple(re.findall(r"\w+", alpha2digit(text.lower(), "en", threshold=0)))


@lru_cache(maxsize=8192)
def _forms(text: str) -> tuple[str, str]:
    """The letters and digits alone, since where words end is not always heard; and the sounds.

    Whisper writes numbers as digits.
    """
    text = alpha2digit(text.lower(), "en", threshold=0)
    return re.sub(r"[\W_]", "", text), sound(text)
