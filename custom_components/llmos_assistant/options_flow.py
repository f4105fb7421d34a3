"""Options: which models hear and chat, and which of those that are here may go."""

from __future__ import annotations

from pathlib import Path
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_LANGUAGE
from homeassistant.helpers.selector import SelectOptionDict, TextSelector

from .const import (
    CONF_ENGINE,
    CONF_MODEL,
    CONF_REMOVE,
    CONF_SECONDS,
    CONF_UPDATE,
    CONF_WORDS,
    DEFAULT_LANGUAGE,
    DOMAIN,
    ENGINE_REMOTE,
    NO_MODEL,
    OWN_MODEL,
    models_folder,
)
from .engine import store
from .engine.hugging_face import Listing, is_repository
from .engine.model_files import in_words
from .flow_forms import option, select
from .hub import disk_free
from .install import SPEECH_MODEL, InstallError
from .install_steps import OPTIONS, InstallSteps
from .model_texts import ModelTexts
from .models import (
    Choice,
    async_look_up,
    async_remove,
    async_stored,
    models_in_use,
)

_HUB = "https://huggingface.co/"  # people paste addresses
_LIKED_GGUF = ("q4_k_m", "q4_0", "q8_0")  # small, and still good


class LlmosOptionsFlow(InstallSteps, OptionsFlow):
    """Choose models, get them, and use them; or remove and update what is here."""

    def __init__(self) -> None:
        self._purpose = store.Purpose.CHAT
        self._listing: Listing | None = None
        self._choices: list[Choice] = []
        self._changes: dict[str, Any] = {}  # of the options

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what to do."""
        if self.config_entry.data[CONF_ENGINE] == ENGINE_REMOTE:
            return self.async_abort(reason="remote_engine")
        return self.async_show_menu(step_id="init", menu_options=["speech", "chat", "stored"])

    async def async_step_speech(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which model hears."""
        self._purpose = store.Purpose.SPEECH
        language = self.config_entry.data.get(CONF_LANGUAGE, DEFAULT_LANGUAGE)
        models = [model for model in store.SPEECH_MODELS if model.knows(language)]
        return await self._async_step_model("speech", models, user_input)

    async def async_step_chat(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which model answers what is not about the home, if any."""
        self._purpose = store.Purpose.CHAT
        return await self._async_step_model("chat", list(store.CHAT_MODELS), user_input)

    async def _async_step_model(
        self, step_id: str, models: list[store.Model], user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        key = OPTIONS[self._purpose]
        if user_input is not None:
            chosen = user_input[key]
            if chosen == OWN_MODEL:
                return await self.async_step_own()
            if chosen in store.MODELS:
                return await self._async_get(store.MODELS[chosen])
            self._changes = {key: chosen}  # none, or the user's own that is in use already
            return await self.async_step_finish()
        is_speech = self._purpose is store.Purpose.SPEECH
        current = self.config_entry.options.get(key, SPEECH_MODEL.name if is_speech else NO_MODEL)
        options = await self._async_model_options(models, current)
        extra = [] if is_speech else [NO_MODEL]
        schema = vol.Schema(
            {
                vol.Required(key, default=current): select(
                    [*map(option, extra), *options, option(OWN_MODEL)], key
                )
            }
        )
        return self.async_show_form(step_id=step_id, data_schema=schema)

    async def _async_model_options(
        self, models: list[store.Model], current: str
    ) -> list[SelectOptionDict]:
        """Models with what they cost, and the one that is in use if it is none of them."""
        texts = await ModelTexts.async_load(self.hass)
        stored = {model.name: model for model in await async_stored(self.hass)}
        measured = self.config_entry.options
        seconds, words = (measured.get(key, {}) for key in (CONF_SECONDS, CONF_WORDS))
        options = [
            SelectOptionDict(
                value=m.name,
                label=texts.cost(m, stored, seconds.get(m.name), words.get(m.name)),
            )
            for m in models
        ]
        if current != NO_MODEL and current not in {model.name for model in models}:
            in_use = models_in_use(self.config_entry)
            label = texts.stored(stored[current], in_use) if current in stored else current
            options.append(SelectOptionDict(value=current, label=label))
        return options

    async def async_step_own(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the user's own model: a folder, a GGUF file, or a repository on the hub."""
        errors: dict[str, str] = {}
        placeholders = {"reason": ""}
        if user_input is not None:
            text = user_input[CONF_MODEL].strip().removeprefix(_HUB).rstrip("/")
            try:
                if is_repository(text):
                    return await self._async_step_repository(await async_look_up(self.hass, text))
            except InstallError as err:
                errors["base"], placeholders = err.key, err.placeholders
            else:
                path = Path(text)
                if path.is_absolute() and await self.hass.async_add_executor_job(path.exists):
                    return await self._async_get(path)
                errors[CONF_MODEL] = "no_such_path" if path.is_absolute() else "no_such_name"
        return self.async_show_form(
            step_id="own",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({vol.Required(CONF_MODEL): TextSelector()}), user_input
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _async_step_repository(self, listing: Listing) -> ConfigFlowResult:
        """Get what the repository has. Raises InstallError if nothing in it is of use."""
        ggufs = listing.ggufs() if self._purpose is store.Purpose.CHAT else []
        if listing.model(self._purpose):
            return await self._async_get(store.of_repository(listing.repository, self._purpose))
        if not ggufs:
            raise InstallError("nothing_usable", listing.repository)
        self._listing = listing
        if len(ggufs) > 1:
            return await self.async_step_file()
        return await self.async_step_file({CONF_MODEL: ggufs[0].name})

    async def async_step_file(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which GGUF file of a repository."""
        assert self._listing is not None
        if user_input is not None:
            repository, file = self._listing.repository, user_input[CONF_MODEL]
            return await self._async_get(store.of_repository(repository, self._purpose, file))
        texts = await ModelTexts.async_load(self.hass)
        files = self._listing.ggufs()
        liked = (f.name for like in _LIKED_GGUF for f in files if like in f.name.lower())
        options = [SelectOptionDict(value=f.name, label=texts.file(f)) for f in files]
        default = next(liked, files[0].name)
        schema = vol.Schema({vol.Required(CONF_MODEL, default=default): select(options)})
        return self.async_show_form(step_id="file", data_schema=schema)

    async def async_step_stored(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """List what is here; remove some of it, or look for newer."""
        stored = await async_stored(self.hass)
        if user_input is not None:
            updates = user_input.get(CONF_UPDATE, ())
            self._choices = [
                Choice(model.update, model.update.purpose, newest=True)
                for model in stored
                if model.update and model.name in updates
            ]
            try:
                await async_remove(self.hass, user_input.get(CONF_REMOVE, []))
            except InstallError as err:
                self._error = err
                return await self.async_step_install_failed()
            return await (self.async_step_install() if self._choices else self.async_step_finish())
        texts = await ModelTexts.async_load(self.hass)
        in_use = models_in_use(self.config_entry)
        options = {
            model.name: SelectOptionDict(value=model.name, label=texts.stored(model, in_use))
            for model in stored
        }
        removable = [options[m.name] for m in stored if m.name not in in_use]
        updatable = [options[m.name] for m in stored if m.update]
        schema = {
            vol.Optional(key): select(choices, multiple=True)
            for key, choices in ((CONF_REMOVE, removable), (CONF_UPDATE, updatable))
            if choices
        }
        free = await self.hass.async_add_executor_job(disk_free, models_folder(self.hass))
        return self.async_show_form(
            step_id="stored",
            data_schema=vol.Schema(schema),
            description_placeholders={
                "models": "\n".join(f"- {option['label']}" for option in options.values()) or "–",
                "free": in_words(free),
            },
        )

    async def _async_get(self, source: store.Model | Path) -> ConfigFlowResult:
        """Get a model, then use it."""
        self._choices = [Choice(source, self._purpose)]
        return await self.async_step_install()

    @override
    async def _async_install(self) -> None:
        for choice in self._choices:
            options = {**self.config_entry.options, **self._changes}
            changes = await self._async_get_and_try(choice, self.config_entry.data, options)
            if choice.newest:
                del changes[OPTIONS[choice.purpose]]  # it is used or not, as before
            self._changes |= changes

    @override
    async def async_step_finish(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Use what was chosen: changed options load the entry again. Of a chat model, say how fast."""
        if self._words is not None and user_input is None:
            return self.async_show_form(
                step_id="finish",
                data_schema=vol.Schema({}),
                description_placeholders={"words": f"{self._words:.1f}"},
            )
        entry = self.config_entry
        if any(c.newest for c in self._choices) and entry.state is ConfigEntryState.LOADED:
            entry.async_create_background_task(
                self.hass, entry.runtime_data.async_use_models(), f"{DOMAIN} models"
            )
        return self.async_create_entry(data={**self.config_entry.options, **self._changes})
