"""The demo in a real Chromium, as a newcomer meets it: `khabar demo` as a process, and its page."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request, ViewportSize, async_playwright

from tests.acceptance.process import Process, khabar

CHROMIUM = shutil.which("chromium")
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
STORY = 60_000  # milliseconds in which a story about a topic comes out and arrives
READY = re.compile(r"Khabar is ready: open (http://\S+)")


@dataclass(frozen=True, slots=True)
class Demo:
    """The running demo and the address of its page."""

    process: Process
    url: str


@dataclass  # without slots: Playwright keeps its wrapper of a handler on the handler's owner
class Window:
    """A browser's window with the demo's page. `complaints` are console errors and requests that failed."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._miss)

    @property
    def private(self) -> Locator:
        return self.page.get_by_test_id("chat-private")

    @property
    def channel(self) -> Locator:
        return self.page.get_by_test_id("chat-channel")

    def messages(self, chat: Locator, words: str | None = None) -> Locator:
        """The messages of a chat that show these words, oldest first."""
        return chat.get_by_test_id("message").filter(has_text=words)

    async def starts(self) -> None:
        """Press START and see the bot's welcome."""
        await self.page.get_by_test_id("start").click()
        await self.messages(self.private, "Что вам присылать?").wait_for()

    async def writes(self, text: str) -> None:
        """Write to the bot, as from a keyboard."""
        line = self.private.get_by_test_id("composer")
        await line.fill(text)
        await line.press("Enter")

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    def _miss(self, request: Request) -> None:
        # The stream of events is cut by whoever leaves the page.
        if "/sandbox/events" not in request.url:
            self.complaints.append(f"{request.url}: {request.failure}")


@asynccontextmanager
async def running_demo(folder: Path) -> AsyncIterator[Demo]:
    """`khabar demo` on a free port, once it says that it is ready."""
    async with khabar(folder, "demo", "--port", "0") as process:
        found = READY.search(await process.hears("Khabar is ready", of="stdout"))
        assert found is not None
        yield Demo(process, found[1])


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The machine's own Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        await browser.close()


@asynccontextmanager
async def open_window(browser: Browser, url: str, size: ViewportSize, scale: float = 1) -> AsyncIterator[Window]:
    """A window of its own in Dushanbe, in Russian and light; `scale` makes its pictures larger or smaller."""
    context = await browser.new_context(
        viewport=size,
        device_scale_factor=scale,
        locale="ru-RU",
        timezone_id="Asia/Dushanbe",
        color_scheme="light",
    )
    window = Window(await context.new_page())
    await window.page.goto(url)
    yield window
    await context.close()
