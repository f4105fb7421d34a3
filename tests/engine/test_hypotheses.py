"""Which of several texts was said."""

from __future__ import annotations

from collections.abc import Sequence

from custom_components.llmos_assistant.engine.hypotheses import Hypothesis, Judge, best_of
from custom_components.llmos_assistant.engine.protocol import Plan, Step
from custom_components.llmos_assistant.engine.whisper import Decoded

_LOOP = "A double shot. " * 9


def likeliest(
    texts: Sequence[Decoded], glance: Decoded, names: Sequence[str], **plans: Plan
) -> Hypothesis:
    """The likeliest text; `plans` by the first word of a text, all others are talk."""

    def read(texts: Sequence[str]) -> list[Plan]:
        return [plans.get(text.split()[0].lower(), Plan()) for text in texts]

    return Judge(names, glance, read if plans else None).likeliest(texts)


def test_names_count_in_favour_of_a_text() -> None:
    glance = Decoded("Give me a larger espresso.", -0.2)
    texts = [
        Decoded("Give me a larger espresso.", -0.10),
        Decoded("Give me a large espresso.", -0.11),
        Decoded("Give me a lodge espresso.", -0.12),
    ]
    assert likeliest(texts, glance, ["large", "espresso"]).decoded == texts[1]
    assert likeliest(texts, glance, ["small"]).decoded == texts[0]


def test_a_text_that_leaves_out_what_was_heard_is_not_taken() -> None:
    """With names to listen for, Whisper may begin in the middle."""
    texts = [
        Decoded("large, light roast.", -0.1),
        Decoded("A double shot, large, light roast.", -0.3),
    ]
    glance = Decoded("A double shot large light roast.", -0.2)
    assert likeliest(texts, glance, []).decoded == texts[1]
    assert likeliest(texts, Decoded(_LOOP, -0.2), []).decoded == texts[0]


def test_a_list_of_names_is_an_echo_of_the_prompt() -> None:
    texts = [Decoded("Weir sluice, Eilidh.", -0.3), Decoded("Where is Eilidh?", -0.6)]
    names = ["Weir sluice", "Eilidh"]
    glance = Decoded("We're inside.", -0.5)
    assert likeliest(texts, glance, names).decoded == texts[1]
    assert likeliest(texts[:1], glance, names).decoded == texts[0]


def test_what_makes_sense_in_this_home_is_likelier() -> None:
    texts = [Decoded("Newt the attic radio.", -0.30), Decoded("Mute the attic radio.", -0.35)]
    mute = Plan((Step("HassMediaPlayerMute", {"name": "attic radio"}),), 0.9)
    glance = Decoded("Newt the attic radio.", -0.5)
    best = likeliest(texts, glance, ["Radio", "Attic"], mute=mute)
    assert best.decoded == texts[1]
    assert best.makes_sense
    elsewhere = likeliest(texts, glance, ["Radio", "Cellar"], mute=mute)
    assert elsewhere.decoded == texts[0]
    assert not elsewhere.makes_sense


def test_a_plan_without_names_makes_sense_in_any_home() -> None:
    text = Decoded("What time is it?", -0.4)
    plan = Plan((Step("HassGetCurrentTime"),), 1.0)
    assert likeliest([text], text, ["Attic"], what=plan).makes_sense


def test_it_is_settled_once_it_makes_sense_or_was_heard_well() -> None:
    unsure, sure = Decoded("How are you?", -0.5), Decoded("How are you?", -0.1)
    assert Hypothesis(unsure, -0.5, makes_sense=True).is_settled
    assert not Hypothesis(unsure, -0.5, makes_sense=False).is_settled
    assert Hypothesis(sure, -0.1, makes_sense=False).is_settled
    assert not Hypothesis(Decoded(_LOOP, -0.1), -0.1, makes_sense=True).is_settled


def test_what_was_made_up_comes_last() -> None:
    made_up = Hypothesis(Decoded(_LOOP, -0.1), 0.5, makes_sense=True)
    said = Hypothesis(Decoded("A double shot.", -0.9), -0.9, makes_sense=False)
    assert best_of([made_up, said]) == said
