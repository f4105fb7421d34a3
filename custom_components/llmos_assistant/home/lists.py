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
_SHOPPING_WORDS = frozenset(
    {"food", "grocery", "market", "messages", "shopping", "supermarket"}
)  # messages: Scots
# Shops that lists are called by.
_SHOPS = frozenset(
    "albertsons aldi asda bigbasket booker carrefour checkers coles conad costco edeka ica kroger lidl loblaws "
    "metro migros morrisons ocado penny publix rewe safeway sainsburys spar tesco waitrose walmart wegmans "
    "woolworths".split()
)
_OF_JOBS = frozenset(
    "bill chore do errand fix house job maintenance pack project reminder repair task todo".split()
)
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
    candidates = _spoken_of(scope, lists) or _for_shopping(lists) or lists
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
    """The lists for groceries: by their names, by a shop's, or because no other is left."""
    by_name = tuple(entity for entity in lists if any(map(says_shopping, entity.names)))
    by_shop = tuple(e for e in lists if any(not _SHOPS.isdisjoint(split(n)) for n in e.names))
    if by_name or by_shop:
        return by_name or by_shop
    return tuple(e for e in lists if all(_OF_JOBS.isdisjoint(stems(split(n))) for n in e.names))


def _spoken_of(scope: Scope, lists: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """The list whose whole name is in the utterance: "we need lanterns for the rooftop party"."""
    said = stems(split(scope.text))
    names = {entity: [stems(split(name)) for name in entity.names] for entity in lists}
    return tuple(
        entity
        for entity, own in names.items()
        if any(name and name == said[i : i + len(name)] for name in own for i in range(len(said)))
    )


def says_shopping(name: str) -> bool:
    """If a list is one for groceries by its name."""
    return not _SHOPPING_WORDS.isdisjoint((*stems(split(name)), *split(name)))
