"""The command model that ships, in the parser that ships."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from custom_components.llmos_assistant.engine.parser import CommandParser
from custom_components.llmos_assistant.engine.protocol import Step
from custom_components.llmos_assistant.engine.store import ModelError

MODEL = Path(__file__).parents[2] / "custom_components" / "llmos_assistant" / "command_model"


@pytest.fixture(scope="module")
def parser() -> CommandParser:
    """The parser, loaded."""
    return CommandParser(MODEL)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (
            "Turn on the lights upstairs",
            [Step("HassTurnOn", {"domain": "light", "floor": "upstairs"})],
        ),
        (
            "Set the Zorblax lamp to 40 percent",
            [Step("HassLightSet", {"name": "Zorblax lamp", "brightness": 40})],
        ),
        ("set a timer for five minutes", [Step("HassStartTimer", {"minutes": 5})]),
        ("what time is it", [Step("HassGetCurrentTime")]),
        (
            "add oat milk to the shopping list",
            [Step("HassShoppingListAddItem", {"item": "oat milk"})],
        ),
        (
            "pause the music and set a timer for ten minutes",
            [Step("HassMediaPause"), Step("HassStartTimer", {"minutes": 10})],
        ),
    ],
)
def test_parse(parser: CommandParser, text: str, steps: list[Step]) -> None:
    """Utterances become steps, with names as they were said."""
    plan = parser.parse(text)
    assert list(plan.steps) == steps
    assert 0.5 < plan.confidence <= 1


@pytest.mark.parametrize("text", ["", "?!", "what is the capital of france", "lamp " * 65])
def test_nothing_to_do(parser: CommandParser, text: str) -> None:
    """Nothing said, talk, and more words than the model can point at give no steps."""
    assert parser.parse(text).steps == ()


def test_several_texts_at_a_glance(parser: CommandParser) -> None:
    """Each as if it were read alone; what cannot be read asks for nothing."""
    texts = ["turn on the kitchen lights", "", "what is the capital of france", "lamp " * 65]
    plans = parser.glance(texts)
    assert plans[0].steps == parser.parse(texts[0]).steps != ()
    assert plans[0].confidence == pytest.approx(parser.parse(texts[0]).confidence, abs=0.01)
    assert [plan.steps for plan in plans[1:]] == [(), (), ()]
    assert parser.glance([]) == []


def test_missing(tmp_path: Path) -> None:
    """A folder without a model is told by name."""
    with pytest.raises(ModelError, match="nowhere"):
        CommandParser(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["model.bin", "words.model", "card.json"])
def test_damaged(tmp_path: Path, name: str) -> None:
    """A damaged file is an error that says what to do, not a crash."""
    folder = shutil.copytree(MODEL, tmp_path / "model")
    (folder / name).write_bytes(
        (folder / name).read_bytes()[:1000] if name == "model.bin" else b"\0\1"
    )
    with pytest.raises(ModelError, match="Install the integration again"):
        CommandParser(folder)
