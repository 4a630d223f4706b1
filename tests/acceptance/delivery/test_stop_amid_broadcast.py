"""`khabar run` is asked to end while it tells a crowd: nobody is left in doubt, and nobody hears it twice.

Elsewhere: the same with channels and a source that drips in `test_run`, with Telegram silent in `test_stops`, and what
waits for the pace in `test_on_the_way`; twenty stops with 5,000 chats in `bench/crash.py`.
"""

from collections import Counter
from pathlib import Path

from tests.acceptance.conftest import TOKEN
from tests.acceptance.delivery.conftest import Post, on_their_way
from tests.acceptance.process import running_bot, until, write_settings

READERS = 150
SOME = 10  # have the story when the stop comes


async def got(post: Post) -> Counter[int]:
    """How many messages were put into each chat."""
    return Counter(int(call["chat_id"]) for call in await post.telegram.calls("sendMessage") if call["status"] == 200)


async def test_a_stop_amid_a_broadcast_leaves_nobody_in_doubt(post: Post, tmp_path: Path) -> None:
    """Under `skip` whatever was left in doubt would be lost."""
    readers = await post.crowd(READERS)
    await post.bot.delete_webhook(drop_pending_updates=True)  # nobody waits for an answer to /start
    url = post.database.url.render_as_string(hide_password=False)
    delivery = {"messages_per_second": 20, "on_uncertain": "skip"}
    write_settings(tmp_path, {"token": TOKEN, "api_url": post.telegram.url, "database_url": url, "delivery": delivery})
    await post.fault("delay", method="sendMessage", seconds=0.3, times=0)
    async with running_bot(tmp_path) as bot:
        await post.publish("Новость")

        async def is_amid() -> bool:
            return (await got(post)).total() >= SOME and await on_their_way(post) > 0

        await until(is_amid, "the broadcast")
        ended = await bot.stop()  # within ten seconds, else it raises
    assert (ended.code, "Traceback" in ended.said) == (0, False)
    assert await on_their_way(post) == 0
    assert SOME <= (await got(post)).total() < READERS
    await post.telegram.mend()
    worker = post.worker(on_uncertain="skip")

    async def all_have_it() -> bool:
        """A message whose turn had not come at the stop is tried again a moment later, as any that was not sent."""
        await worker.drain()
        return (await got(post)).keys() == set(readers)

    await until(all_have_it, "the story in every chat")
    assert await got(post) == Counter(readers)
