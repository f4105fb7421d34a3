"""A plan's spoken words become things of this home, or a problem to ask back about.

Pure functions: no Home Assistant objects, nothing is looked up or changed. The rule throughout:
what could be meant in one way is done, what could be meant in several is asked, nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..engine.protocol import Plan, SlotValue, Step
from .inventory import Home
from .kinds import ACTS_ON, TIMERS
from .levels import set_levels
from .names import split, stems
from .naming import ground_name
from .places import find_place
from .placing import ground_group
from .problems import Problem, ProblemKind, Unclear
from .scope import Scope, place_slot

__all__ = ["GroundedStep", "Grounding", "Problem", "ProblemKind", "ground"]

_WHOLE_HOME = "all"  # the area that the command model writes for "everywhere", "in the house"
_SHOPPING = {
    "HassListAddItem": "HassShoppingListAddItem",
    "HassListCompleteItem": "HassShoppingListCompleteItem",
}
_SAME_FOR_ANOTHER_KIND = {
    "HassLawnMowerDock": "HassVacuumReturnToBase",
    "HassLawnMowerStartMowing": "HassVacuumStart",
    "HassVacuumReturnToBase": "HassLawnMowerDock",
    "HassVacuumStart": "HassLawnMowerStartMowing",
}
_SHOPPING_WORDS = frozenset({"grocery", "shopping"})


@dataclass(frozen=True)
class GroundedStep:
    """A step whose slots are what Home Assistant's intent handlers take.

    `entity_ids` are the exposed entities that it is about, empty for steps that are not about
    entities (timers, date). A step with a `problem` must not be executed; its slots are then as
    far as they were resolved.
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


def ground(plan: Plan, home: Home, speaker_area_id: str | None = None) -> Grounding:
    """Resolve the spoken words of `plan` against `home`, heard in the area `speaker_area_id`."""
    return Grounding(tuple(_ground_step(step, home, speaker_area_id) for step in plan.steps))


def _ground_step(step: Step, home: Home, speaker_area_id: str | None) -> GroundedStep:
    grounded = _ground_intent(step.intent, step, home, speaker_area_id)
    if grounded.problem and (other := _SAME_FOR_ANOTHER_KIND.get(step.intent)):
        # "Start Clippy" does not say whether Clippy cleans or mows: the home does.
        instead = _ground_intent(other, step, home, speaker_area_id)
        return grounded if instead.problem else instead
    return grounded


def _ground_intent(
    intent: str, step: Step, home: Home, speaker_area_id: str | None
) -> GroundedStep:
    scope = Scope(intent, dict(step.slots), home, home.area_by_id.get(speaker_area_id or ""))
    try:
        entity_ids = _resolve(scope)
        set_levels(scope, entity_ids)
    except Unclear as err:
        return GroundedStep(scope.intent, scope.slots, problem=err.problem)
    return GroundedStep(scope.intent, scope.slots, entity_ids)


def _resolve(scope: Scope) -> tuple[str, ...]:
    """Resolve the slots in place; the ids of the entities that they are about. Raises Unclear."""
    if scope.intent in TIMERS:
        _ground_timer(scope)
        return ()
    _choose_list(scope)
    if scope.intent not in ACTS_ON and scope.intent != "HassGetState":
        return ()
    whole_home = scope.slots.get("area") == _WHOLE_HOME
    if whole_home:
        del scope.slots["area"]
    _ground_place(scope)
    if "name" in scope.slots:
        return ground_name(scope)
    return ground_group(scope, whole_home=whole_home)


def _ground_place(scope: Scope) -> None:
    """Resolve the area and the floor that were spoken into registered ones."""
    for slot in ("area", "floor"):
        if (spoken := scope.slots.pop(slot, None)) is None:
            continue
        try:
            place = find_place(str(spoken), scope.home, scope.here_id)
        except Unclear as err:
            # "Bedroom lamp" may be a name where there is no bedroom.
            if err.problem.kind is ProblemKind.UNKNOWN_AREA and scope.name_from_place(str(spoken)):
                return
            scope.slots[slot] = spoken
            raise
        scope.place = place
        scope.slots[place_slot(place)] = place.name


def _ground_timer(scope: Scope) -> None:
    """Tell a timer's room from its name: "the kitchen timer", "the pizza timer"."""
    spoken = scope.slots.get("area") or scope.slots.get("name")
    if spoken is None or {"area", "name"} <= scope.slots.keys():
        return
    try:
        place = find_place(str(spoken), scope.home, scope.here_id)
    except Unclear:
        if "area" in scope.slots:
            scope.slots["name"] = scope.slots.pop("area")
        return
    if "area" in scope.slots or (
        scope.intent != "HassStartTimer"
        and str(spoken).casefold() in {n.casefold() for n in place.names}
    ):
        scope.slots.pop("name", None)
        scope.slots["area"] = place.name


def _choose_list(scope: Scope) -> None:
    """Home Assistant's shopping list has intents of its own; use them just where it is set up."""
    lists = scope.home.of_kind(frozenset({"todo"}))
    for_shopping = tuple(entity for entity in lists if any(map(_says_shopping, entity.names)))
    if scope.intent in _SHOPPING and scope.home.shopping_list and not for_shopping:
        if _says_shopping(str(scope.slots.get("name"))):
            scope.intent = _SHOPPING[scope.intent]
            del scope.slots["name"]
    elif scope.intent in _SHOPPING.values() and not scope.home.shopping_list:
        for_shopping = for_shopping or lists
        if not for_shopping:
            raise Unclear(ProblemKind.NOTHING_FITS, "todo")
        scope.intent = next(own for own, other in _SHOPPING.items() if other == scope.intent)
        if len(for_shopping) > 1:
            raise Unclear(ProblemKind.AMBIGUOUS_NAME, "", scope.label(for_shopping))
        scope.slots["name"] = for_shopping[0].name


def _says_shopping(name: str) -> bool:
    return not _SHOPPING_WORDS.isdisjoint(stems(split(name)))
