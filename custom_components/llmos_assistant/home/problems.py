"""Why a step cannot be carried out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    """The kinds of problems. Texts are made from them elsewhere, in the user's language."""

    UNKNOWN_NAME = "unknown_name"  # nothing exposed is called `spoken`
    UNKNOWN_AREA = "unknown_area"  # no area or floor is called `spoken`
    NEARLY_NAMED = (
        "nearly_named"  # nothing is called `spoken`, but `candidates`, one, sounds like it
    )
    AMBIGUOUS_NAME = "ambiguous_name"  # `spoken` may be any of `candidates`
    AMBIGUOUS_AREA = "ambiguous_area"  # `spoken` may be any of `candidates`
    WHICH_AREA = "which_area"  # no place was said, and `candidates` are the areas with such things
    WRONG_KIND = "wrong_kind"  # `spoken` is there, but the intent cannot act on it
    CONFIRM = "confirm"  # `candidates` would be unlocked or opened: better asked first
    WHICH_ITEM = "which_item"  # something is to go on a list or off it, but what?
    HOW_LONG = "how_long"  # a timer without a duration
    NO_TIME = "no_time"  # `spoken` is no time of day
    NO_MODE = "no_mode"  # nothing that is meant can be put to `spoken`
    NO_LEVEL = "no_level"  # `spoken` is set to no number that could go up or down
    NOTHING_FITS = (
        "nothing_fits"  # nothing called, or of the kind, `spoken` in `area`, or in the home
    )


@dataclass(frozen=True)
class Problem:
    """What stands in the way of a step.

    `spoken` are the words or the label at fault ("" when none is), `candidates` display names of
    the choices ("Lamp (Bedroom)"), `area` the display name of the area or floor concerned.
    """

    kind: ProblemKind
    spoken: str = ""
    candidates: tuple[str, ...] = ()
    area: str = ""


class Unclear(Exception):
    """Raised inside of grounding as soon as a step is known to have a problem."""

    def __init__(
        self,
        kind: ProblemKind,
        spoken: str = "",
        candidates: tuple[str, ...] = (),
        area: str = "",
        choices: tuple[str, ...] = (),
    ) -> None:
        """Raise this problem. `choices` are the ids of the entities that could be meant."""
        super().__init__(f"{kind}: {spoken}")
        self.problem = Problem(kind, spoken, candidates, area)
        self.choices = choices
