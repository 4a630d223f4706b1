"""Messages that are refused: bad pictures, too long, an album that has to wait. The story gets there all the same.

Elsewhere: a page in a picture's place and a reader's 429 in `test_delivery`, the sender alone in `test_sending`.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.delivery.retry import REFUSED_ATTEMPTS
from storage.deliveries import Outcome
from storage.records import Block, BlockKind
from tests.acceptance.delivery.conftest import SECOND, Post
from tests.acceptance.desk import HOST, free_port
from tests.acceptance.person import Person
from tests.unit.fake_site import FakeSite


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


def picture(size: tuple[int, int] = (320, 180), colour: str = "teal") -> bytes:
    drawn = BytesIO()
    Image.new("RGB", size, colour).save(drawn, "PNG")
    return drawn.getvalue()


def missing(site: FakeSite) -> str:
    return site.url("/nothing.png")


def cut_off(site: FakeSite) -> str:
    return site.serve("/cut.png", picture()[:100], Content_Type="image/png")


def too_long_a_stripe(site: FakeSite) -> str:
    return site.serve("/stripe.png", picture((2000, 20)), Content_Type="image/png")


def nobody_listens(_: FakeSite) -> str:
    return f"http://{HOST}:{free_port()}/1.png"


@pytest.mark.parametrize("image", [missing, cut_off, too_long_a_stripe, nobody_listens])
async def test_a_picture_that_cannot_be_taken_costs_no_story(
    post: Post, channel: int, site: FakeSite, image: Callable[[FakeSite], str]
) -> None:
    await post.publish("С картинкой", image=image(site))
    assert await post.worker().drain() == 1
    assert await post.texts(channel) == ["С картинкой"]
    assert await post.sends() == [("sendPhoto", channel), ("sendMessage", channel)]


@pytest.mark.parametrize(
    "words", ["wrong file identifier/HTTP URL specified", "WEBPAGE_MEDIA_EMPTY", "message caption is too long"]
)
async def test_whatever_telegram_says_of_a_picture_the_story_goes_without_it(
    post: Post, channel: int, site: FakeSite, words: str
) -> None:
    await post.fault("error", method="sendPhoto", error_code=400, description=f"Bad Request: {words}")
    await post.publish("С картинкой", image=site.serve("/1.png", picture(), Content_Type="image/png"))
    assert await post.worker().drain() == 1
    assert await post.texts(channel) == ["С картинкой"]


@pytest.mark.parametrize("has_picture", [True, False])
async def test_an_article_of_any_length_is_never_too_long(
    post: Post, channel: int, reader: Person, site: FakeSite, has_picture: bool
) -> None:
    """Characters outside of the basic plane count twice in Telegram's offsets, and once in its limits."""
    image = site.serve("/1.png", picture(), Content_Type="image/png") if has_picture else None
    for _ in range(3):
        await post.publish("🏔 Памир " * 2_000, lead="𝕯𝖔𝖗𝖔𝖌𝖆 " * 5_000, image=image)
    assert await post.worker().drain() == 4
    assert {call["status"] for call in await post.telegram.calls("")} == {200}
    assert [len(await post.texts(chat)) for chat in (channel, reader.number)] == [3, 1]


@pytest.mark.parametrize("words", ["message is too long", "text must be non-empty", "nobody knows this one"])
async def test_a_refusal_of_the_message_itself_is_tried_a_few_times_and_then_passed_over_and_counted(
    post: Post, reader: Person, words: str
) -> None:
    await post.fault(
        "error", method="sendMessage", error_code=400, description=f"Bad Request: {words}", times=REFUSED_ATTEMPTS
    )
    worker = post.worker()
    await post.publish("Её не берут")
    for _ in range(REFUSED_ATTEMPTS):
        assert await worker.drain() == 0
        await post.hurry(reader.number)
        post.turned += SECOND
    assert await worker.drain() == 0
    await post.publish("Следующая")
    assert await worker.drain() == 1
    [message] = [seen.text for seen in await post.telegram.messages(reader.number) if seen.is_bots]
    assert "Следующая" in message
    assert "Её не берут" not in message
    assert "1 " in message.splitlines()[-1]  # the next message counts what this reader was not shown
    assert await post.outcomes() == {Outcome.RETRIED: REFUSED_ATTEMPTS - 1, Outcome.REFUSED: 1, Outcome.DELIVERED: 1}


async def test_an_album_that_telegram_holds_comes_whole_and_once_when_it_said(
    post: Post, channel: int, site: FakeSite
) -> None:
    """Telegram's own limit, 20 a minute with each picture counted: the third album does not fit any more."""
    async with post.database.transaction() as stores:
        await stores.chats.save(replace(await stores.chats.get(channel), with_albums=True))
    await post.telegram.act("/limits", on=True)
    worker = post.worker()
    for count in (10, 9, 2):
        await post.publish(f"Снимков: {count}", **album(site, count))
    await post.publish("Без снимков")
    assert await worker.drain() == 2
    held = await post.chat(channel)
    assert held.due_at is not None
    assert timedelta(seconds=50) < held.due_at - post.now() < timedelta(seconds=61)
    assert await worker.drain() == 0
    assert [call["status"] for call in await post.telegram.calls("sendMediaGroup")] == [200, 200, 429]

    await post.telegram.act("/limits", on=False)
    post.turned += timedelta(seconds=61)
    assert await worker.drain() == 2
    assert await worker.drain() == 0
    standing = (await post.telegram.look(f"/chats/{channel}/messages"))["messages"]
    groups = [one.get("media_group_id") for one in standing]
    assert list(Counter(groups).values()) == [10, 9, 2, 1]
    assert groups[-1] is None  # the story behind it came after it
    assert await post.outcomes() == {Outcome.DELIVERED: 4, Outcome.RETRIED: 1}


def album(site: FakeSite, count: int) -> dict[str, Any]:
    """An article's main picture and those in its text, each different from all others."""
    urls = [
        site.serve(f"/{count}/{one}.png", picture((320 + count, 180 + one)), Content_Type="image/png")
        for one in range(count)
    ]
    images = tuple(Block(BlockKind.IMAGE, "", url=url) for url in urls[1:])
    return {"image": urls[0], "body": (Block(BlockKind.PARAGRAPH, "Подробности."), *images)}
