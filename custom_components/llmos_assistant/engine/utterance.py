"""An utterance as the command model sees it: lower-case words, numbers as digits.

"Okay, dim the lamp to twenty-five percent" → okay · , · dim · the · lamp · to · 25 · percent

Each word remembers which characters of the utterance it stands for, so that a model that
points at words can hand back names exactly as they were said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from text_to_num import text2num

_TOKEN = re.compile(
    r"""
    \d+(?:[.,:/]\d+)*        # 5  20.5  7:30  1/2
    | [½¼¾]
    | [^\W\d_]+(?:['’][^\W\d_]+)*   # words, with their apostrophes
    | [%°]
    | -(?=\d)                # a sign, not a hyphen
    | ,(?=\s)                # where one thing ends and the next begins
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FRACTIONS = {"½": 0.5, "1/2": 0.5, "¼": 0.25, "1/4": 0.25, "¾": 0.75, "3/4": 0.75}
_UNITS = {"hour", "hours", "minute", "minutes", "second", "seconds"}
_MEASURES = {*_UNITS, "percent", "%", "degree", "degrees", "°"}
_LONGEST_NUMBER = 8  # words: "two hundred and fifty five thousand …" is nothing a home needs
_HUNDREDS = {"one", "two", "three", "four"}  # no oven is hotter
_TIME_WORDS = {
    "alarm",
    "am",
    "clock",
    "hours",
    "minute",
    "minutes",
    "pm",
    "seconds",
    "timer",
    "wake",
}
_NOT_NUMBERS = {"o", "oh", "and", "a", "an"}


@dataclass(frozen=True)
class Word:
    """A word as the model sees it, and the characters [start, end) of the utterance it stands for."""

    text: str
    start: int
    end: int

    @property
    def number(self) -> float | None:
        """The word's value if it is a number."""
        return float(self.text) if _NUMBER.fullmatch(self.text) else None


def split_words(text: str, language: str = "en") -> list[Word]:
    """Split an utterance into normalised words; number words become one digit word each."""
    words = [_normalise(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    words = _join_numbers(words, language)
    return _join_fractions(_join_hundreds(text, words)) if language == "en" else words


def spoken(text: str, words: list[Word]) -> str:
    """The part of the utterance that `words`, a run of them, stand for."""
    return text[words[0].start : words[-1].end]


def _normalise(token: str, start: int, end: int) -> Word:
    token = token.lower().replace("’", "'")
    if re.fullmatch(r"\d{1,3}(,\d{3})+", token):
        token = token.replace(",", "")
    return Word(re.sub(r"(\d),(\d)", r"\1.\2", token), start, end)


def _join_numbers(words: list[Word], language: str) -> list[Word]:
    """Replace each longest run of number words by its digits."""
    joined: list[Word] = []
    i = 0
    while i < len(words):
        value, length = _longest_number(words[i : i + _LONGEST_NUMBER], language)
        if length:
            joined.append(Word(value, words[i].start, words[i + length - 1].end))
            i += length
        else:
            joined.append(words[i])
            i += 1
    return _join_decimals(joined) if language == "en" else joined


def _longest_number(words: list[Word], language: str) -> tuple[str, int]:
    texts = [word.text for word in words]
    if texts[0] in _NOT_NUMBERS and texts[1:2] != ["hundred"]:
        return "", 0
    if texts[0] in ("a", "an"):
        texts[0] = "one"
    end = next(
        (n for n, text in enumerate(texts) if not text.replace("'", "").isalpha()), len(texts)
    )
    for length in range(end, 0, -1):
        if texts[length - 1] in _NOT_NUMBERS:
            continue
        try:
            return f"{text2num(' '.join(texts[:length]), language):g}", length
        except ValueError:
            continue
    return "", 0


def _join_decimals(words: list[Word]) -> list[Word]:
    """Join "20 · point · 5" to "20.5"."""
    joined: list[Word] = []
    for word in words:
        if (
            len(joined) > 1
            and joined[-1].text == "point"
            and joined[-2].text.isdigit()
            and word.text.isdigit()
        ):
            whole = joined[-2]
            joined[-2:] = [Word(f"{whole.text}.{word.text}", whole.start, word.end)]
        else:
            joined.append(word)
    return joined


def _join_hundreds(text: str, words: list[Word]) -> list[Word]:
    """Read "to one twenty five" as 125, as it is said of ovens and boilers; times of day stay two numbers."""
    texts = [word.text for word in words]
    if not _TIME_WORDS.isdisjoint(texts):
        return words
    for i in range(len(words) - 2):
        to, hundreds, rest = words[i : i + 3]
        said = text[hundreds.start : hundreds.end].lower()
        if to.text == "to" and said in _HUNDREDS and rest.text.isdigit() and len(rest.text) == 2:
            joined = Word(f"{hundreds.text}{rest.text}", hundreds.start, rest.end)
            return [*words[: i + 1], joined, *words[i + 3 :]]
    return words


def _join_fractions(words: list[Word]) -> list[Word]:
    """Join the halves and quarters of durations to one number before its unit.

    half an hour → 0.5 hour; 2 and a half hours → 2.5 hours; an hour and a half → 1.5 hour;
    an hour and 15 → 1.25 hour
    """
    joined: list[Word] = []
    i = 0
    while i < len(words):
        length, value = _fraction_at(words, i)
        if length:
            joined.append(Word(f"{value:g}", words[i].start, words[i + length - 1].end))
        i += length
        tail = _rest_after_unit(words, i, joined)
        if tail:
            i += tail
        elif not length:
            joined.append(words[i])
            i += 1
    return joined


def _fraction_at(words: list[Word], i: int) -> tuple[int, float]:
    """Length in words and value of the number with a fraction, or "a/an" before a unit, at i."""
    texts = [word.text for word in words[i : i + 6]] + [""] * 6
    number = words[i].number if i < len(words) else None
    if number is not None:
        if texts[1:4] == ["and", "a", "half"]:
            return 4, number + 0.5
        for length in (1, 2):
            if texts[length] in _FRACTIONS and texts[1:length] in ([], ["and"]):
                return length + 1, number + _FRACTIONS[texts[length]]
        if texts[1] in ("quarter", "quarters"):
            length = 4 if texts[2] == "of" and texts[3] in ("a", "an") else 2
            return (length, number / 4) if texts[length] in _UNITS else (0, 0)
    if texts[0] in _FRACTIONS:
        length = 2 if texts[1] in ("a", "an") else 1
        return (length, _FRACTIONS[texts[0]]) if texts[length] in _UNITS else (0, 0)
    return _article_at(texts)


def _article_at(texts: list[str]) -> tuple[int, float]:
    """Read "half an", "a quarter of an", "a couple of" or "a" where a unit of time follows."""
    start = 1 if texts[0] == "a" and texts[1] not in _UNITS else 0
    value = {"half": 0.5, "quarter": 0.25, "couple": 2.0}.get(texts[start])
    if value is not None:
        end = start + 1
        end += texts[end] == "of"
        end += texts[end] in ("a", "an")
        return (end, value) if texts[end] in _UNITS else (0, 0)
    return (1, 1) if texts[0] in ("a", "an") and texts[1] in _UNITS else (0, 0)


def _rest_after_unit(words: list[Word], i: int, joined: list[Word]) -> int:
    """Add what follows a number and its unit, found at i, to that number; its length in words.

    an hour · and a quarter → 1.25 hour; 2 hours · and 10 → 2 hours and 10 minutes
    """
    if len(joined) < 2 or joined[-1].text not in _UNITS or joined[-2].number is None:
        return 0
    texts = [word.text for word in words[i : i + 4]] + [""] * 4
    if texts[0] != "and":
        return 0
    number = joined[-2]
    whole = number.number or 0
    if part := {"a half": 0.5, "a quarter": 0.25, "3 quarters": 0.75}.get(" ".join(texts[1:3])):
        joined[-2] = Word(f"{whole + part:g}", number.start, number.end)
        return 3
    bare = texts[1].isdigit() and texts[2] not in _MEASURES
    if joined[-1].text in ("hour", "hours") and bare and int(texts[1]) < 60:
        joined[-2] = Word(f"{whole + int(texts[1]) / 60:.6g}", number.start, number.end)
        return 2
    return 0
