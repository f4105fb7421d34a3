"""A plan's spoken words become things of this home, or a question back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..engine.protocol import Plan, SlotValue
    from .inventory import Home


class ProblemKind(StrEnum):
    """Why a step cannot be carried out. Texts are made elsewhere from these."""

    UNKNOWN_NAME = "unknown_name"  # nothing exposed is called `spoken`
    UNKNOWN_AREA = "unknown_area"  # no area or floor is called `spoken`
    AMBIGUOUS_NAME = "ambiguous_name"  # `spoken` may be any of `candidates`
    AMBIGUOUS_AREA = "ambiguous_area"  # `spoken` may be any of `candidates`
    WHICH_AREA = "which_area"  # no area was said and things in several would be meant
    WRONG_KIND = "wrong_kind"  # `spoken` is there, but the intent cannot act on it
    NOTHING_FITS = "nothing_fits"  # the place is known and has nothing of the kind


@dataclass(frozen=True)
class Problem:
    """What stands in the way of a step.

    `spoken` are the words or label at fault ("" when none is), `candidates` display names of the
    choices ("Lamp (Bedroom)"), `area` the display name of the area or floor concerned.
    """

    kind: ProblemKind
    spoken: str = ""
    candidates: tuple[str, ...] = ()
    area: str = ""


@dataclass(frozen=True)
class GroundedStep:
    """A step whose slots are what Home Assistant's intent handlers take.

    `entity_ids` are the exposed entities that it is about, empty for steps that are not about
    entities (timers, date). With a `problem` it must not be executed.
    """

    intent: str
    slots: dict[str, SlotValue] = field(default_factory=dict)
    entity_ids: tuple[str, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True)
class Grounding:
    """The grounded steps of a plan, in order."""

    steps: tuple[GroundedStep, ...] = ()

    @property
    def problem(self) -> Problem | None:
        """The first thing that stands in the way, or None: then every step can be executed."""
        return next((step.problem for step in self.steps if step.problem), None)


def ground(plan: Plan, home: Home, speaker_area_id: str | None) -> Grounding:
    """Resolve the spoken words of `plan` against `home`, heard in `speaker_area_id`."""
    raise NotImplementedError
