"""A plan's spoken words become things of this home, or a problem to ask back about.

Pure functions: no Home Assistant objects, nothing is looked up or changed. The rule throughout:
what could be meant in one way is done, what could be meant in several is asked, nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..engine.protocol import Plan, Step
from .asking import as_asked, as_it_went, ground_measures, measures, note_compared
from .caution import confirm
from .cleaning import join_cleaning
from .comfort import ground_comfort, note_mode
from .conditions import holds, note_frost
from .exclusions import leave_out
from .grounded import IF, OTHERWISE, GroundedStep, Grounding, as_conditions_say, expanded
from .instead import other_readings
from .inventory import Home
from .kinds import ACTS_ON, ASKS, TIMERS
from .levels import set_levels
from .lists import choose_list
from .measuring import HISTORY
from .modes import choose_mode, things_with_mode
from .names import split
from .naming import ground_name, name_from_words
from .narrowing import is_no_place, only_place, said_place, segments, unsaid_name, unsaid_place
from .outdoors import OUTSIDE, says_outside
from .places import Place, find_place, places_in
from .placing import ground_group
from .problems import ProblemKind, Unclear
from .recent import ground_recent, means_recent
from .rereading import SET_MODE, as_meant
from .robots import for_robots
from .scope import NAMING, Scope, place_slot
from .timers import LATER, ground_later, ground_timer, pop_while

_ALL = re.compile(r"\b(?:all|every)\b", re.IGNORECASE)
_WHOLE_HOME = "all"  # the area that the command model writes for "everywhere", "in the house"


def ground(
    plan: Plan,
    home: Home,
    speaker_area_id: str | None = None,
    recent_ids: tuple[str, ...] = (),
    text: str = "",
) -> Grounding:
    """Resolve the spoken words of `plan` against `home`, heard in the area `speaker_area_id`.

    `recent_ids` are the entities that the conversation was last about, `text` is the utterance.
    What follows a condition that is not met, or cannot be known, is left out.
    """
    here = home.area_by_id.get(speaker_area_id or "")
    steps: list[GroundedStep] = []
    asked = [one for step in plan.steps for one in _in_each_place(step, home, text)]
    parts = segments(text, len(asked))
    place: Place | None = None
    for number, step in enumerate(asked):
        recent = tuple(
            home.entity_by_id[entity_id]
            for entity_id in _just_meant(steps) or recent_ids
            if entity_id in home.entity_by_id
        )
        part = _with_all(parts, number, asked) if parts else text
        scope = Scope(step.intent, dict(step.slots), home, here, recent, part)
        scope.is_alone = parts is not None or sum(s.intent != IF for s in asked) == 1
        scope.place_before = place
        grounded = _ground_step(scope)
        place = scope.place or place
        if steps and _ends(grounded, steps[-1]):
            continue  # "on for half an hour and then off": that is what the half hour says
        steps.append(replace(grounded, said=step))
    return Grounding(join_cleaning(as_conditions_say(steps), home))


def _with_all(parts: list[str], number: int, asked: list[Step]) -> str:
    """The words that a step comes from; "all the curtains and blinds" are all the blinds, too."""
    part = parts[number]
    step, before = asked[number], asked[max(number - 1, 0)]
    if number == 0 or step.intent != before.intent or not NAMING.isdisjoint(step.slots):
        return part
    said = _ALL.search(parts[number - 1])
    return f"{said[0]} {part}" if said else part


def _in_each_place(step: Step, home: Home, text: str) -> Iterator[Step]:
    """The step for each of the areas that its area names: "hall, landing", "both porches"."""
    if (area := step.slots.get("area")) is None:
        yield step
        return
    for spoken in places_in(str(area), home, of_all="both" in split(text)):
        yield replace(step, slots=step.slots | {"area": spoken})


def _ends(step: GroundedStep, before: GroundedStep) -> bool:
    return (
        before.undo_after > 0
        and {step.intent, before.intent} == {"HassTurnOn", "HassTurnOff"}
        and step.entity_ids == before.entity_ids
    )


def _just_meant(steps: list[GroundedStep]) -> tuple[str, ...]:
    """What "it" means after these steps: "turn on the lamp and make it blue"."""
    return next((step.entity_ids for step in reversed(steps) if step.entity_ids), ())


def _ground_step(scope: Scope) -> GroundedStep:
    as_meant(scope)
    ground_comfort(scope)
    instead = list(other_readings(scope))
    grounded = _ground_scope(scope)
    if grounded.problem:
        for other in instead:
            ground_comfort(other)
        found = (_ground_scope(other) for other in instead)
        return next((other for other in found if other.problem is None), grounded)
    return grounded


def _ground_scope(scope: Scope) -> GroundedStep:
    undo_after = 0
    try:
        undo_after = pop_while(scope)
        note_frost(scope)
        if scope.intent == IF and scope.slots == OTHERWISE:
            return GroundedStep(IF, scope.slots)
        if scope.intent == IF:
            _ground_place(scope)
            is_met, entity_ids = holds(scope)
            return GroundedStep(IF, scope.slots, entity_ids, is_met=is_met)
        entity_ids = _resolve(scope)
        set_levels(scope, entity_ids)
        note_mode(scope, entity_ids)
        confirm(scope, entity_ids)
    except Unclear as err:
        return GroundedStep(
            scope.intent,
            scope.slots,
            problem=err.problem,
            choices=err.choices,
            undo_after=undo_after,
        )
    grounded = GroundedStep(
        for_robots(scope.intent, entity_ids),
        scope.slots,
        entity_ids,
        each=scope.each,
        undo_after=undo_after,
        other_ids=scope.other_ids,
    )
    # One thing is told by its name.
    return expanded(grounded, scope.home)[0] if len(entity_ids) == 1 else grounded


def _resolve(scope: Scope) -> tuple[str, ...]:
    """Resolve the slots in place; the ids of the entities that they are about. Raises Unclear."""
    if scope.intent in TIMERS:
        ground_timer(scope)
        return ()
    if scope.intent == LATER:
        ground_later(scope)
        return ()
    choose_list(scope)
    if scope.intent not in ACTS_ON and scope.intent not in ASKS:
        return ()
    if measures(scope):
        _ground_place(scope)
        if "name" not in scope.slots:  # "the pool" may be no place, but have a thermometer
            return ground_measures(scope)
    as_asked(scope)
    entity_ids = _ground_targets(scope)
    note_compared(scope)
    if scope.intent == HISTORY:
        as_it_went(scope, entity_ids)
    if (spoken := scope.slots.pop("except", None)) is not None:
        entities = tuple(scope.home.entity_by_id[entity_id] for entity_id in entity_ids)
        entity_ids = tuple(e.entity_id for e in leave_out(scope, entities, str(spoken)))
        scope.each = True
    return choose_mode(scope, entity_ids) if scope.intent == SET_MODE else entity_ids


def _ground_targets(scope: Scope) -> tuple[str, ...]:
    """What the step is about: chosen before, spoken of before, named, or all of a kind."""
    if (chosen := scope.slots.pop("entity_ids", None)) is not None:
        scope.each = True
        return tuple(str(chosen).split(","))
    if scope.slots.get("target") == "other" and NAMING & scope.slots.keys():
        del scope.slots["target"]  # "the other radiator, the one in the hall"
    if "target" in scope.slots or means_recent(scope):
        return ground_recent(scope)
    whole_home = scope.slots.get("area") == _WHOLE_HOME
    if whole_home:
        del scope.slots["area"]
    kind = scope.slots.pop("kind", None)
    _ground_place(scope)
    if whole_home and (place := said_place(scope)):
        # "Every light upstairs" is not all of the home.
        scope.place, whole_home = place, False
        scope.slots[place_slot(place)] = place.name
    if scope.intent == SET_MODE and "name" not in scope.slots:
        return tuple(entity.entity_id for entity in things_with_mode(scope))
    if "name" not in scope.slots and scope.intent not in ASKS and (name := unsaid_name(scope)):
        scope.slots["name"] = name
        scope.is_inferred = True
        for slot in ("domain", "device_class"):
            scope.slots.pop(slot, None)
    if "name" not in scope.slots:
        return ground_group(scope, whole_home=whole_home)
    try:
        return ground_name(scope, whole_home=whole_home)
    except Unclear:
        if kind is None or scope.place is None:
            raise
    # "And the bedroom", where no "ceiling lamp" is: its lights.
    del scope.slots["name"]
    scope.slots["domain"] = kind
    return ground_group(scope)


def _ground_place(scope: Scope) -> None:
    """Resolve the area and the floor that were spoken into registered ones."""
    for slot in ("area", "floor"):
        if (spoken := scope.slots.pop(slot, None)) is None:
            continue
        if says_outside(str(spoken), scope.home):
            if not says_outside(scope.text, scope.home) and scope.text:
                continue  # the command model meant the opposite: "in here"
            scope.is_outside = True
            if scope.intent in ASKS:
                scope.slots[slot] = OUTSIDE
            continue
        try:
            place = find_place(str(spoken), scope.home, scope.here_id)
        except Unclear as err:
            # "Bedroom lamp" may be a name where there is no bedroom.
            if err.problem.kind is ProblemKind.UNKNOWN_AREA and (
                scope.name_from_place(str(spoken))
                or name_from_words(scope, str(spoken))
                or is_no_place(scope, str(spoken))
            ):
                return
            scope.slots[slot] = spoken
            if (only := only_place(scope, err.problem.candidates)) is None:
                raise
            del scope.slots[slot]
            place = only
        scope.place = place
        scope.slots[place_slot(place)] = place.name
    there = scope.place_before if scope.says_there else unsaid_place(scope)
    if scope.place is None and there:
        scope.place = there
        scope.slots[place_slot(there)] = there.name
