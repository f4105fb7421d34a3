"""A plan as it is grounded: the steps of this home, and which of them are to be carried out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..engine.protocol import SlotValue, Step
from .inventory import Home
from .problems import Problem

IF, UNDO = "LlmosIf", "LlmosUndo"
OTHERWISE = {"target": "other"}  # of a condition: that the one before it is not met


@dataclass(frozen=True)
class GroundedStep:
    """A step whose slots are what Home Assistant's intent handlers take.

    `entity_ids` are the exposed entities that it is about, empty for steps that are not about
    entities (timers, date). With `each`, the slots alone would say too much: it is to be carried
    out for each of the entities and no other. A step with a `problem` must not be executed; its
    slots are then as far as they were resolved, and `choices` the entities that could be meant.
    `undo_after` are the seconds after which it is to be taken back, if it was asked for a while.
    `is_met` tells of a condition whether it is so; what follows one that is not is not done.
    `other_ids` are the entities that a question compares with. `said` is the step as it was spoken.
    """

    intent: str
    slots: dict[str, SlotValue] = field(default_factory=dict)
    entity_ids: tuple[str, ...] = ()
    problem: Problem | None = None
    each: bool = False
    choices: tuple[str, ...] = ()
    undo_after: int = 0
    is_met: bool = True
    other_ids: tuple[str, ...] = ()
    said: Step | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Grounding:
    """The grounded steps of a plan, in order."""

    steps: tuple[GroundedStep, ...] = ()

    @property
    def problem(self) -> Problem | None:
        """The first thing that stands in the way, or None: then every step can be executed."""
        return next((step.problem for step in self.steps if step.problem), None)

    @property
    def unmet(self) -> GroundedStep | None:
        """The condition that is not met, if there is one."""
        return next((step for step in self.steps if not step.is_met), None)


def as_conditions_say(steps: list[GroundedStep]) -> list[GroundedStep]:
    """The steps without what hangs on a condition that is not so, or cannot be known."""
    for number, step in enumerate(steps):
        if _is_otherwise(step):
            return steps[:number]
        if step.problem and step.intent == IF:
            return steps[: number + 1]
        if not step.is_met:
            after = steps[number + 1 :]
            otherwise = next((i for i, later in enumerate(after) if _is_otherwise(later)), None)
            if otherwise is None:
                return steps[: number + 1]
            return steps[:number] + as_conditions_say(after[otherwise + 1 :])
    return steps


def _is_otherwise(step: GroundedStep) -> bool:
    """If what follows is for when the condition before is not met: "otherwise", "if not"."""
    return step.intent == IF and step.slots == OTHERWISE


def expanded(step: GroundedStep, home: Home) -> tuple[GroundedStep, ...]:
    """One step for each of the entities, where the slots alone would say too much."""
    if not step.each:
        return (step,)
    return tuple(
        replace(
            step,
            slots={
                k: v
                for k, v in step.slots.items()
                if k not in ("area", "floor", "domain", "device_class")
            }
            | {"name": home.entity_by_id[entity_id].name},
            entity_ids=(entity_id,),
            each=False,
        )
        for entity_id in step.entity_ids
    )
