"""Telegram is away or lets nobody in: 5xx, no connection, 409, 401. Nothing was sent, and nothing is lost.

Elsewhere: lost answers in `test_delivery` and `test_doubts`; of two processes that ask for updates, and a wrong token
at the start, in `test_stops`.
"""

import pytest

from bot.chat import ChatContext, create_dispatcher
from bot.chat.inbox import Inbox
from bot.chat.poll import Poller, PollingEnded
from bot.delivery.retry import FIRST_WAIT
from bot.delivery.sender import TokenRefused, create_bot
from bot.delivery.worker import Worker
from storage.deliveries import Outcome
from tests.acceptance.conftest import TOKEN
from tests.acceptance.delivery.conftest import Post, on_their_way
from tests.acceptance.desk import HOST, free_port
from tests.acceptance.person import LocalTelegram, Person


@pytest.mark.parametrize("policy", ["resend", "skip"])
@pytest.mark.parametrize(
    ("kind", "order"),
    [
        ("status", {"status": 502}),
        ("status", {"status": 504}),
        ("error", {"error_code": 500, "description": "Internal Server Error"}),
        ("error", {"error_code": 503, "description": "Service Unavailable"}),
    ],
)
async def test_a_server_that_fails_has_sent_nothing_whatever_the_policy_for_doubts(
    post: Post, reader: Person, policy: str, kind: str, order: dict[str, object]
) -> None:
    await post.fault(kind, method="sendMessage", times=2, **order)
    await post.publish("Новость")
    await comes_after_waits(post, reader, post.worker(on_uncertain=policy), failures=2)


async def comes_after_waits(post: Post, reader: Person, worker: Worker, failures: int) -> None:
    """Each failure makes the chat wait twice as long, and then the story comes once."""
    for attempts in range(failures):
        before = post.now()
        assert await worker.drain() == 0
        due_at = (await post.chat(reader.number)).due_at
        assert due_at is not None
        wait = (due_at - before).total_seconds()
        assert FIRST_WAIT * 2**attempts / 2 <= wait < FIRST_WAIT * 2**attempts + 1
        post.turn_to(due_at)
    assert await worker.drain() == 1
    assert await post.texts(reader.number) == ["Новость"]
    assert await post.outcomes() == {Outcome.RETRIED: failures, Outcome.DELIVERED: 1}


@pytest.mark.parametrize("policy", ["resend", "skip"])
@pytest.mark.parametrize("host", [HOST, "no-such-host.invalid"])
async def test_where_telegram_cannot_be_reached_nothing_was_sent(
    post: Post, reader: Person, policy: str, host: str
) -> None:
    """Nobody listens there, or the name is not known."""
    there, away = post.bot, create_bot(TOKEN, f"http://{host}:{free_port()}")
    post.bot = away
    await post.publish("Новость")
    worker = post.worker(on_uncertain=policy)
    assert await worker.drain() == 0
    assert await on_their_way(post) == 0
    await away.session.close()
    post.bot = there
    await post.hurry(reader.number)
    assert await post.worker(on_uncertain=policy).drain() == 1
    assert await post.texts(reader.number) == ["Новость"]
    assert await post.outcomes() == {Outcome.RETRIED: 1, Outcome.DELIVERED: 1}


async def test_a_conflict_that_a_message_meets_is_no_reason_to_lose_it(post: Post, reader: Person) -> None:
    words = "Conflict: terminated by other getUpdates request"
    await post.fault("error", method="sendMessage", error_code=409, description=words)
    await post.publish("Новость")
    await comes_after_waits(post, reader, post.worker(), failures=1)


async def test_a_webhook_that_somebody_set_meanwhile_ends_polling_in_plain_words(
    context: ChatContext, telegram: LocalTelegram
) -> None:
    """The other 409; of two processes that poll, `test_stops` tells."""
    bot = create_bot(TOKEN, telegram.url)
    poller = Poller(bot, Inbox(bot, create_dispatcher(context), context), ["message"])
    await bot.set_webhook(f"http://{HOST}:{free_port()}/hook")
    with pytest.raises(PollingEnded, match="webhook is active"):
        await poller.run()
    await bot.session.close()


async def test_a_token_that_is_taken_back_amid_a_broadcast_stops_it_and_loses_nothing(
    post: Post,
) -> None:
    """With the right one again, those who had got the story get it no second time, and the others get it."""
    readers = await post.crowd(12)
    await post.publish("Новость")
    await post.fault("delay", method="sendMessage", seconds=0, times=5)
    await post.fault("error", method="sendMessage", error_code=401, description="Unauthorized", times=0)
    with pytest.raises(TokenRefused, match="Unauthorized"):
        await post.worker(open_requests=4).drain()
    assert await on_their_way(post) == 0
    assert len(await post.sends()) <= 5 + 4
    await post.telegram.mend()
    await post.worker().drain()
    assert [await post.texts(number) for number in readers] == [["Новость"]] * len(readers)
