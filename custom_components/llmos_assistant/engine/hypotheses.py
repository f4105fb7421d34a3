"""Of the texts that Whisper holds for possible, the one that was likely said in this home."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .hotwords import named, words
from .protocol import Plan
from .whisper import Decoded

type Reader = Callable[[Sequence[str]], Sequence[Plan]]
"""What each of several texts asks for."""

_NAMED = 0.1  # of mean log probability, for each word of a name
_SENSIBLE = 0.1  # the same, for a command or question about things that have a name here
_ECHO = 1.0  # against a text that is nothing but the prompt's own list
_LEAST_HEARD = 0.8  # of the letters of the first glance; with less, something was left out
_SURE = -0.2  # mean log probability from which on a text needs to make no sense
_NAMING = ("name", "area", "floor", "except")  # slots


@dataclass(frozen=True)
class Hypothesis:
    """A text that may have been said.

    `score`: its mean log probability, and all else that speaks for and against it.
    `makes_sense`: if it asks for something that can be had in this home.
    """

    decoded: Decoded
    score: float
    makes_sense: bool

    @property
    def is_settled(self) -> bool:
        """If there is no need to listen again."""
        return self.decoded.is_plausible and (
            self.makes_sense or self.decoded.log_probability >= _SURE
        )


def best_of(hypotheses: Iterable[Hypothesis]) -> Hypothesis:
    """The likeliest, of those that Whisper has not made up if there are any."""
    return max(hypotheses, key=lambda each: (each.decoded.is_plausible, each.score))


class Judge:
    """Tells which text was likely said.

    Args:
        names: of all that is in the home.
        glance: what was heard without the names.
        read: tells what texts ask for; None if nobody can.
    """

    def __init__(self, names: Sequence[str], glance: Decoded, read: Reader | None) -> None:
        self._names = names
        self._vocabulary = {word for name in names for word in words(name)}
        self._least = _LEAST_HEARD * len(glance.text) if glance.is_plausible else 0.0
        self._read = read

    def likeliest(self, texts: Sequence[Decoded]) -> Hypothesis:
        """The likeliest of them."""
        plans = self._read([text.text for text in texts]) if self._read else []
        sensible = [self._makes_sense(plan) for plan in plans] or [0.0] * len(texts)
        return best_of(
            Hypothesis(text, self._score(text) + _SENSIBLE * sense, sense > 0)
            for text, sense in zip(texts, sensible, strict=True)
        )

    def _score(self, text: Decoded) -> float:
        """A prompt makes Whisper leave out words, or write nothing but names."""
        of_names = named(text.text, self._names)
        score = text.log_probability + _NAMED * of_names
        if self._least:
            score -= max(0.0, 1 - len(text.text) / self._least)
        if "," in text.text and of_names == len(text.text.split()):
            score -= _ECHO
        return score

    def _makes_sense(self, plan: Plan) -> float:
        """How sure it is that a plan has something to do, with things that have a name here."""
        said = (step.slots[slot] for step in plan.steps for slot in _NAMING if slot in step.slots)
        is_known = all(self._vocabulary.issuperset(words(str(text))) for text in said)
        return plan.confidence if plan.steps and is_known else 0.0
