"""What a homeowner does in Home Assistant's frontend, by what is to be read there."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Locator, Page, ViewportSize, expect

NAME = "LLMOS Assistant"
WINDOW: ViewportSize = {"width": 1100, "height": 760}

_COLOURS = 128
_SCROLL = 2000
_SHOTS = 10  # until two are alike: then nothing moves any more, but for a progress bar


class Frontend:
    """A browser's tab. Counts what it takes: clicks, and what is typed."""

    def __init__(self, page: Page, url: str, images: Path | None) -> None:
        self.page = page
        self.clicks = 0
        self.typed: list[str] = []
        self.url = url
        self._images = images

    # What a person can do, and what a person sees.

    async def click(self, locator: Locator) -> None:
        """Click once."""
        self.clicks += 1
        await locator.click()

    async def type(self, locator: Locator, text: str) -> None:
        """Type into a field."""
        self.typed.append(text)
        await locator.fill(text)

    async def go(self, path: str) -> None:
        """Enter an address."""
        await self.page.goto(f"{self.url}{path}")

    def button(self, name: str) -> Locator:
        """The button of this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, name: str) -> Locator:
        """The text field of this name."""
        return self.page.get_by_role("textbox", name=name, exact=True)

    def text(self, text: str) -> Locator:
        """Where this is to be read."""
        return self.page.get_by_text(text, exact=True)

    async def photograph(self, name: str, height: int = WINDOW["height"]) -> None:
        """Keep a picture of what is to be seen, if pictures are asked for."""
        if self._images is None:
            return
        await self.page.set_viewport_size({**WINDOW, "height": height})
        await self.page.mouse.move(0, 0)
        shots = [b""]
        while len(shots) < _SHOTS and shots[-1] != (
            shot := await self.page.screenshot(caret="hide")
        ):
            shots.append(shot)
        picture = (
            Image.open(io.BytesIO(shots[-1]))
            .convert("RGB")
            .quantize(_COLOURS, dither=Image.Dither.NONE)
        )
        picture.save(self._images / f"{name}.png", optimize=True)
        await self.page.set_viewport_size(WINDOW)

    # Home Assistant's own screens.

    async def onboard(self, name: str, password: str) -> None:
        """Become the owner of a new home."""
        await self.go("/")
        await self.click(self.button("Create my smart home"))
        await self.type(self.field("Name*"), name)
        await self.type(self.field("Username*"), name.lower())
        await self.type(self.field("Password*"), password)
        await self.type(self.field("Confirm password*"), password)
        await self.click(self.button("Create account"))
        for screen in ("Home location", "We would like to know the country", "Help us help you"):
            await expect(self.page.get_by_text(screen)).to_be_visible()
            await self.click(self.button("Next"))
        await self.click(self.button("Finish"))

    async def access_token(self) -> str:
        """What the browser signs in with."""
        tokens: dict[str, Any] = json.loads(await self.page.evaluate("localStorage.hassTokens"))
        token: str = tokens["access_token"]
        return token

    async def start_adding(self) -> None:
        """Choose the integration from the list of all."""
        await self.click(self.button("Add integration"))
        await self.button("1-Wire").hover()
        entry = self.page.locator("ha-integration-list-item").filter(has_text=NAME)
        while not await entry.count():  # the list has only those that are about to be seen
            await self.page.mouse.wheel(0, _SCROLL)
            await self.page.evaluate("new Promise(requestAnimationFrame)")
        await self.click(entry)
        await expect(self.button("Submit")).to_be_visible()

    async def finish_adding(self) -> None:
        """Wait for the last screen, which asks for an area, and leave it."""
        await expect(self.button("Skip and finish")).to_be_visible()
        await self.click(self.button("Skip and finish"))
        await expect(self.page.get_by_text("Service info")).to_be_visible()

    async def open_integration(self) -> None:
        """Go to the page of the integration."""
        await self.go("/config/integrations/integration/llmos_assistant")
        await expect(self.page.get_by_role("heading", name=NAME)).to_be_visible()

    async def choose_for_entry(self, name: str) -> None:
        """Choose from the menu of what was added."""
        await self.open_integration()
        row = self.page.locator("ha-config-entry-row")
        await self.click(row.get_by_role("button", name="Menu").first)
        await self.click(self.page.get_by_role("menuitem", name=name, exact=True))

    def entity(self, name: str) -> Locator:
        """The row of an entity on the device page."""
        rows = self.page.locator("ha-device-entities-card hui-generic-entity-row")
        return rows.filter(has=self.text(name))

    # Assist.

    async def open_assist(self) -> None:
        """Open the dialog from the header of the dashboard."""
        await self.click(self.page.get_by_role("button", name="Assist ("))
        await expect(self.field("Enter a request")).to_be_visible()

    async def say(self, text: str) -> Locator:
        """Write to Assist; where it answers."""
        answers = self.page.locator(".message.hass")
        so_far = await answers.count()
        await self.type(self.field("Enter a request"), text)
        await self.field("Enter a request").press("Enter")
        return answers.nth(so_far)
