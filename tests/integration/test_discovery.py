"""Engines that announce themselves: offered, chosen, followed when they move."""

from __future__ import annotations

from collections.abc import Generator
from ipaddress import ip_address
from unittest.mock import MagicMock, patch

import pytest
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_RECONFIGURE,
    SOURCE_ZEROCONF,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from zeroconf import DNSPointer, DNSText
from zeroconf.asyncio import AsyncServiceInfo

from custom_components.llmos_assistant.const import DOMAIN
from custom_components.llmos_assistant.engine.protocol import SERVICE_TYPE

from .flows import start, submit
from .scripted_engine import ScriptedEngine, serving


async def hear_of(
    hass: HomeAssistant, port: int | None, name: str = "nuc", host: str = "127.0.0.1"
) -> ConfigFlowResult:
    """Let Home Assistant hear an announcement."""
    address = ip_address(host)
    info = ZeroconfServiceInfo(
        ip_address=address,
        ip_addresses=[address],
        port=port,
        hostname=f"{name}.local.",
        type=SERVICE_TYPE,
        name=f"{name}.{SERVICE_TYPE}",
        properties={},
    )
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_ZEROCONF}, data=info
    )
    await hass.async_block_till_done()
    return result


def state_of(entry: ConfigEntry) -> ConfigEntryState:
    """The state as it is now."""
    return entry.state


@pytest.fixture
async def heard(
    home: HomeAssistant, engine: ScriptedEngine, mock_async_zeroconf: MagicMock
) -> None:
    """Let Home Assistant's zeroconf know of the engine, as after its announcement."""
    assert await async_setup_component(home, "zeroconf", {})
    service = AsyncServiceInfo(
        SERVICE_TYPE,
        f"nuc.{SERVICE_TYPE}",
        parsed_addresses=["127.0.0.1"],
        port=engine.port,
        server="nuc.local.",
    )
    records = [service.dns_pointer(), service.dns_service(), service.dns_text()]
    mock_async_zeroconf.zeroconf.cache.async_add_records([*records, *service.dns_addresses()])


@pytest.fixture
def unsupported() -> Generator[None]:
    """Make this hub one that cannot run the engine."""
    name = "custom_components.llmos_assistant.install.sysconfig.get_config_var"
    with patch(name, return_value="x86_64-pc-linux-musl"):
        yield


async def test_an_engine_that_announces_itself_is_offered_and_used(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    form = await hear_of(home, engine.port)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "zeroconf_confirm")
    assert form["description_placeholders"]["name"] == "nuc"
    (flow,) = home.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["title_placeholders"] == {"name": "nuc"}

    result = await submit(home, form)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert (entry.state, entry.unique_id) == (ConfigEntryState.LOADED, "nuc")
    assert (entry.data["engine"], entry.data["host"], entry.data["port"]) == (
        "remote",
        "127.0.0.1",
        engine.port,
    )
    assert result["description_placeholders"]["sentence"] == "turn on the Bed Light"


async def test_an_engine_that_has_gone_says_so(home: HomeAssistant, engine: ScriptedEngine) -> None:
    failed = await submit(home, await hear_of(home, 1))

    assert (failed["step_id"], failed["errors"]) == ("zeroconf_confirm", {"base": "engine_failed"})
    assert failed["description_placeholders"]["reason"]
    assert (await hear_of(home, None, "other"))["reason"] == "no_port"


async def test_an_engine_that_has_moved_is_followed(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    entry = (await submit(home, await hear_of(home, engine.port)))["result"]

    async with serving(moved := ScriptedEngine()):
        result = await hear_of(home, moved.port)
        assert result["reason"] == "already_configured"
        assert entry.data["port"] == moved.port
        assert entry.state is ConfigEntryState.LOADED
        moved.asked.clear()
        await home.services.async_call(
            "llmos_assistant", "understand", {"text": "hello"}, True, return_response=True
        )
        assert moved.asked == ["hello"]


async def test_an_engine_is_followed_that_was_away_when_home_assistant_started(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    entry = (await submit(home, await hear_of(home, engine.port)))["result"]
    home.config_entries.async_update_entry(entry, data={**entry.data, "port": 1})
    await home.async_block_till_done()
    assert state_of(entry) is ConfigEntryState.SETUP_RETRY

    await hear_of(home, engine.port)

    assert state_of(entry) is ConfigEntryState.LOADED


async def test_an_entry_that_was_typed_in_is_recognised(
    home: HomeAssistant, assistant: MockConfigEntry
) -> None:
    result = await hear_of(home, assistant.data["port"])

    assert result["reason"] == "already_configured"
    assert assistant.unique_id == "nuc"
    assert (await hear_of(home, 1, "another"))["reason"] == "single_instance_allowed"


async def test_an_ignored_engine_is_not_offered_again_but_another_is(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id="nuc", source=SOURCE_IGNORE).add_to_hass(home)

    assert (await hear_of(home, engine.port))["reason"] == "already_configured"
    assert (await hear_of(home, engine.port, "other"))["type"] is FlowResultType.FORM


async def test_other_offers_go_when_one_is_taken(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    await hear_of(home, engine.port, "other")

    await submit(home, await hear_of(home, engine.port))

    assert not home.config_entries.flow.async_progress_by_handler(DOMAIN)


@pytest.mark.usefixtures("heard", "unsupported")
async def test_a_hub_that_cannot_run_the_engine_offers_one_that_was_heard_of(
    home: HomeAssistant, engine: ScriptedEngine
) -> None:
    form = await start(home)
    assert form["step_id"] == "elsewhere"

    result = await submit(home, form)  # the default is what was found

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == "nuc"
    assert (result["data"]["engine"], result["data"]["port"]) == ("remote", engine.port)


@pytest.mark.usefixtures("heard", "unsupported")
async def test_what_announces_itself_wrongly_is_not_offered(
    home: HomeAssistant, mock_async_zeroconf: MagicMock
) -> None:
    """No name, no pointer at all, and nothing that says where it is."""
    common = (SERVICE_TYPE, 12, 1, 120)
    mock_async_zeroconf.zeroconf.cache.async_add_records(
        [
            DNSPointer(*common, "another._http._tcp.local."),
            DNSText(SERVICE_TYPE, 16, 1, 120, b""),
            DNSPointer(*common, f"silent.{SERVICE_TYPE}"),
        ]
    )

    form = await start(home)

    offered = form["data_schema"].schema["engine"].config["options"]
    assert [option["value"] for option in offered] == ["found:nuc", "remote"]


@pytest.mark.usefixtures("heard")
async def test_reconfiguring_to_this_machine_forgets_the_engine_that_was_found(
    home: HomeAssistant, engine: ScriptedEngine, local_engine: ScriptedEngine
) -> None:
    entry = (await submit(home, await start(home), engine="found:nuc"))["result"]
    assert entry.unique_id == "nuc"

    with (
        patch("custom_components.llmos_assistant.install.async_process_requirements"),
        patch("custom_components.llmos_assistant.install.store.install"),
        patch("custom_components.llmos_assistant.install._is_installed", return_value=True),
    ):
        form = await home.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
        )
        result = await submit(home, form, engine="local")

    assert result["reason"] == "reconfigure_successful"
    assert entry.unique_id is None
    assert "host" not in entry.data
    assert (await hear_of(home, 1))["reason"] == "single_instance_allowed"
