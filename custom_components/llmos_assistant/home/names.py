"""Spoken words against registered names: normalised, and near misses of recognition allowed.

The word lists are English; a language without its own still has exact and near matches.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from ..engine.sounds import plain

type Words = tuple[str, ...]

# Said in front of a name without being part of it.
_LEADING = frozenset(
    {
        "the",
        "a",
        "an",
        "my",
        "our",
        "your",
        "all",
        "both",
        "every",
        "any",
        "some",
        "of",
        "his",
        "her",
        "their",
        "its",
    }
)
_SAME_WORD = {
    "television": "tv",
    "telly": "tv",
    "temp": "temperature",
    "aircon": "ac",
    "aircons": "ac",
    "hoover": "vacuum",
    "daddy": "dad",
    "mom": "mum",
    "mommy": "mum",
    "mummy": "mum",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
}
_SAME_WORDS = {
    ("air", "conditioner"): "ac",
    ("air", "conditioning"): "ac",
    ("a", "c"): "ac",
    ("t", "v"): "tv",
    ("water", "heater"): "waterheater",
}

# Spellings of one sound, for near misses only: "rosy" and "Rosie", "leaving" and "living".
_SOUNDS = (
    ("ight", "ite"),
    ("ph", "f"),
    ("ce", "se"),
    ("ci", "si"),
    ("cy", "sy"),
    ("ck", "k"),
    ("c", "k"),
    ("x", "ks"),
    ("q", "k"),
    ("z", "s"),
    ("ea", "i"),
    ("ee", "i"),
    ("ie", "i"),
    ("y", "i"),
)

NEAR = 0.85  # the least likeness of two whole names that still are taken for the same
_NEAR_WORD = 0.7  # of two words, where each name has as many
_RHYME = 0.8  # of long words that differ in the first sound only: "mountain" and "fountain"
_LONG = 6
_SAME_SOUND = 0.95  # of words that are spelt differently: "ark" and "arc"
_TOO_LONG = 0.4  # names whose lengths differ by more than this share are not compared any further
_STEM = 4  # letters that words of one stem share
_SHORT = 3  # words up to this length must be equal: "den" is not "pen"


@lru_cache(maxsize=4096)
def split(text: str) -> Words:
    """The words of a name, without case, accents, punctuation and articles: "The Lou's Bed-Room" → lous bed room."""
    text = plain(text).replace("&", " and ").replace("_", " ")
    words = re.findall(r"\w+", re.sub(r"['’`´]", "", text))
    while len(words) > 1 and words[0] in _LEADING and words[:2] != ["a", "c"]:
        del words[0]
    joined: list[str] = []
    for word in words:
        if joined and (pair := _SAME_WORDS.get((joined[-1], word))):
            joined[-1] = pair
        else:
            joined.append(_SAME_WORD.get(word, word))
    return tuple(joined)


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """The word without its plural ending, roughly: used on both sides of a comparison."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 2 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def is_plural(word: str) -> bool:
    """If the word has a plural ending, roughly."""
    return word != singular(word)


@lru_cache(maxsize=4096)
def stems(words: Words) -> Words:
    """The words in the singular."""
    return tuple(singular(word) for word in words)


def same_stem(one: str, other: str) -> bool:
    """If two words begin alike, as "wash" and "washing" do; short ones must be equal."""
    return one == other or (len(one) >= _STEM and one[:_STEM] == other[:_STEM])


@lru_cache(maxsize=4096)
def _joined(words: Words) -> str:
    return "".join(stems(words))


def same(spoken: Words, name: Words) -> bool:
    """If these are the same words, written as one or as several, in singular or plural."""
    return bool(spoken) and (spoken == name or _joined(spoken) == _joined(name))


def likeness(spoken: Words, name: Words) -> float:
    """How alike two names sound and look, 0 to 1; 0 where a word or a number clearly differs."""
    one, other = _joined(spoken), _joined(name)
    if not one or not other or abs(len(one) - len(other)) > _TOO_LONG * max(len(one), len(other)):
        return 0.0
    spoken, name = stems(spoken), stems(name)
    if _numbers(spoken) != _numbers(name):
        return 0.0
    if len(spoken) == len(name):
        # Word by word, or a long name would let its one distinctive word be wrong.
        total = 0.0
        for a, b in zip(spoken, name, strict=True):
            if not (alike := _word_likeness(a, b)):
                return 0.0
            total += alike
        return max(NEAR, total / len(name))
    if min(len(one), len(other)) <= _SHORT or one[0] != other[0]:
        return 0.0
    return _edit_likeness(one, other)


def sounds_like_part(spoken: Words, name: Words) -> bool:
    """If all of several spoken words sound like words of the name, one of them exactly."""
    spoken, name = stems(spoken), stems(name)
    return (
        len(spoken) > 1
        and not set(spoken).isdisjoint(name)
        and all(word in name or any(_word_likeness(word, n) for n in name) for word in spoken)
    )


@lru_cache(maxsize=4096)
def _numbers(words: Words) -> Words:
    return tuple(sorted(word for word in words if any(c.isdigit() for c in word)))


@lru_cache(maxsize=4096)
def _word_likeness(one: str, other: str) -> float:
    """How alike two words are, 0 where recognition would hardly take one for the other."""
    if one == other:
        return 1.0
    is_short = min(len(one), len(other)) <= _SHORT
    one, other = _sound(one), _sound(other)
    if one == other:
        return _SAME_SOUND
    if is_short:
        return 0.0
    if one[0] != other[0]:  # what is heard wrong mostly begins right
        return _RHYME if one[1:] == other[1:] and len(one) >= _LONG else 0.0
    value = _edit_likeness(one, other)
    return value if value >= _NEAR_WORD else 0.0


def _sound(word: str) -> str:
    """The word in a spelling that is the same for words that sound the same, roughly."""
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    return "".join(a for a, b in pairwise(f"{word} ") if a != b)


def _edit_likeness(one: str, other: str) -> float:
    """1 less the share of letters to insert, delete or replace (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return 1 - row[-1] / max(len(one), len(other))
