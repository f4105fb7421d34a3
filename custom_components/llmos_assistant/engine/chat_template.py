"""How a model wants a conversation written: its chat template, in Jinja."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .protocol import Message


class ChatTemplate:
    """Renders messages as `transformers` does (its documentation: "Chat templates").

    Args:
        folder: a model with `tokenizer_config.json`, and `chat_template.jinja` unless that holds
            the template.

    Raises:
        OSError, ValueError, KeyError: there is no template.
        jinja2.TemplateError: it is none.
    """

    def __init__(self, folder: Path) -> None:
        self.config, template = read_template(folder)
        # A template comes with a model from anywhere: it can read what it is given, no more.
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.globals["raise_exception"] = _refuse
        environment.filters["tojson"] = _to_json
        self._template = environment.from_string(template)
        self._tokens = {name: _text(self.config.get(name)) for name in ("bos_token", "eos_token")}
        self._knows_system = self._accepts([Message("system", "-"), Message("user", "-")])

    def render(
        self,
        messages: Sequence[Message],
        is_prompt: bool = True,
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """The text of a conversation; of a prompt with what begins the next answer.

        Raises jinja2.TemplateError if the template does not take such messages.
        """
        if not self._knows_system:
            messages = _fold_system(messages)
        return self._template.render(
            messages=[message.as_dict() for message in messages],
            tools=list(tools) or None,
            add_generation_prompt=is_prompt,
            **self._tokens,
        )

    def _accepts(self, messages: Sequence[Message]) -> bool:
        self._knows_system = True
        try:
            self.render(messages)
        except TemplateError:
            return False
        return True


def read_template(folder: Path) -> tuple[dict[str, Any], str]:
    """The settings of a model's tokenizer, and its chat template.

    Raises OSError, ValueError, KeyError if it has none.
    """
    config: dict[str, Any] = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    path = folder / "chat_template.jinja"
    return config, path.read_text("utf-8") if path.exists() else str(config["chat_template"])


def takes_tools(template: str) -> bool:
    """Whether a model with this template calls tools, in the way that is understood here."""
    return "tools" in template and "<tool_call>" in template


def _fold_system(messages: Sequence[Message]) -> Sequence[Message]:
    """The messages without one of the system, whose text the first of the user then begins with."""
    match messages:
        case [Message("system", rules), Message("user", question), *rest]:
            return [Message("user", f"{rules}\n\n{question}"), *rest]
    return messages


def _refuse(reason: str) -> NoReturn:
    raise TemplateError(reason)


def _to_json(value: Any, indent: int | None = None) -> str:
    """JSON as models are trained on: without the escapes for HTML that Jinja's own has."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _text(token: str | dict[str, Any] | None) -> str:
    """A special token, which older tokenizers describe in full."""
    if isinstance(token, dict):
        return str(token["content"])
    return token or ""
