"""What recognition and haste make of an utterance: words misheard, dropped, said twice.

Sound-alikes come from two files of `vocabulary/<language>/`: `sound_alikes.txt`, words that
recognition takes for each other, and `heard.txt`, what the shipped Whisper heard where the
commands of the corpus were spoken by synthetic voices (`script/hear`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from .templates import Said
from .vocabulary import FOLDER

_NOISY = 0.14  # of the examples
_FILLERS = "uh um er like you know well please i mean".split(" ")
_DROPPED = frozenset("the a an my our to in of is please all".split())


class Noise:
    """Noise of one language."""

    def __init__(self, language: str) -> None:
        self._alike: dict[str, list[str]] = {}
        for name in ("sound_alikes.txt", "heard.txt"):
            file = FOLDER / language / name
            for line in file.read_text("utf-8").splitlines() if file.exists() else []:
                if line and not line.startswith("#"):
                    said, heard = line.split("\t")
                    self._alike.setdefault(said, []).append(heard)

    def apply(self, said: list[Said], rng: Random) -> list[Said]:
        """The utterance as it was heard: mostly as it was said."""
        if rng.random() >= _NOISY:
            return said
        return [
            part if part.label is not None else replace(part, text=self._hear(part, rng))
            for part in said
        ]

    def _hear(self, part: Said, rng: Random) -> str:
        words = []
        for word in part.text.split(" "):
            draw = rng.random()
            if word in self._alike and draw < 0.1:
                word = rng.choice(self._alike[word])
            elif part.slot is None and word in _DROPPED and draw < 0.15:
                continue
            elif part.slot is None and word and draw < 0.02:
                word = f"{word} {rng.choice([word, *_FILLERS])}"
            elif len(word) > 4 and word.isalpha() and draw < 0.03:
                word = _misspell(word, rng)
            words.append(word)
        return " ".join(words)


def _misspell(word: str, rng: Random) -> str:
    """One letter swapped, dropped or doubled."""
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        ]
    )


_BEFORE_COMMA = re.compile(r"(?<=\w) (?=(?:and|then|but|if|so|or|because|no)\b)")


def punctuate(said: list[Said], rng: Random) -> list[Said]:
    """Commas where recognition and people write them, in some of the utterances."""
    if rng.random() < 0.55:
        return said
    written = []
    for number, part in enumerate(said):
        text = part.text
        if part.slot is None:
            between = 0 < number < len(said) - 1 and said[number - 1].slot and said[number + 1].slot
            if text == " " and between:
                text = rng.choice([", ", " "])
            elif rng.random() < 0.5:
                text = _BEFORE_COMMA.sub(", ", text)
                if text.startswith((" and ", " then ", " but ")) and number:
                    text = "," + text
        written.append(replace(part, text=text))
    return written
