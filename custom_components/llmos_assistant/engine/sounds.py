"""How alike words sound in English, however they are spelt: "hugh go" and "Hue Go", "a sea" and "AC".

Spelling rules as in Metaphone (Philips 1990), but vowels are kept, since names are short. Importing this
costs nothing: Home Assistant's side compares names by it, too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORDS = {
    "0": "siro", "1": "wun", "2": "tu", "3": "0ri", "4": "for", "5": "fIv", "6": "siks", "7": "seven",
    "8": "et", "9": "nIn", "10": "ten", "a": "e", "ate": "et", "eight": "et", "fore": "for", "four": "for",
    "five": "fIv", "nine": "nIn", "of": "of", "one": "wun", "to": "tu", "too": "tu", "two": "tu",
    "suite": "swit", "won": "wun", "zero": "siro",
}  # fmt: skip
_LETTERS = {
    "b": "bi", "c": "si", "d": "di", "e": "i", "f": "ef", "g": "ji", "h": "eC", "i": "I", "j": "je", "k": "ke",
    "l": "el", "m": "em", "n": "en", "o": "o", "p": "pi", "q": "kyu", "r": "ar", "s": "es", "t": "ti",
    "u": "yu", "v": "vi", "w": "dabalyu", "x": "eks", "y": "wI", "z": "si",
}  # fmt: skip
# In this order. One sign a sound: C as in "chip", S as in "ship", 0 as in "thin", I as in "light".
_SPELLINGS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^kn|^gn", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"ough|augh", "o"),
        (r"igh|i(?=[^aeiouwy]e$)", "I"),
        (r"(?<=[aeiou])gh", ""),
        (r"gh", "g"),
        (r"sch", "sk"),
        (r"t?ch", "C"),
        (r"sh|(?<=[a-z])[tsc]i(?=on|an|al)", "S"),
        (r"th", "0"),
        (r"ph", "f"),
        (r"wh", "w"),
        (r"ck", "k"),
        (r"qu", "kw"),
        (r"q", "k"),
        (r"x", "ks"),
        (r"dg(?=[eiy])", "j"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"z", "s"),
        (r"(?<=[^aeiou])e$", ""),
        (r"ea|ee|ie|ei|ey", "i"),
        (r"ai|ay", "e"),
        (r"oo|ou|ue|ew|eu", "u"),
        (r"oa|ow|au|aw|oe", "o"),
        (r"(?<!^)y|^y(?![aeiou])", "i"),
        (r"(?<=[aeiou])h(?![aeiou])", ""),
    )
)
_VOWELS = frozenset("aeiouI")
_ACRONYM = 3  # letters at most
_FAINT = {**dict.fromkeys("aeiouI", 0.5), **dict.fromkeys("hwy", 0.3), "r": 0.4}  # easily missed
_CLOSE = {
    frozenset(pair): 0.5
    for pair in "bp dt gk gj fv sS SC mn 0f 0t vw jC".split()  # made at the same place
} | {frozenset("0d"): 0.7}
_VOWEL_FOR_VOWEL = 0.3


def plain(text: str) -> str:
    """The text in lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=8192)
def sound(text: str) -> str:
    """How a text sounds, without spaces. Short words in capitals are spelt out: "AC", "TV"."""
    words = re.findall(r"[^\W_]+", text.replace("'", "").replace("’", ""))
    joined = "".join(_spelt_out(word) or _word_sound(plain(word)) for word in words)
    return re.sub(r"(.)\1+", r"\1", joined)


@lru_cache(maxsize=8192)
def consonants(sounds: str) -> str:
    """Those of a result of `sound`."""
    return "".join(sign for sign in sounds if sign not in _VOWELS)


def sound_likeness(one: str, other: str) -> float:
    """How alike two results of `sound` are, 0 to 1: a weighted edit distance."""
    row = [0.0]
    for b in other:
        row.append(row[-1] + _FAINT.get(b, 1.0))
    for a in one:
        previous, row[0] = row[0], row[0] + _FAINT.get(a, 1.0)
        for j, b in enumerate(other, 1):
            changed = previous + (0.0 if a == b else _change(a, b))
            previous = row[j]
            row[j] = min(changed, row[j] + _FAINT.get(a, 1.0), row[j - 1] + _FAINT.get(b, 1.0))
    return 1 - row[-1] / max(len(one), len(other), 1)


@lru_cache(maxsize=1024)
def _change(a: str, b: str) -> float:
    if a in _VOWELS and b in _VOWELS:
        return _VOWEL_FOR_VOWEL
    return _CLOSE.get(frozenset((a, b)), 1.0)


def _spelt_out(word: str) -> str:
    if not word.isupper() or len(word) > _ACRONYM:
        return ""
    return "".join(_LETTERS.get(letter, _WORDS.get(letter, "")) for letter in word.lower())


@lru_cache(maxsize=8192)
def _word_sound(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    if len(word) == 1:
        return _LETTERS.get(word, word)
    for pattern, sign in _SPELLINGS:
        word = pattern.sub(sign, word)
    return word
