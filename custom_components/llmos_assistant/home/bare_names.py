"""An utterance that is nothing but the name of a scene or a script: "movie night", "time for bed"."""

from __future__ import annotations

from ..engine.protocol import Plan, Step
from .inventory import Home
from .kinds import without_kind
from .names import same, split

_RUN_BY_NAME = frozenset({"scene", "script"})
_AROUND = frozenset(
    "activate alright am are bye can do fire for go have hey hit i im it its just lets me mode my now ok okay "
    "on please put right run set so start switch then thing time to trigger turn up we were well you".split()
)


def run_by_name(text: str, home: Home) -> Plan | None:
    """The plan that runs what the whole utterance names; None if it names nothing that is run."""
    words = split(text)
    bare = split(" ".join(word for word in words if word not in _AROUND))
    for entity in home.of_kind(_RUN_BY_NAME):
        for name in map(split, entity.names):
            core = without_kind(name, entity.domain)
            known = tuple(word for word in core if word not in _AROUND)
            if same(words, name) or (bare and len(bare) == len(known) and same(bare, known)):
                return Plan((Step("HassTurnOn", {"name": entity.name}),), 1.0)
    return None
