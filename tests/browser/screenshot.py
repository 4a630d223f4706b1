"""Takes the README's picture: `python -m tests.browser.screenshot docs/demo.png`.

On the left a reader asks for a topic, follows it and gets a story; on the right the channel fills.
"""

import asyncio
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import ViewportSize, expect

from tests.browser.page import STORY, Window, chromium, open_window, running_demo

PICTURE = (1280, 800)  # pixels
# The window is larger than the picture, so that the question, its answer and a whole card stand in it.
WINDOW: ViewportSize = {"width": 1520, "height": 950}
KEPT_BITS = 0xFE  # of each colour: the last one is what makes a gradient's file large, and nobody sees it
TOPIC = "/topic ОДКБ"
# A story that comes out after one with quite another picture, so that both stand in the channel.
LAST_POST = "Из Душанбе открывают рейс в Сеул"
PROGRAMME = 5 * STORY  # milliseconds until it does


async def play(window: Window) -> None:
    """What the picture shows."""
    await window.starts()
    await window.writes(TOPIC)
    await window.messages(window.private, "ОДКБ ·").get_by_role("button", name="🔔 Следить за темой").click()
    card = window.messages(window.private, "#ОДКБ").first
    await card.wait_for(timeout=STORY)
    await window.messages(window.channel, LAST_POST).wait_for(timeout=PROGRAMME)
    for picture in (card.locator("img").first, window.messages(window.channel, LAST_POST).locator("img").first):
        await expect(picture).to_have_js_property("complete", value=True)
    question = window.messages(window.private, TOPIC).first
    await question.evaluate(
        "message => { message.style.scrollMarginTop = '6px'; message.scrollIntoView({behavior: 'instant'}); }"
    )
    await window.messages(window.channel).last.scroll_into_view_if_needed()
    await window.private.get_by_test_id("composer").blur()


async def take(target: Path) -> None:
    """Run the demo, play, and save the picture."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_demo(Path(folder)) as demo, chromium() as browser:
            async with open_window(browser, demo.url, WINDOW, PICTURE[0] / WINDOW["width"]) as window:
                await play(window)
                shot = await window.page.screenshot(animations="disabled")
            await demo.process.stop()
    save(shot, target)


def save(shot: bytes, target: Path) -> None:
    """Write the picture, small enough for a README."""
    with Image.open(BytesIO(shot)) as picture:
        exact = picture.convert("RGB").resize(PICTURE, Image.Resampling.LANCZOS)
        exact.point([value & KEPT_BITS for value in range(256)] * 3).save(target, optimize=True)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))
