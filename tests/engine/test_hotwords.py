"""Which names are listened for, once something was heard roughly."""

from __future__ import annotations

from custom_components.llmos_assistant.engine.hotwords import MAX_TOKENS, choose


def letters(text: str) -> int:
    """A token for every three letters, about as Whisper has it."""
    return -(-len(text) // 3)


def names(count: int) -> list[str]:
    """Names that are like nothing in the tests."""
    return [f"Zigzag {number}" for number in range(count)]


def test_the_name_that_sounds_like_what_was_heard_comes_last() -> None:
    """Whisper attends most to the end of its prompt."""
    prompt = choose([*names(400), "Nanoleaf Panels"], "turn on the nana leaf panels", letters)
    assert prompt.endswith("Nanoleaf Panels")


def test_where_words_end_does_not_matter() -> None:
    prompt = choose([*names(400), "Roborock"], "Start the robot rock.", letters)
    assert prompt.endswith("Roborock")


def test_the_prompt_is_bounded() -> None:
    prompt = choose(names(400), "anything", letters)
    assert MAX_TOKENS / 2 < letters(prompt) <= MAX_TOKENS


def test_no_word_is_spent_twice() -> None:
    prompt = choose(["Lamp", "Bedroom Lamp", "bedroom"], "bedroom lamp", letters)
    assert prompt == "Bedroom Lamp"


def test_nothing_is_like_nothing() -> None:
    assert choose(names(5), "...", letters) == ""
    assert choose([], "turn it on", letters) == ""
