"""Which of the plans that the command model holds for possible makes sense in this home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..engine.protocol import Plan
from .bare_names import run_by_name
from .follow_ups import Turn, resolve
from .grounded import Grounding
from .grounding import ground
from .inventory import Home
from .matching import Name, read_exactly
from .names import split
from .narrowing import segments
from .problems import ProblemKind
from .scope import NAMING
from .sensors import counted_by_name

# If these stand in the way, the words may have been read wrongly; all other problems are asked about.
_MISREAD = frozenset(
    {
        ProblemKind.NEARLY_NAMED,
        ProblemKind.NOTHING_FITS,
        ProblemKind.NO_LEVEL,
        ProblemKind.NO_MODE,
        ProblemKind.NO_TIME,
        ProblemKind.UNKNOWN_AREA,
        ProblemKind.UNKNOWN_NAME,
        ProblemKind.WRONG_KIND,
    }
)
_TALK = 0.8  # from this confidence on, what seems to be talk is left alone, unless a thing is named
_SURE_TALK = 0.97  # from this one on, even then
_LEAST = 0.6  # the least confidence of a reading that is taken instead


@dataclass(frozen=True)
class Understanding:
    """What a text asks for: as spoken, and in this home."""

    plan: Plan
    grounding: Grounding
    home: Home

    @property
    def makes_sense(self) -> bool:
        """If it is about this home, and at most something has to be asked."""
        problem = self.grounding.problem
        return bool(self.plan.steps) and (problem is None or problem.kind not in _MISREAD)


def read(
    plan: Plan, text: str, home: Home, area_id: str | None, turn: Turn | None
) -> Understanding:
    """The likeliest reading that can be carried out here; the likeliest of all if none can."""
    if named := run_by_name(text, home):
        plan = named
    elif first := _begins_with_name(plan, text, home):
        plan = replace(plan, steps=(*first.steps, *plan.steps), alternatives=())
    elif not plan.steps and (counted := counted_by_name(text, home)):
        plan = counted
    if plan.confidence < _LEAST and any(not other.steps for other in plan.alternatives):
        plan = Plan()  # as likely talk as anything
    likeliest = _ground(plan, text, home, area_id, turn)
    if likeliest.makes_sense:
        return likeliest
    if not plan.steps and plan.confidence >= _SURE_TALK:
        return likeliest
    is_talk = not plan.steps and plan.confidence >= _TALK
    for alternative in _alternatives(plan):
        if is_talk and not _names_things(alternative, home):
            continue
        other = _ground(alternative, text, home, area_id, turn)
        if (
            other.plan.steps
            and other.grounding.problem is None
            and not (plan.route == "question" and other.plan.route == "command")
            and _names(other.plan) >= _names(likeliest.plan)  # nothing that was named is dropped
        ):
            return other
    return likeliest


def _begins_with_name(plan: Plan, text: str, home: Home) -> Plan | None:
    """What runs the scene that a text begins with and the plan has not: "movie night and the shades down"."""
    parts = segments(text, 2) if len(plan.steps) == 1 else None
    first = run_by_name(parts[0], home) if parts else None
    return first if first and first.steps != plan.steps else None


def _names_things(plan: Plan, home: Home) -> bool:
    """If each step says the very name of a thing of this home: then it is hardly talk."""
    names = [split(str(step.slots.get("name", ""))) for step in plan.steps]
    return all(words and read_exactly(Name(words, home.entities, home)) for words in names)


def _names(plan: Plan) -> int:
    return sum(len(NAMING & step.slots.keys()) for step in plan.steps)


def _alternatives(plan: Plan) -> Iterator[Plan]:
    return (other for other in plan.alternatives if other.steps and other.confidence >= _LEAST)


def _ground(
    plan: Plan, text: str, home: Home, area_id: str | None, turn: Turn | None
) -> Understanding:
    resolved = resolve(replace(plan, alternatives=()), text, turn, home) or Plan()
    recent = turn.meant(text) if turn else ()
    return Understanding(resolved, ground(resolved, home, area_id, recent, text), home)
