"""Chats that refuse: each such row in the table of Telegram's rules, played by the local Telegram where it can be.

Elsewhere, of that table: blocked, kicked from a channel, migrated, a closed forum topic in `test_delivery`; a migration
that the chat heard first in `test_on_the_way`; refused messages and servers that fail in `test_refused_messages` and
`test_away`; edits and deletions in `test_corrections`; what each sentence means in `tests/unit/test_delivery_results`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from storage.deliveries import Outcome
from storage.records import Chat, ChatKind, ChatState
from tests.acceptance.conftest import CHIEF
from tests.acceptance.delivery.conftest import OWNER, Post, on_their_way
from tests.acceptance.person import LocalTelegram, Person

STRANGER = 79
NOWHERE = -1009999999999


@pytest.fixture
async def owner(telegram: LocalTelegram) -> Person:
    """Who set the chats up, and has started the bot."""
    person = await telegram.person(OWNER, "Рустам")
    await person.writes("/start")
    return person


@pytest.fixture
async def chief(telegram: LocalTelegram, post: Post) -> Person:
    """The bot's admin."""
    person = await telegram.person(CHIEF, "Главред")
    await person.writes("/start")
    post.admins = (CHIEF,)
    return person


async def place(post: Post, owner: Person, kind: ChatKind) -> int:
    """A chat of this kind that follows everything; the bot is an admin of channels, a member elsewhere."""
    standing = "administrator" if kind is ChatKind.CHANNEL else "member"
    number = await post.telegram.chat(kind, "Новости", owner, bot=standing)
    chat = Chat(id=number, kind=kind, title="Новости", state=ChatState.ACTIVE, owner_id=owner.number)
    await post.follow(chat)
    return number


async def told(telegram: LocalTelegram, person: Person) -> int:
    """How many messages the bot has for somebody."""
    return len([seen for seen in await telegram.messages(person.number) if seen.is_bots])


async def deactivated(post: Post) -> None:
    await post.telegram.person(STRANGER, "Удалённый аккаунт")
    await post.telegram.act(f"/chats/{STRANGER}/messages", **{"from": STRANGER, "text": "/start"})
    await post.telegram.act("/deactivate", user=STRANGER)


async def never_started(post: Post) -> None:
    await post.telegram.person(STRANGER, "Незнакомец")


@pytest.mark.parametrize(
    ("happens", "words"), [(deactivated, "user is deactivated"), (never_started, "can't initiate conversation")]
)
async def test_a_reader_who_cannot_be_reached_is_left_alone_and_keeps_the_follows(
    post: Post, happens: Callable[[Post], Awaitable[None]], words: str
) -> None:
    await happens(post)
    await post.follow(Chat(id=STRANGER, kind=ChatKind.PRIVATE, title="", state=ChatState.ACTIVE))
    worker = post.worker()
    for title in ("Новость", "Ещё новость"):
        await post.publish(title)
        assert await worker.drain() == 0
    chat = await post.chat(STRANGER)
    assert (chat.state, chat.due_at) == (ChatState.BLOCKED, None)
    assert words in (chat.trouble or "")
    assert len(await post.sends()) == 1
    assert await post.outcomes() == {Outcome.BLOCKED: 1}
    async with post.database.snapshot() as stores:
        assert len(await stores.chats.get_follows(STRANGER)) == 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How the bot stands in a chat where it may not write, and what Telegram says of that."""

    kind: ChatKind
    status: str
    words: str
    rights: dict[str, bool] = field(default_factory=dict)


NO_TEXTS = "not enough rights to send text messages"
NO_ACCESS = [
    Standing(ChatKind.GROUP, "kicked", "bot was kicked from the group chat"),
    Standing(ChatKind.SUPERGROUP, "kicked", "bot was kicked from the supergroup chat"),
    Standing(ChatKind.GROUP, "left", "bot is not a member of the group chat"),
    Standing(ChatKind.CHANNEL, "left", "bot is not a member of the channel chat"),
    Standing(ChatKind.CHANNEL, "member", "need administrator rights in the channel chat"),
    Standing(ChatKind.CHANNEL, "administrator", NO_TEXTS, {"can_post_messages": False}),
    Standing(ChatKind.SUPERGROUP, "member", NO_TEXTS, {"can_send_messages": False}),
]


@pytest.mark.parametrize("standing", NO_ACCESS, ids=lambda one: f"{one.kind}-{one.words}")
async def test_a_chat_where_the_bot_may_not_write_is_paused_and_its_owner_and_the_admins_are_told_once(
    post: Post, owner: Person, chief: Person, standing: Standing
) -> None:
    number = await place(post, owner, standing.kind)
    await owner.sets_bot(number, standing.status, **standing.rights)
    await is_paused_once(post, number, standing.words)
    assert [await told(post.telegram, person) for person in (owner, chief)] == [1, 1]


async def is_paused_once(post: Post, number: int, words: str) -> None:
    """Two stories come, and only the first costs a request."""
    worker = post.worker()
    for title in ("Новость", "Ещё новость"):
        await post.publish(title)
        assert await worker.drain() == 0
        await worker.tell()
    chat = await post.chat(number)
    assert (chat.state, chat.due_at) == (ChatState.PAUSED, None)
    assert words in (chat.trouble or "")
    assert [chat_id for _, chat_id in await post.sends()].count(number) == 1
    assert await post.outcomes() == {Outcome.PAUSED: 1}
    assert await on_their_way(post) == 0


async def test_a_chat_that_is_not_there_is_paused(post: Post, owner: Person, chief: Person) -> None:
    channel = Chat(id=NOWHERE, kind=ChatKind.CHANNEL, title="Новости", state=ChatState.ACTIVE, owner_id=owner.number)
    await post.follow(channel)
    await is_paused_once(post, NOWHERE, "chat not found")
    assert [await told(post.telegram, person) for person in (owner, chief)] == [1, 1]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "Bad Request: have no write access to the chat"),
        (403, "Forbidden: the group chat was deleted"),
        (403, "Forbidden: CHAT_WRITE_FORBIDDEN"),
        (403, "Forbidden: nobody has seen this sentence before"),
    ],
)
async def test_other_words_for_no_access_pause_as_well(post: Post, owner: Person, code: int, words: str) -> None:
    number = await place(post, owner, ChatKind.SUPERGROUP)
    await post.fault("error", chat=number, error_code=code, description=words)
    await is_paused_once(post, number, words)
    assert await told(post.telegram, owner) == 1


async def test_a_deleted_forum_topic_sends_to_the_general_one_and_the_owner_is_told_once(
    post: Post, owner: Person
) -> None:
    forum = await post.telegram.chat("supergroup", "Форум", owner, is_forum=True, bot="member")
    thread = int((await post.telegram.act(f"/chats/{forum}/threads", name="Новости"))["message_thread_id"])
    await post.follow(
        Chat(
            id=forum,
            kind=ChatKind.SUPERGROUP,
            title="Форум",
            state=ChatState.ACTIVE,
            thread_id=thread,
            owner_id=owner.number,
        )
    )
    worker = post.worker()
    await post.publish("В теме")
    assert await worker.drain() == 1
    await post.telegram.act(f"/chats/{forum}/threads/{thread}", deleted=True)
    for title in ("После темы", "И ещё"):
        await post.publish(title)
        assert await worker.drain() == 1
        await worker.tell()
    standing = [(seen.text.split("\n")[0], seen.thread) for seen in await post.telegram.messages(forum) if seen.is_bots]
    assert standing == [("В теме", thread), ("После темы", None), ("И ещё", None)]
    assert (await post.chat(forum)).thread_id is None
    assert await told(post.telegram, owner) == 1


async def test_where_the_general_topic_is_closed_too_the_forum_is_paused(post: Post, owner: Person) -> None:
    number = await place(post, owner, ChatKind.SUPERGROUP)
    await post.fault("error", method="sendMessage", error_code=400, description="Bad Request: TOPIC_CLOSED")
    await is_paused_once(post, number, "TOPIC_CLOSED")
