"""Names and limits that several files share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant

DOMAIN: Final = "llmos_assistant"
NAME: Final = "LLMOS Assistant"

CONF_ENGINE: Final = "engine"
CONF_CHAT_MODEL: Final = "chat_model"
CONF_SPEECH_MODEL: Final = "speech_model"
CONF_SECONDS: Final = "seconds"
CONF_MODEL: Final = "model"
CONF_REMOVE: Final = "remove"
CONF_UPDATE: Final = "update"
CONF_CREATE_PIPELINE: Final = "create_pipeline"
CONF_PREFERRED_PIPELINE: Final = "preferred_pipeline"
CONF_PIPELINE_ID: Final = "pipeline_id"
CONF_PRIVACY: Final = "privacy"

CONF_CONTROL: Final = "control"
CONF_WORDS: Final = "words"  # a second, that chat models were measured to write
SUBENTRY_ASSISTANT: Final = "conversation"
SUBENTRY_TASK: Final = "ai_task_data"

ENGINE_LOCAL: Final = "local"
ENGINE_REMOTE: Final = "remote"
NO_MODEL: Final = "none"
OWN_MODEL: Final = "own"

DEFAULT_PORT: Final = 10700
DOCS_ELSEWHERE: Final = "https://github.com/llmos/llmos-assistant#the-engine-on-another-machine"
DEFAULT_LANGUAGE: Final = "en"
LANGUAGES: Final = ["en"]
"""Those that the command model understands."""

SPEECH_LANGUAGES: Final = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw "
    "he hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt "
    "my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl "
    "tr tt uk ur uz vi yi yo zh"
).split()
"""Those that every Whisper model hears which is not for English alone."""

# Only an engine on this machine needs them, and not every machine can have them:
# CTranslate2 has no wheels for musl. Hence they are not in the manifest.
ENGINE_REQUIREMENTS: Final = [
    "ctranslate2==4.8.5",
    "faster-whisper==1.2.1",
    "gguf==0.19.0",
    "rapidfuzz==3.14.6",
    "sentencepiece==0.2.3",
    "text2num==3.1.0",
    "tokenizers==0.23.3",
]

MAX_TEXT_LENGTH: Final = 500
"""Characters. Nobody says more at once, and the engine reads no more."""

ENV_MODELS: Final = "LLMOS_MODELS"
"""Environment variable: a folder of models to use instead of Home Assistant's own."""


def models_folder(hass: HomeAssistant) -> Path:
    """Where downloaded models live: they can be fetched again, so backups leave them out."""
    return Path(os.environ.get(ENV_MODELS) or hass.config.cache_path(DOMAIN, "models"))
