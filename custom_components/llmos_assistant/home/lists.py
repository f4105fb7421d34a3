"""Which list is meant: Home Assistant's own shopping list, or one of the to-do lists."""

from __future__ import annotations

from .inventory import Entity
from .matching import Name, read_name
from .names import split, stems
from .problems import ProblemKind, Unclear
from .scope import Scope

_OF_ANY_LIST = {
    "HassShoppingListAddItem": "HassListAddItem",
    "HassShoppingListCompleteItem": "HassListCompleteItem",
}
_OF_SHOPPING_LIST = {own: shopping for shopping, own in _OF_ANY_LIST.items()}
_SHOPPING_WORDS = frozenset({"grocery", "shopping", "messages"})  # messages: Scottish for groceries
_ABOUT_ITEMS = frozenset({*_OF_ANY_LIST, *_OF_SHOPPING_LIST, "HassListRemoveItem"})
_VAGUE = frozenset(
    "a all an any anything everything it item items list something that the them things this".split()
)
_TRIPS = frozenset({"order", "run", "shop", "trip"})
_REMOVING = frozenset("delete drop erase remove scratch take".split())
_TICKING = frozenset("bought check checked complete cross done got mark strike tick".split())
_TODO = frozenset({"todo"})


def choose_list(scope: Scope) -> None:
    """Choose the list of a step about lists. Raises Unclear."""
    if (
        scope.intent in _ABOUT_ITEMS
        and "item" in scope.slots
        and _VAGUE.issuperset(split(str(scope.slots["item"])))
    ):
        raise Unclear(ProblemKind.WHICH_ITEM)
    lists = scope.home.of_kind(_TODO)
    if scope.intent in _OF_SHOPPING_LIST:
        _named_list(scope, lists)
    elif scope.intent in _OF_ANY_LIST:
        _shopping_list(scope, lists)


def _named_list(scope: Scope, lists: tuple[Entity, ...]) -> None:
    """A list that was named: the shopping list has intents of its own where it is set up."""
    spoken = str(scope.slots.get("name", ""))
    words = split(spoken)
    if len(words) > 1 and words[-1] in _TRIPS:
        scope.slots["name"] = spoken = " ".join(words[:-1])  # the "Aldi run"
    if not spoken or (
        says_shopping(spoken) and not read_name(Name(split(spoken), lists, scope.home))
    ):
        if spoken and not scope.home.shopping_list and not _for_shopping(lists):
            raise Unclear(ProblemKind.UNKNOWN_NAME, spoken)
        scope.intent = _OF_SHOPPING_LIST[scope.intent]
        scope.slots.pop("name", None)
        _shopping_list(scope, lists)


def _shopping_list(scope: Scope, lists: tuple[Entity, ...]) -> None:
    """No list was named, or just "the shopping list"."""
    if scope.home.shopping_list:
        return
    candidates = _for_shopping(lists) or lists
    if not candidates:
        raise Unclear(ProblemKind.NOTHING_FITS, "todo")
    scope.intent = _OF_ANY_LIST[scope.intent]
    if scope.intent == "HassListCompleteItem" and _removes(scope.text):
        scope.intent = "HassListRemoveItem"
    if len(candidates) > 1:
        ids = tuple(entity.entity_id for entity in candidates)
        raise Unclear(ProblemKind.AMBIGUOUS_NAME, "", scope.label(candidates), choices=ids)
    scope.slots["name"] = candidates[0].name


def _removes(text: str) -> bool:
    """If something is to be taken off a list, and not ticked off as done."""
    words = frozenset(text.lower().split())
    return not _REMOVING.isdisjoint(words) and _TICKING.isdisjoint(words)


def _for_shopping(lists: tuple[Entity, ...]) -> tuple[Entity, ...]:
    return tuple(entity for entity in lists if any(map(says_shopping, entity.names)))


def says_shopping(name: str) -> bool:
    """If a list is one for groceries by its name."""
    return not _SHOPPING_WORDS.isdisjoint(stems(split(name))) or "messages" in split(name)
