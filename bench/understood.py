"""Commands understood right from speech: heard, said to a home, and what changed in it compared.

The homes and what should come of each command are those of `tests/homes`, where text is measured. All else that may
go wrong goes wrong with text, too: so the same commands are typed beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from custom_components.llmos_assistant.home.inventory import Area, Entity, Floor, Home
from custom_components.llmos_assistant.home.vocabulary import vocabulary
from tests.homes.files import Entry, HomeFile
from tests.homes.running import Homes, load_homes, run_homes

from . import suite
from .suite import Utterance

_EVERY = 6
_FIRST = 10_000  # the number of the first, beyond those of the suite
_SPELT_WRONG = "misheard"  # as if heard wrong: nobody says them


def commands(every: int) -> Homes:
    """Each so-manieth command of one turn that changes something."""
    return [
        (
            file,
            [
                entry
                for entry in entries
                if len(entry.turns) == 1 and entry.turns[0].changes and entry.about != _SPELT_WRONG
            ][:: _EVERY * every],
        )
        for file, entries in load_homes()
    ]


def utterances(homes: Homes) -> list[Utterance]:
    """The commands, spoken in a quiet room."""
    said = [(entry.say, names(file)) for file, entries in homes for entry in entries]
    return suite.spoken(dict(enumerate(said, _FIRST)))


def names(file: HomeFile) -> tuple[str, ...]:
    """What speech recognition listens for in a home."""
    floors = (
        Floor(key, spec["name"], tuple(spec.get("aliases", ())))
        for key, spec in file.floors.items()
    )
    areas = (
        Area(key, spec["name"], tuple(spec.get("aliases", ()))) for key, spec in file.areas.items()
    )
    entities = (
        Entity(key, spec["name"], tuple(spec.get("aliases", ())))
        for key, spec in file.entities.items()
        if spec.get("exposed", True)
    )
    return vocabulary(Home(tuple(entities), tuple(areas), tuple(floors)))


def right(homes: Homes, texts: Sequence[str] | None = None) -> list[bool]:
    """Of each command, if it changed what it should; `texts`: what was heard instead of it."""
    if texts is not None:
        heard = iter(texts)
        homes = [(file, [_heard(entry, heard.__next__) for entry in said]) for file, said in homes]
    return [result.right for result in run_homes(homes, ["llmos"])]


def _heard(entry: Entry, text: Callable[[], str]) -> Entry:
    return replace(entry, turns=(replace(entry.turns[0], say=text()),))
