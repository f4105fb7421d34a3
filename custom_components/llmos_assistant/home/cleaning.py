"""Several rooms for one vacuum: it is sent once, or the last room would replace the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..engine.protocol import SlotValue
from .inventory import Home

if TYPE_CHECKING:
    from .grounded import GroundedStep

CLEAN_AREAS = "LlmosCleanAreas"
_CLEAN_AREA = "HassVacuumCleanArea"


def join_cleaning(steps: Iterable[GroundedStep], home: Home) -> tuple[GroundedStep, ...]:
    """The steps, those that send one vacuum to one room after the other as one step."""
    joined: list[GroundedStep] = []
    for step in steps:
        last = joined[-1] if joined else None
        if last and _cleans(last) and _cleans(step) and last.entity_ids == step.entity_ids:
            areas = f"{_areas(last, home)},{_areas(step, home)}"
            slots: dict[str, SlotValue] = {"name": step.entity_ids[0], "areas": areas}
            joined[-1] = replace(last, intent=CLEAN_AREAS, slots=slots)
        else:
            joined.append(step)
    return tuple(joined)


def _cleans(step: GroundedStep) -> bool:
    is_cleaning = step.intent in (_CLEAN_AREA, CLEAN_AREAS)
    return is_cleaning and step.problem is None and len(step.entity_ids) == 1


def _areas(step: GroundedStep, home: Home) -> str:
    """The ids of the areas that a step is about."""
    if step.intent == CLEAN_AREAS:
        return str(step.slots["areas"])
    return next(area.id for area in home.areas if area.name == step.slots["area"])
