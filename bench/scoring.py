"""How right a transcript is, however it is written: "20%" is twenty percent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Levenshtein
from text_to_num import alpha2digit

_WRITTEN = (("%", " percent "), ("°", " degrees "), ("'s", " s"), ("'", ""), ("oz", " ounce "))
_SAME = {"ounces": "ounce", "shots": "shot", "okay": "ok", "one": "1"}


def words(text: str) -> list[str]:
    """The words in lower case without punctuation, numbers as digits."""
    text = text.lower().replace("’", "'")
    for written, said in _WRITTEN:
        text = text.replace(written, said)
    text = re.sub(r"[^\w\s]", " ", text)
    text = re.sub(r"(\d)([a-z])", r"\1 \2", text)
    return [_SAME.get(word, word) for word in alpha2digit(" ".join(text.split()), "en").split()]


def word_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Words wrong, missing or too many, as a share of the words that were said, in all pairs."""
    errors = said = 0
    for expected, heard in pairs:
        errors += Levenshtein.distance(words(expected), words(heard))
        said += len(words(expected))
    return errors / said


def all_heard(phrases: Sequence[str], heard: str) -> bool:
    """Whether each phrase is in the transcript, word for word."""
    text = f" {' '.join(words(heard))} "
    return all(f" {' '.join(words(phrase))} " in text for phrase in phrases)
