"""Which words pass for each other, and which never."""

from __future__ import annotations

import pytest

from custom_components.llmos_assistant.home.names import NEAR, likeness, same, split


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Lou’s Bed-Room!", ("lous", "bed", "room")),
        ("my air conditioner", ("ac",)),
        ("T.V.", ("tv",)),
        ("A/C", ("ac",)),
        ("lamp two", ("lamp", "2")),
        ("the", ("the",)),
        ("Küche", ("kuche",)),
        ("厨房", ("厨房",)),
        ("?!", ()),
    ],
)
def test_split(text: str, words: tuple[str, ...]) -> None:
    """Case, accents, punctuation and articles do not count."""
    assert split(text) == words


@pytest.mark.parametrize(
    ("spoken", "name"),
    [
        ("livingroom", "Living Room"),
        ("boxes", "Box"),
        ("batteries", "battery"),
        ("glass", "Glass"),
        ("lou", "Lou's"),
    ],
)
def test_same(spoken: str, name: str) -> None:
    """Compounds and plurals are the same words."""
    assert same(split(spoken), split(name))


@pytest.mark.parametrize(
    ("spoken", "name"),
    [
        ("leaving room", "Living Room"),
        ("bed room lamb", "Bedroom Lamp"),
        ("rosy", "Rosie"),
        ("kristmas tree", "Christmas Tree"),
    ],
)
def test_misheard(spoken: str, name: str) -> None:
    """What recognition makes of a name passes for it."""
    assert likeness(split(spoken), split(name)) >= NEAR


@pytest.mark.parametrize(
    ("spoken", "name"),
    [
        ("dining room", "Living Room"),
        ("bathroom light", "Bedroom Light"),
        ("guest bedroom left lamp", "Guest Bedroom Right Lamp"),
        ("guest bedroom west lamp", "Guest Bedroom East Lamp"),
        ("bedroom lamp 1", "Bedroom Lamp 2"),
        ("bedroom lamp", "Bedroom Lamp 2"),
        ("den", "Pen"),
        ("back door", "Front Door"),
        ("upstairs hallway", "Downstairs Hallway"),
        ("garden", "Garage"),
    ],
)
def test_another_thing(spoken: str, name: str) -> None:
    """Names that differ in the word that counts are not alike, however long they are."""
    assert not same(split(spoken), split(name))
    assert likeness(split(spoken), split(name)) < NEAR
