"""The demo's page, as a newcomer uses it: within a minute they follow a topic and read a story that came by itself."""

import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.acceptance.process import END, alive, descendants
from tests.browser.page import CHROMIUM, DESKTOP, PHONE, STORY, Demo, chromium, open_window, running_demo

# One demo and one browser serve every test here, in the order of the file; the last one stops the demo.
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine: install it with apt"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(folder: Path) -> AsyncIterator[Demo]:
    async with running_demo(folder) as demo:
        yield demo


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def test_a_newcomer_follows_a_topic_and_reads_what_comes(demo: Demo, browser: Browser) -> None:
    async with open_window(browser, demo.url, DESKTOP) as window:
        await window.starts()
        await window.writes("/topic ОДКБ")
        found = window.messages(window.private, "ОДКБ ·")
        await found.get_by_role("button", name="🔔 Следить за темой").click()
        await expect(found.get_by_role("button", name="🔕 Не следить")).to_be_visible()

        card = window.messages(window.private, "#ОДКБ").first
        await card.wait_for(timeout=STORY)
        await expect(card.locator("img").first).to_be_visible()
        headline = await card.locator("a").first.inner_text()
        await card.get_by_role("button", name="📖 Читать").click()
        article = window.messages(window.private, "Читать на сайте")
        await expect(article.get_by_role("heading", name=headline)).to_be_visible()
        assert await article.locator("p").count() >= 3
        assert len(await article.inner_text()) > 500
        assert window.complaints == []


async def test_a_new_story_appears_in_the_channel_by_itself(demo: Demo, browser: Browser) -> None:
    async with open_window(browser, demo.url, DESKTOP) as window:
        posts = window.messages(window.channel)
        await posts.first.wait_for()
        newest = await posts.last.get_attribute("data-message-id")
        assert newest is not None
        await expect(posts.last).not_to_have_attribute("data-message-id", newest, timeout=STORY)
        await expect(posts.last.get_by_test_id("message-text")).to_contain_text(" · ")
        await expect(posts.last.locator("img").first).to_be_visible()
        assert window.complaints == []


async def test_on_a_phone_one_chat_shows_at_a_time(demo: Demo, browser: Browser) -> None:
    async with open_window(browser, demo.url, PHONE) as window:
        await expect(window.private).to_be_visible()
        await expect(window.channel).to_be_hidden()
        await window.page.get_by_test_id("tab-channel").click()
        await expect(window.channel).to_be_visible()
        await expect(window.private).to_be_hidden()
        await expect(window.messages(window.channel).last).to_be_in_viewport()
        await window.page.get_by_test_id("tab-private").click()
        await window.writes("/latest")
        answer = window.messages(window.private, "Последние новости").last
        await expect(answer.get_by_role("button", name="Старее ›")).to_be_in_viewport()
        assert await window.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert window.complaints == []


async def test_ctrl_c_ends_the_demo_and_leaves_nothing_behind(demo: Demo, folder: Path) -> None:
    children = descendants(demo.process.pid)
    assert children
    started = time.monotonic()
    ended = await demo.process.stop(signal.SIGINT)
    assert time.monotonic() - started < END
    assert ended.code == 0
    assert "Traceback" not in ended.stderr
    assert alive(children) == set()
    assert list(folder.iterdir()) == []
