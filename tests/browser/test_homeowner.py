"""A homeowner's way: a new Home Assistant, the integration, the first words, and away with it.

The steps tell one story, in one Home Assistant: each begins where the one before it ended.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import expect

from custom_components.llmos_assistant.const import DOMAIN
from custom_components.llmos_assistant.engine import store
from demo.home import furnish

from .conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="module")

_DOWNLOADING = re.compile(r"Downloading the speech model: [1-9]\d* MB of 150 MB")


async def test_a_new_home_gets_an_owner(house: House) -> None:
    await house.ui.onboard("Ada", "notes-of-1843")

    await expect(house.ui.page.get_by_role("heading", name="Welcome Ada")).to_be_visible()
    async with await house.client() as client:
        await furnish(client)
        pipelines = await client.call("assist_pipeline/pipeline/list")
    house.at_first = house.files(), pipelines


async def test_the_download_is_watched_and_broken_off(house: House) -> None:
    ui = house.ui
    house.hub.rate = 3_000_000
    await ui.go("/config/integrations/dashboard")
    await ui.start_adding()
    await expect(ui.page.get_by_text("This hub:")).to_be_visible()
    await ui.photograph("add", height=1200)
    await ui.click(ui.button("Submit"))

    bar = ui.page.get_by_role("progressbar", name="Progress")
    await expect(ui.page.get_by_text(_DOWNLOADING)).to_be_visible()
    share = await bar.get_attribute("aria-valuenow") or ""
    await expect(bar).not_to_have_attribute("aria-valuenow", share)

    await ui.click(ui.button("Close"))
    await expect(ui.button("Add integration")).to_be_visible()
    assert not store.is_installed(house.models, store.WHISPER_BASE)


async def test_the_download_goes_on_where_it_was(house: House) -> None:
    ui = house.ui
    house.hub.rate = None
    house.hub.requests.clear()

    await ui.start_adding()
    await ui.click(ui.button("Submit"))
    await ui.finish_adding()

    first, rest = house.hub.requests[0]
    assert first == "model.bin"
    assert re.fullmatch(r"bytes=[1-9]\d+-", rest or "")
    assert store.is_installed(house.models, store.WHISPER_BASE)


async def test_a_light_is_turned_on(house: House) -> None:
    ui = house.ui
    await ui.go("/home/areas-living_room")
    lamp = ui.page.locator("hui-tile-card").filter(has_text="Floor Lamp")
    await expect(lamp).to_contain_text("Off")

    await ui.open_assist()
    await expect(await ui.say("turn on the floor lamp")).to_have_text("Turned on the light")

    await expect(lamp).to_contain_text("%")


async def test_questions_are_answered(house: House) -> None:
    ui = house.ui
    answer = await ui.say("which lights are on upstairs?")
    await expect(answer).to_have_text("Bedside Lamp and Office Lights")
    await ui.photograph("talk")
    answer = await ui.say("is the front door locked?")
    await expect(answer).to_have_text("No, Front Door is unlocked.")
    await ui.click(ui.button("Close"))


async def test_a_chat_model_is_chosen_and_answers(house: House, smollm2: Path) -> None:
    ui = house.ui
    (house.models / smollm2.name).symlink_to(smollm2)
    await ui.open_integration()
    await ui.click(ui.button("Configure"))
    await ui.click(ui.page.get_by_text("Chat model", exact=True))
    await ui.click(ui.page.get_by_role("radio", name="SmolLM2"))
    await ui.click(ui.button("Submit"))
    await expect(ui.page.get_by_text("The chat model works")).to_be_visible()
    await expect(ui.page.get_by_text("words a second here")).to_be_visible()
    await ui.click(ui.button("Submit"))
    await ui.click(ui.button("Finish"))
    await house.until_loaded()

    await ui.click(ui.page.get_by_role("link", name="Overview"))
    await ui.open_assist()
    await expect(await ui.say("what is the capital of France?")).to_contain_text("Paris")


async def test_the_device_page_tells_and_does(house: House) -> None:
    ui = house.ui
    await ui.open_integration()
    await ui.click(ui.page.get_by_role("link", name="1 service"))
    await expect(ui.entity("Time to understand")).to_contain_text("ms")
    await expect(ui.entity("Engine memory")).to_contain_text("MiB")
    await expect(ui.entity("Engine")).to_contain_text("Running")
    await ui.photograph("device", height=1300)

    await ui.click(ui.entity("Free memory").get_by_role("button", name="Press"))
    await expect(ui.entity("Engine")).to_contain_text("Stopped")
    await ui.click(ui.entity("Keep no transcripts").locator("ha-switch"))
    await expect(ui.entity("Keep no transcripts").get_by_role("switch")).to_be_checked()


async def test_a_lost_model_is_repaired(house: House) -> None:
    ui = house.ui
    shutil.rmtree(house.models / store.WHISPER_BASE.name)
    repositories, house.hub.repositories = house.hub.repositories, {}
    await ui.choose_for_entry("Reload")
    await ui.go("/config/repairs")
    issue = ui.page.get_by_text("A model of LLMOS Assistant is missing or damaged")
    await expect(issue).to_be_visible()
    await ui.click(issue)
    await expect(ui.page.get_by_text("Download again")).to_be_visible()

    house.hub.repositories = repositories
    await ui.click(ui.button("Submit"))
    await expect(ui.button("Finish")).to_be_visible()
    await ui.click(ui.button("Finish"))
    await expect(ui.page.get_by_text("There are currently no repairs pending")).to_be_visible()
    await house.until_loaded()


async def test_removal_leaves_only_the_models(house: House) -> None:
    ui = house.ui
    await ui.choose_for_entry("Delete")
    await ui.click(ui.button("Delete"))
    await expect(ui.text("No entries")).to_be_visible()

    async with await house.client() as client:
        assert await client.call("config_entries/get", domain=DOMAIN) == []
        for entity in await client.call("config/entity_registry/list"):
            assert entity["platform"] != DOMAIN, entity
        for device in await client.call("config/device_registry/list"):
            assert DOMAIN not in str(device["identifiers"]), device
        for state in await client.call("get_states"):
            assert DOMAIN not in state["entity_id"], state
        for issue in (await client.call("repairs/list_issues"))["issues"]:
            assert DOMAIN not in (issue["domain"], issue["issue_domain"]), issue
        pipelines = await client.call("assist_pipeline/pipeline/list")
    assert (house.files(), pipelines) == house.at_first
    assert not house.processes()
    assert {path.name for path in house.models.iterdir() if path.is_dir()} == {
        store.WHISPER_BASE.name,
        store.SMOLLM2_135M.name,
    }


async def test_six_clicks_to_the_first_command(house: House) -> None:
    ui = house.ui
    await ui.go("/config/integrations/dashboard")
    ui.clicks, ui.typed = 0, []

    await ui.start_adding()
    await ui.click(ui.button("Submit"))
    sentence = await ui.page.locator("step-flow-create-entry strong").inner_text()
    await ui.photograph("ready")
    await ui.finish_adding()
    await ui.click(ui.page.get_by_role("link", name="Overview"))
    await ui.open_assist()
    await expect(await ui.say(sentence)).to_contain_text("Turned on")

    assert ui.clicks <= 6
    assert ui.typed == [sentence]


async def test_a_chat_model_can_be_chosen_on_the_first_screen(house: House) -> None:
    ui = house.ui
    await ui.choose_for_entry("Delete")
    await ui.click(ui.button("Delete"))
    await expect(ui.text("No entries")).to_be_visible()

    await ui.go("/config/integrations/dashboard")
    await ui.start_adding()
    await ui.click(ui.page.get_by_role("radio", name="SmolLM2"))
    await ui.click(ui.button("Submit"))
    await expect(ui.page.get_by_text("The chat model writes about")).to_be_visible()
    await ui.finish_adding()
    await ui.click(ui.page.get_by_role("link", name="Overview"))
    await ui.open_assist()
    await expect(await ui.say("what is the capital of France?")).to_contain_text("Paris")
