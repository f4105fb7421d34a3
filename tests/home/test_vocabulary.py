"""What speech recognition is told to listen for."""

from __future__ import annotations

from custom_components.llmos_assistant.home.inventory import Area, Entity, Floor, Home
from custom_components.llmos_assistant.home.vocabulary import vocabulary


def test_every_name_once_places_first() -> None:
    home = Home(
        areas=(Area("den", "Den", ("snug",)),),
        floors=(Floor("up", "Upstairs"),),
        entities=(
            Entity("light.a", "Tripod  Lamp", ("reading light",)),
            Entity("todo.food", "Groceries"),
            Entity("person.priya", "Priya"),
            Entity("light.b", "tripod lamp"),
        ),
    )

    names = [name.casefold() for name in vocabulary(home)]

    assert names == [
        "den",
        "snug",
        "upstairs",
        "tripod lamp",
        "reading light",
        "groceries",
        "priya",
    ]


def test_ids_and_sentences_are_no_names() -> None:
    home = Home(
        entities=(
            Entity("light.nameless", "light.nameless"),
            Entity("script.out", "Turn off all the lights and lock up"),
        )
    )

    assert vocabulary(home) == ()
