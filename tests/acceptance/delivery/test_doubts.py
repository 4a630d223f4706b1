"""Messages whose answer was lost: in a channel the bot finds out whether they stand, elsewhere the policy decides.

Elsewhere: private chats under either general policy in `test_delivery`; the look itself in `test_sending`.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.delivery.retry import DOUBT_WAIT
from bot.delivery.worker import Worker
from storage.deliveries import Outcome
from storage.records import Block, BlockKind, Chat, ChatKind, ChatState
from tests.acceptance.delivery.conftest import OWNER, Post, on_their_way
from tests.acceptance.person import LocalTelegram, Person
from tests.unit.fake_site import FakeSite

POLICIES = ("resend", "skip")
AN_HOUR = timedelta(hours=1)
LOST_AFTER, LOST_BEFORE = "drop_after", "drop_before"  # it was done, or it was not


@pytest.fixture
async def owner(telegram: LocalTelegram) -> Person:
    person = await telegram.person(OWNER, "Рустам")
    await person.writes("/start")
    return person


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


async def loses(post: Post, worker: Worker, fault: str, method: str = "sendMessage") -> None:
    """The answer to the next message is lost, and some seconds go by."""
    await post.fault(fault, method=method)
    await worker.drain()
    assert await on_their_way(post) == 1
    post.turned += DOUBT_WAIT


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_post_that_stands_is_found_and_can_be_corrected_like_any_other(
    post: Post, channel: int, policy: str
) -> None:
    worker = post.worker(on_uncertain=policy)
    await post.publish("Первая")
    await worker.drain()
    article_id = await post.publish("Вторая")
    await loses(post, worker, LOST_AFTER)
    assert await worker.drain() == 1
    assert await post.texts(channel) == ["Первая", "Вторая"]
    assert await post.outcomes() == {Outcome.DELIVERED: 1, Outcome.UNCERTAIN_FOUND: 1}

    await post.correct(article_id, "Вторая, уточнённая")
    assert await worker.correct() == 1
    assert await post.texts(channel) == ["Первая", "Вторая, уточнённая"]


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_post_that_does_not_stand_is_sent_again_once(post: Post, channel: int, policy: str) -> None:
    worker = post.worker(on_uncertain=policy)
    await post.publish("Первая")
    await worker.drain()
    await post.publish("Вторая")
    await loses(post, worker, LOST_BEFORE)
    await post.publish("Третья")
    while await worker.drain():
        pass
    assert await post.texts(channel) == ["Первая", "Вторая", "Третья"]
    assert await post.outcomes() == {Outcome.DELIVERED: 3, Outcome.RETRIED: 1}


@pytest.mark.parametrize("fault", [LOST_AFTER, LOST_BEFORE])
async def test_stories_behind_a_post_in_doubt_keep_their_order(post: Post, channel: int, fault: str) -> None:
    worker = post.worker()
    await post.publish("Первая")
    await worker.drain()
    for title in ("Вторая", "Третья", "Четвёртая"):
        await post.publish(title)
    await loses(post, worker, fault)
    assert await post.texts(channel) == ["Первая", "Вторая"][: 2 if fault == LOST_AFTER else 1]
    await worker.drain()
    assert await post.texts(channel) == ["Первая", "Вторая", "Третья", "Четвёртая"]


@pytest.mark.parametrize(("policy", "copies"), [("resend", 2), ("skip", 1)])
async def test_the_first_post_of_a_channel_has_no_known_place_so_the_policy_decides(
    post: Post, channel: int, policy: str, copies: int
) -> None:
    worker = post.worker(on_uncertain_channel=policy)
    await post.publish("Первая")
    await loses(post, worker, LOST_AFTER)
    await worker.drain()
    assert await post.texts(channel) == ["Первая"] * copies


@pytest.mark.parametrize(("policy", "copies"), [("resend", 2), ("skip", 1)])
@pytest.mark.parametrize("kind", [ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.SUPERGROUP])
async def test_readers_and_groups_have_policies_of_their_own(
    post: Post, owner: Person, kind: ChatKind, policy: str, copies: int
) -> None:
    """The general policy says the opposite."""
    number = OWNER if kind is ChatKind.PRIVATE else await post.telegram.chat(kind, "Соседи", owner, bot="member")
    await post.follow(Chat(id=number, kind=kind, title="Соседи", state=ChatState.ACTIVE))
    other = "skip" if policy == "resend" else "resend"
    private, group = (policy, "") if kind is ChatKind.PRIVATE else ("", policy)
    worker = post.worker(on_uncertain=other, on_uncertain_private=private, on_uncertain_group=group)
    await post.fault(LOST_AFTER, method="sendMessage")
    await post.publish("Новость")
    await worker.drain()
    await post.hurry(number)
    post.turned += timedelta(minutes=1)
    await worker.drain()
    assert await post.texts(number) == ["Новость"] * copies
    counted = await post.outcomes()
    if policy == "skip":
        assert counted == {Outcome.UNCERTAIN_SKIPPED: 1}
    else:
        assert counted == {Outcome.UNCERTAIN_RESENT: 1, Outcome.DELIVERED: 1}


async def dies_after_sending(post: Post) -> None:
    """The next message stands, and the process ends before it has written that down."""
    worker = post.worker()
    async with post.database.transaction() as stores:
        claimed = await worker._claimer.claim(stores, 1, post.now())
    [(claim, bundle)] = claimed.messages
    await worker._send(claim.chat, bundle)


@pytest.mark.parametrize("policy", POLICIES)
async def test_what_stands_after_a_crash_is_found(post: Post, channel: int, policy: str) -> None:
    await post.publish("Первая")
    await post.worker().drain()
    await post.publish("Вторая")
    await dies_after_sending(post)
    await post.publish("Третья")
    await post.worker(on_uncertain=policy).drain()
    assert await post.texts(channel) == ["Первая", "Вторая", "Третья"]
    assert await post.outcomes() == {Outcome.DELIVERED: 2, Outcome.UNCERTAIN_FOUND: 1}


@pytest.mark.parametrize("policy", POLICIES)
async def test_what_was_not_sent_before_a_crash_is_sent(post: Post, channel: int, policy: str) -> None:
    await post.publish("Первая")
    await post.worker().drain()
    await post.publish("Вторая")
    await post.claim()
    await post.worker(on_uncertain=policy).drain()
    assert await post.texts(channel) == ["Первая", "Вторая"]


@pytest.mark.parametrize("pause", [timedelta(), AN_HOUR])
async def test_where_the_bot_may_not_edit_others_it_finds_its_post_among_theirs(
    post: Post, channel: int, pause: timedelta
) -> None:
    editor = Person(post.telegram, OWNER)
    await editor.sets_bot(channel, "administrator", can_edit_messages=False)
    worker = post.worker()
    await post.publish("Первая")
    await worker.drain()
    post.turned += pause
    await editor.writes("Слово редактора", channel)
    await post.publish("Вторая")
    await loses(post, worker, LOST_AFTER)
    assert await worker.drain() == 1
    assert await post.texts(channel) == ["Первая", "Слово редактора", "Вторая"]
    assert (await post.outcomes())[Outcome.UNCERTAIN_FOUND] == 1


@pytest.mark.parametrize(("policy", "ours"), [("resend", 2), ("skip", 1)])
@pytest.mark.parametrize("is_crash", [True, False])
async def test_where_the_bot_may_edit_others_it_never_writes_over_their_posts(
    post: Post, channel: int, policy: str, ours: int, is_crash: bool
) -> None:
    """An editor has posted since the last story, an hour ago: whose post it is nobody can ask."""
    worker = post.worker(on_uncertain=policy)
    await post.publish("Первая")
    await worker.drain()
    post.turned += AN_HOUR
    await Person(post.telegram, OWNER).writes("Слово редактора", channel)
    await post.publish("Вторая")
    if is_crash:
        await dies_after_sending(post)
        worker = post.worker(on_uncertain=policy)
    else:
        await loses(post, worker, LOST_AFTER)
    await worker.drain()
    assert await post.texts(channel) == ["Первая", "Слово редактора", *["Вторая"] * ours]
    assert await on_their_way(post) == 0


@pytest.mark.parametrize("fault", [LOST_AFTER, LOST_BEFORE])
async def test_an_album_is_not_looked_for_among_the_pictures_of_the_one_before(
    post: Post, channel: int, site: FakeSite, fault: str
) -> None:
    async with post.database.transaction() as stores:
        await stores.chats.save(replace(await stores.chats.get(channel), with_albums=True))
    worker = post.worker()
    await post.publish("Первый", **album(site, 4))
    await worker.drain()
    await post.publish("Второй", **album(site, 3))
    await loses(post, worker, fault, method="sendMediaGroup")
    await worker.drain()
    standing = (await post.telegram.look(f"/chats/{channel}/messages"))["messages"]
    captions = [one.get("caption", "").split("\n")[0] for one in standing]
    assert captions == ["Первый", "", "", "", "Второй", "", ""]
    assert await on_their_way(post) == 0


def album(site: FakeSite, count: int) -> dict[str, Any]:
    """An article's main picture and those in its text, each different from all others."""
    urls = []
    for number in range(count):
        drawn = BytesIO()
        Image.new("RGB", (320 + count, 180 + number), "teal").save(drawn, "PNG")
        urls.append(site.serve(f"/{count}/{number}.png", drawn.getvalue(), Content_Type="image/png"))
    return {"image": urls[0], "body": tuple(Block(BlockKind.IMAGE, "", url=url) for url in urls[1:])}
