"""What refers to what was said before: "and the bedroom", "no, the lamp", "turn it off again".

The command model reads such an utterance without knowing the last one; here its steps become
ordinary ones, made of those that the conversation remembers. Pure functions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..engine.protocol import Plan, SlotValue, Step
from .grounded import IF, GroundedStep, Grounding
from .inventory import Entity, Home
from .kinds import ASKS
from .matching import Name, read_name
from .names import Words, split
from .places import Place, find_place
from .problems import ProblemKind, Unclear
from .scope import place_slot

MORE, CORRECT, UNDO, YES = "LlmosMore", "LlmosCorrect", "LlmosUndo", "LlmosYes"

_TARGETS = frozenset({"name", "area", "floor", "domain", "device_class", "target", "except"})
# The number that a bare "thirty percent" changes, by the kind of the thing that was spoken of.
_VALUES = {
    "light": ("HassLightSet", "brightness"),
    "climate": ("HassClimateSetTemperature", "temperature"),
    "fan": ("HassFanSetSpeed", "percentage"),
    "cover": ("HassSetPosition", "position"),
    "valve": ("HassSetPosition", "position"),
    "media_player": ("HassSetVolume", "volume_level"),
    "humidifier": ("HassHumidifierSetpoint", "humidity"),
}
_NUMBERS = frozenset(slot for _, slot in _VALUES.values())
_TODO = frozenset({"todo"})
_ON_A_LIST = {
    "HassShoppingListAddItem": "HassListAddItem",
    "HassShoppingListCompleteItem": "HassListCompleteItem",
}
_ADDS = frozenset({"HassListAddItem", "HassShoppingListAddItem"})
_UP_DOWN = frozenset({"downstairs", "upstairs"})
_WEATHER = "HassGetWeather"
_MEASURED = frozenset({"HassGetState", "HassClimateGetTemperature", _WEATHER})
_DURATIONS = frozenset({"hours", "minutes", "seconds"})
_BOTH = frozenset({"both", "them"})
_IN_AN_ANSWER = frozenset(
    "the a one in on at of i mean please it's its that um uh er my mine our ours".split()
)


@dataclass(frozen=True)
class Turn:
    """What a conversation remembers of its last turn: the steps as spoken, and as grounded.

    `earlier` are the entities that it was about before, which "both" means, too.
    """

    plan: Plan
    grounding: Grounding
    earlier: tuple[str, ...] = ()

    @property
    def entity_ids(self) -> tuple[str, ...]:
        """What was last spoken of."""
        for step in reversed(self.grounding.steps):
            if step.entity_ids and step.intent != IF:
                return step.entity_ids
        return ()

    def meant(self, text: str) -> tuple[str, ...]:
        """What words that refer to this turn mean: "it" the last thing, "both" the one before, too."""
        if _BOTH.isdisjoint(text.lower().split()) or len(self.entity_ids) > 1:
            return self.entity_ids
        return tuple(dict.fromkeys((*self.earlier, *self.entity_ids)))

    @property
    def last(self) -> Step | None:
        """The last step, the one that "and the bedroom" repeats."""
        return next((s for s in reversed(self.plan.steps) if s.intent != IF), None)

    @property
    def asked(self) -> GroundedStep | None:
        """The step that a question was asked about."""
        return next((step for step in self.grounding.steps if step.problem), None)


def resolve(plan: Plan, text: str, turn: Turn | None, home: Home) -> Plan | None:
    """The plan with all that hangs on the last turn replaced; None if there is nothing to hang on."""
    if turn and (answered := _answer(plan, text, turn, home)):
        return answered
    steps: list[Step] = []
    for step in plan.steps:
        if step.intent in (MORE, CORRECT):
            if turn is None or turn.last is None:
                return None
            if step.intent == CORRECT:
                steps.append(_taken_back(turn.last))
            steps.append(_again(step, turn, home))
        elif step.intent == YES or (step.intent == UNDO and turn is None):
            return None
        elif step.intent == UNDO and turn and turn.last:
            steps.append(_taken_back(turn.last))
        else:
            steps.append(step)
    if all(step.intent == IF for step in steps):  # nothing to do, or nothing at all
        return None
    return replace(plan, steps=tuple(steps))


def _taken_back(last: Step) -> Step:
    """What takes a step back: an item is taken off its list."""
    return Step("HassListRemoveItem", last.slots) if last.intent in _ADDS else Step(UNDO)


def _answer(plan: Plan, text: str, turn: Turn, home: Home) -> Plan | None:
    """The last plan with its question answered, if `text` answers it."""
    if not (asked := turn.asked) or asked.said is None:
        return None
    slots = _answered_slots(plan, text, asked, home)
    # The step alone: the others have been carried out.
    return replace(turn.plan, steps=(_with(asked.said, slots),)) if slots else None


def _answered_slots(
    plan: Plan, text: str, grounded: GroundedStep, home: Home
) -> dict[str, SlotValue]:
    """What `text`, read as `plan`, answers to the question about a step; empty if it is no answer."""
    said = plan.steps[0] if plan.steps else None
    refers = said is not None and said.intent in (MORE, CORRECT)
    match grounded.problem.kind if grounded.problem else None:
        case ProblemKind.HOW_LONG if said:
            return {slot: value for slot, value in said.slots.items() if slot in _DURATIONS}
        case ProblemKind.CONFIRM if said and said.intent == YES:
            return {"confirmed": "yes"}
        case ProblemKind.NEARLY_NAMED if said and said.intent == YES:
            return {"entity_ids": grounded.choices[0]}
        case ProblemKind.WHICH_ITEM if said is None or refers:
            named = said.slots if said else {}
            return {"item": named.get("item") or named.get("name") or text}
        case ProblemKind.AMBIGUOUS_NAME | ProblemKind.AMBIGUOUS_AREA | ProblemKind.WHICH_AREA:
            if said and refers and (slots := _chosen(said, grounded)):
                return slots
            words = tuple(word for word in split(text) if word not in _IN_AN_ANSWER)
            return _named(words, grounded, home)
    return {}


def _chosen(said: Step, grounded: GroundedStep) -> dict[str, SlotValue]:
    """The choice by number, or all of them."""
    choices = grounded.choices
    if said.slots.get("target") == "all" and choices:
        return {"entity_ids": ",".join(choices)}
    ordinal = str(said.slots.get("ordinal", ""))
    index = -1 if ordinal == "last" else int(ordinal) - 1 if ordinal.isdigit() else None
    if index is not None and choices and index < len(choices):
        return {"entity_ids": choices[index]}
    return {}


def _named(words: Words, grounded: GroundedStep, home: Home) -> dict[str, SlotValue]:
    """The choice by its name or its place."""
    if not words:
        return {}
    entities = tuple(home.entity_by_id[i] for i in grounded.choices if i in home.entity_by_id)
    try:
        place = find_place(" ".join(words), home, None)
    except Unclear:
        pass
    else:
        inside = tuple(entity for entity in entities if home.is_in(entity, place))
        if inside:
            return {"entity_ids": ",".join(entity.entity_id for entity in inside)}
        return {} if entities else {"area": place.name}
    reading = read_name(Name(words, entities, home)) if entities else None
    if reading and reading.entities:
        found = reading.entities
        if reading.place:
            found = tuple(e for e in found if home.is_in(e, reading.place)) or found
        return {"entity_ids": ",".join(entity.entity_id for entity in found)}
    return {}


def _with(step: Step, slots: dict[str, SlotValue]) -> Step:
    kept = {k: v for k, v in step.slots.items() if not ("entity_ids" in slots and k in _TARGETS)}
    return Step(step.intent, kept | slots)


def _again(step: Step, turn: Turn, home: Home) -> Step:
    """The last step with another target or value."""
    last = turn.last
    assert last is not None
    slots = dict(step.slots)
    value = slots.pop("value", None)
    if value is not None and last.intent in ASKS and _is_place(str(value), home):
        slots["area"] = str(value)  # "and what about 2", where rooms have numbers
        value = None
    entities = tuple(
        home.entity_by_id[entity_id]
        for entity_id in turn.entity_ids
        if entity_id in home.entity_by_id
    )
    if value is not None or "color" in slots:
        return _another_value(step.intent, last, value, slots, entities)
    if slots.pop("target", None) == "other":
        return Step(last.intent, _kept(last) | {"target": "other"})
    if (kind := slots.get("device_class")) and len(slots) == 1 and last.intent in _MEASURED:
        return _also_measured(last, str(kind))
    if not slots and (more := _one_more(last)):
        return more
    if "item" in last.slots and "item" in slots:
        return Step(last.intent, last.slots | slots)
    if "item" in last.slots and "name" in slots:
        if _is_list(str(slots["name"]), home):  # "no, that's for the Costco list"
            return Step(_ON_A_LIST.get(last.intent, last.intent), last.slots | slots)
        return Step(last.intent, last.slots | {"item": slots["name"]})
    if "name" in slots and (place := _exact_place(str(slots["name"]), home)):
        slots[place_slot(place)] = slots.pop("name")  # "and the utility" is a room
    kept = _kept(last)
    if "name" not in slots and not {"domain", "device_class"} & slots.keys():
        # "And the bedroom": the same there.
        kept |= {k: v for k, v in last.slots.items() if k in ("name", "domain", "device_class")}
        if namesake := _namesake(kept.get("name"), slots, home):
            return Step(last.intent, kept | {"name": namesake})
        if "name" in kept and entities:
            kept["kind"] = entities[0].domain
    return Step(last.intent, kept | slots)


def _is_place(spoken: str, home: Home) -> bool:
    try:
        find_place(spoken, home, None)
    except Unclear:
        return False
    return True


def _is_list(spoken: str, home: Home) -> bool:
    words = split(spoken)
    return bool(words) and read_name(Name(words, home.of_kind(_TODO), home)) is not None


def _namesake(name: SlotValue | None, slots: dict[str, SlotValue], home: Home) -> str | None:
    """ "And the downstairs one", after the "Upstairs Nest": the "Downstairs Nest"."""
    place = split(str(slots.get("area") or slots.get("floor") or ""))
    places: tuple[Place, ...] = (*home.areas, *home.floors)
    of_places = {word for p in places for own in p.names for word in split(own)} | _UP_DOWN
    rest = [word for word in split(str(name or "")) if word not in of_places]
    if name is None or not place or len(rest) == len(split(str(name))):
        return None
    wanted = (*place, *rest)
    found = (own for entity in home.entities for own in entity.names if split(own) == wanted)
    return next(found, None)


def _also_measured(last: Step, kind: str) -> Step:
    """ "And the humidity", after the temperature: of the same place, or of the weather."""
    if last.intent == _WEATHER:
        during = {k: v for k, v in last.slots.items() if k == "during"}
        return Step(_WEATHER, during | {"attribute": kind})
    place = {k: v for k, v in last.slots.items() if k in ("area", "floor")}
    return Step("HassGetState", place | {"device_class": kind})


def _exact_place(spoken: str, home: Home) -> Place | None:
    words = split(spoken)
    places: tuple[Place, ...] = (*home.areas, *home.floors)
    return next((p for p in places if any(split(name) == words for name in p.names)), None)


def _one_more(last: Step) -> Step | None:
    """ "One more", after something was set: a step up from there."""
    slot = next((slot for slot in last.slots if slot in _NUMBERS), None)
    if slot is None or not isinstance(last.slots[slot], int | float):
        return None
    if slot == "volume_level":
        return Step("HassSetVolumeRelative", {"target": "last", "volume_step": "up"})
    return Step(last.intent, {"target": "last", slot: "up"})


def _kept(step: Step) -> dict[str, SlotValue]:
    return {
        slot: value for slot, value in step.slots.items() if slot not in _TARGETS | {"entity_ids"}
    }


def _another_value(
    intent: str,
    last: Step,
    value: SlotValue | None,
    slots: dict[str, SlotValue],
    entities: tuple[Entity, ...],
) -> Step:
    target: dict[str, SlotValue] = {"target": "last"}
    if {"name", "area", "floor"} & slots.keys() or not entities:
        target = {k: v for k, v in last.slots.items() if k in _TARGETS}
        target |= {k: v for k, v in slots.items() if k in _TARGETS}
    if value is None:
        return Step("HassLightSet", target | {"color": slots["color"]})
    if number := next((slot for slot in last.slots if slot in _NUMBERS), None):
        return Step(last.intent, target | {number: value})
    domain = entities[0].domain if entities else str(last.slots.get("domain", "light"))
    changed = _VALUES.get(domain, _VALUES["light"])
    return Step(changed[0], target | {changed[1]: value})
