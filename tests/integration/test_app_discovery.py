"""An engine that runs as an app: offered by the Supervisor, added with one click."""

from __future__ import annotations

from homeassistant.config_entries import SOURCE_HASSIO, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.hassio import HassioServiceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.llmos_assistant.const import DOMAIN

from .scripted_engine import ScriptedEngine

_APP = "LLMOS Assistant Engine"


async def hear_of(hass: HomeAssistant, port: int, uuid: str = "1234") -> ConfigFlowResult:
    """Let the Supervisor tell of an engine."""
    info = HassioServiceInfo(
        config={"host": "127.0.0.1", "port": port, "addon": _APP},
        name=_APP,
        slug="0a1b_llmos_assistant_engine",
        uuid=uuid,
    )
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_HASSIO}, data=info
    )
    await hass.async_block_till_done()
    return result


async def submit(hass: HomeAssistant, form: ConfigFlowResult) -> ConfigFlowResult:
    """Click on Submit."""
    result = await hass.config_entries.flow.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    return result


async def test_the_app_is_offered_and_added_with_one_click(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    form = await hear_of(home, engine.port)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "hassio_confirm")
    assert form["description_placeholders"]["app"] == _APP
    [flow] = home.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["title_placeholders"] == {"name": _APP}
    assert flow["context"]["configuration_url"].startswith("homeassistant://hassio/addon/0a1b_")

    result = await submit(home, form)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].state is ConfigEntryState.LOADED
    # By which the Supervisor removes it with its app.
    assert (result["result"].source, result["result"].unique_id) == (SOURCE_HASSIO, "1234")
    assert "pipeline_id" in result["result"].data
    assert dict(result["data"]) | {"pipeline_id": ""} == {
        "engine": "remote",
        "host": "127.0.0.1",
        "port": engine.port,
        "language": "en",
        "create_pipeline": True,
        "preferred_pipeline": False,
        "pipeline_id": "",
    }


async def test_an_app_that_does_not_answer_yet_can_be_tried_again(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    form = await hear_of(home, engine.port)
    engine.has_speech = False

    failed = await submit(home, form)
    assert failed["errors"] == {"base": "engine_incomplete"}

    engine.has_speech = True
    assert (await submit(home, failed))["type"] is FlowResultType.CREATE_ENTRY


async def test_nobody_at_the_address_is_said(home: HomeAssistant, engine: ScriptedEngine) -> None:
    failed = await submit(home, await hear_of(home, 1))

    assert failed["errors"] == {"base": "engine_failed"}
    assert "tcp://127.0.0.1:1" in failed["description_placeholders"]["reason"]


async def test_who_has_an_engine_is_not_asked_again(
    home: HomeAssistant, assistant: MockConfigEntry, engine: ScriptedEngine
) -> None:
    result = await hear_of(home, engine.port)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "single_instance_allowed"
