"""Entries of lists, by the words that people use for them."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.home.items import find_item

ITEMS = ["Fix the loft hatch", "Water bill", "eggs", "oat milk", "almond milk"]


@pytest.mark.parametrize(
    ("spoken", "item"),
    [
        ("water bill", "Water bill"),
        ("the loft hatch", "Fix the loft hatch"),
        ("paid the water bill", "Water bill"),
        ("egg", "eggs"),
        ("oat milk", "oat milk"),
        ("milk", "milk"),  # which one?
        ("bread", "bread"),
    ],
)
def test_find_item(spoken: str, item: str) -> None:
    """One entry, or what was said."""
    assert find_item(spoken, ITEMS) == item
