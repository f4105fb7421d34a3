"""Which names are listened for, once something was heard roughly."""

from __future__ import annotations

from custom_components.llmos_assistant.engine.hotwords import MAX_TOKENS, as_prompt, choose, named


def letters(text: str) -> int:
    """A token for every three letters, about as Whisper has it."""
    return -(-len(text) // 3)


def names(count: int) -> list[str]:
    """Names that are like nothing in the tests."""
    return [f"Zigzag {number}" for number in range(count)]


def test_the_name_that_sounds_like_what_was_heard_comes_last() -> None:
    """Whisper attends most to the end of its prompt."""
    chosen = choose([*names(400), "Nanoleaf Panels"], "turn on the nana leaf panels", letters)
    assert chosen[-1] == "Nanoleaf Panels"


def test_where_words_end_does_not_matter() -> None:
    chosen = choose([*names(400), "Roborock"], "Start the robot rock.", letters)
    assert chosen[-1] == "Roborock"


def test_sound_counts_as_much_as_spelling() -> None:
    chosen = choose([*names(400), "Quay lantern"], "turn on the key lantern", letters)
    assert chosen[-1] == "Quay lantern"
    chosen = choose([*names(400), "Phyllis"], "is fill is at home", letters)
    assert chosen[-1] == "Phyllis"


def test_numbers_are_the_same_in_words_and_digits() -> None:
    others = ["Thirteen lamps", "Sixteen bulbs"]
    assert choose([*others, "Twelve ounce"], "a 12 ounce coffee", letters)[-1] == "Twelve ounce"


def test_the_prompt_is_bounded() -> None:
    for most in (MAX_TOKENS, 200):
        prompt = as_prompt(choose(names(400), "anything", letters, most))
        assert most / 2 < letters(prompt) <= most


def test_no_word_is_spent_twice() -> None:
    assert choose(["Lamp", "Bedroom Lamp", "bedroom"], "bedroom lamp", letters) == ["Bedroom Lamp"]


def test_nothing_is_like_nothing() -> None:
    assert choose(names(5), "...", letters) == []
    assert choose([], "turn it on", letters) == []
    assert as_prompt([]) == ""


def test_a_prompt_is_a_list_that_has_an_end() -> None:
    assert as_prompt(["Attic", "Hue Go"]) == "Attic, Hue Go."


def test_words_of_whole_names_are_counted_once() -> None:
    known = ["Large", "Hue Go", "Room 2", "Go"]
    assert named("turn on the hue go in room two", known) == 4
    assert named("a larger one", known) == 0
    assert named("", known) == named("large", []) == 0
