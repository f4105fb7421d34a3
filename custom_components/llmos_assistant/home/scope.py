"""What is known of a step while it is grounded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ..engine.protocol import SlotValue
from .inventory import Area, Entity, Home
from .kinds import (
    ACTS_ON,
    STATE_DOMAINS,
    UNLOCKS,
    compatible,
    device_classes,
    kind_of,
    without_kind,
)
from .names import same, split, stems
from .places import Place


def place_slot(place: Place) -> str:
    """The slot that Home Assistant takes the place in."""
    return "area" if isinstance(place, Area) else "floor"


NAMING = frozenset({"area", "floor", "name"})  # slots that say which things are meant
_ALL = frozenset({"all", "both", "each", "every", "everything"})
_UNLOCKING = frozenset({"unlock", "unlocked", "unlocks"})
_THERE = frozenset({"its", "their", "there"})
_HERE = frozenset({"here", "my", "room", "this"})


@dataclass
class Scope:
    """A step while its slots are being resolved in place.

    `here` is the area it was said in, `recent` what was last acted on in the conversation, `text`
    the whole utterance. With `each`, the slots say too much: what is meant are the entities found,
    and no others. `said_exactly`: nothing had to be guessed to find them. `is_alone`: the utterance
    has no other step, so that all its words belong to this one. `other_ids`: what a question
    compares with. `is_outside`: it was said to be in the open air; `place_before`: where the step
    before it was about, which "in there" means; `is_inferred`: the plan had no name, the utterance has.
    """

    intent: str
    slots: dict[str, SlotValue]
    home: Home
    here: Area | None
    recent: tuple[Entity, ...] = ()
    text: str = ""
    place: Place | None = None
    each: bool = False
    said_exactly: bool = False
    is_alone: bool = True
    other_ids: tuple[str, ...] = ()
    is_outside: bool = False
    is_inferred: bool = False
    place_before: Place | None = None

    @property
    def here_id(self) -> str | None:
        """The id of the area that it was said in."""
        return self.here.id if self.here else None

    @property
    def says_here(self) -> bool:
        """If the utterance speaks of the place that it is said in."""
        words = split(self.text)
        if _HERE.isdisjoint(words):
            return False
        rooms = [split(name) for area in self.home.areas for name in area.names]
        named = {pair for room in rooms for pair in pairwise(room)}
        said = {b for a, b in pairwise(("", *words)) if (a, b) not in named}
        return not _HERE.isdisjoint(said)

    @property
    def said_kinds(self) -> frozenset[str]:
        """The domains of the kinds that the utterance speaks of: of "the lamp and the telly" two."""
        kinds = map(kind_of, split(self.text))
        return frozenset(kind.domain for kind in kinds if kind)

    @property
    def says_there(self) -> bool:
        """If the utterance speaks of a place that it has named before: "its radiator", "in there"."""
        return not _THERE.isdisjoint(self.text.lower().split())

    @property
    def says_all(self) -> bool:
        """If all of a kind are meant, and not just those here: "all the blinds", "both lamps"."""
        words = self.text.lower().split()
        return not _ALL.isdisjoint(words) and not self.says_here

    @property
    def domains(self) -> frozenset[str] | None:
        """The domains that the intent can act on; None for any."""
        return ACTS_ON.get(self.intent)

    @property
    def said_domain(self) -> str | None:
        """The kind that the command model understood."""
        domain = self.slots.get("domain")
        return str(domain) if domain is not None else None

    @property
    def candidates(self) -> tuple[Entity, ...]:
        """The entities that a name can stand for here, wherever they are."""
        return tuple(
            entity
            for entity in self.home.of_kind(self.domains)
            if (self.said_domain is None or compatible(self.said_domain, entity.domain))
            and self._may_act_on(entity)
        )

    @property
    def group(self) -> tuple[Entity, ...]:
        """The entities of the said kind, wherever they are."""
        domains = frozenset({self.said_domain}) if self.said_domain else self.domains
        said_class = self.slots.get("device_class")
        entities = self.home.of_kind(domains, frozenset({str(said_class)}) if said_class else None)
        return tuple(entity for entity in entities if self._may_act_on(entity))

    def _may_act_on(self, entity: Entity) -> bool:
        """If the entity is no lock that might be opened without anybody having said so.

        Unlocking and closing are the same intent: "close the front door" must not unlock it.
        """
        return (
            entity.domain != "lock"
            or self.intent not in UNLOCKS
            or self.said_domain == "lock"
            or not _UNLOCKING.isdisjoint(self.text.lower().split())
            or "lock" in stems(split(str(self.slots.get("name", ""))))
        )

    def inside(self, entities: Iterable[Entity], place: Place) -> tuple[Entity, ...]:
        """Those of the entities that are in the place."""
        return tuple(entity for entity in entities if self.home.is_in(entity, place))

    def label(self, entities: Iterable[Entity]) -> tuple[str, ...]:
        """Display names that tell the entities apart, by their areas where the names are the same."""
        entities = tuple(entities)
        names = [entity.name for entity in entities]
        return tuple(
            f"{entity.name} ({area.name})"
            if names.count(entity.name) > 1 and (area := self.home.area_of(entity))
            else entity.name
            for entity in entities
        )

    def name_from_place(self, spoken: str) -> bool:
        """Read words that are no place as part of a name, if there is such a thing.

        "Bedroom" with the name "lamp", or with the domain `light`, stands for the "Bedroom Lamp".
        """
        name = self.slots.get("name")
        words = split(spoken if name is None else f"{spoken} {name}")
        if not words or (name is None and self.said_domain is None and self.domains is None):
            return False
        for entity in self.candidates:
            for own in map(split, entity.names):
                if same(words, own) or (
                    name is None and same(words, without_kind(own, entity.domain))
                ):
                    self.slots["name"] = " ".join(words)
                    return True
        return False

    def prefer(self, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
        """Those of the entities that suit the said domain, device class or state; all, if none does."""
        state_domains = STATE_DOMAINS.get(str(self.slots.get("state", "")))
        for suits in (
            lambda e: e.domain == self.said_domain,
            lambda e: e.device_class in device_classes(str(self.slots.get("device_class"))),
            lambda e: state_domains is not None and e.domain in state_domains,
        ):
            entities = tuple(filter(suits, entities)) or entities
        return entities
