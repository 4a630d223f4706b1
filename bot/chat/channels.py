"""Channels and groups that the settings feed: found at Telegram, then followed as the settings say."""

from dataclasses import replace

from aiogram import Bot
from aiogram.types import ChatFullInfo

from bot.archive import Archive
from bot.chat.context import ChatContext
from config.settings import ChannelSettings
from storage.records import Chat, ChatKind, ChatState
from storage.stores import Stores


class UnknownSource(Exception):
    """A channel's settings name a source that there is none of."""


async def arrange_channel(
    bot: Bot, context: ChatContext, wanted: ChannelSettings, just_stopped: frozenset[int] = frozenset()
) -> int:
    """Make a channel of the settings receive what they say; its Telegram id.

    One of `just_stopped` stands in the settings after all, by another name: it goes on where it stood.
    Raises aiogram's errors when Telegram does not know it, `UnknownSource` for a name that stands nowhere.
    """
    said = _said(await bot.get_chat(wanted.chat), wanted)
    now = context.now()
    async with context.database.transaction() as stores:
        known = await stores.chats.find(said.id)
        record = await stores.chats.add(said)
        await stores.chats.replace_follows(said.id, await _follows(stores, context.archive, wanted))
        # What the chat chose by itself (a digest's hours, its zone, /stop) is kept; the rest is as the settings say.
        record = replace(
            record,
            language=said.language,
            thread_id=said.thread_id,
            is_silent=said.is_silent,
            with_hashtags=said.with_hashtags,
            with_albums=said.with_albums,
            from_settings=True,
        )
        await stores.chats.save(record)
        if known is not None and known.id in just_stopped:
            await stores.chats.save(replace(record, state=ChatState.ACTIVE, due_at=now))
        elif known is None or _waits_for_settings(known):
            # Due at once: who gets digests is passed over to the next hour of theirs.
            await stores.chats.wake(said.id, now)
        elif known.state is not ChatState.STOPPED:
            # One that was paused goes on where it stood: its rights may be back.
            await stores.chats.save(replace(record, state=ChatState.ACTIVE, due_at=known.due_at or now, trouble=None))
    return said.id


def _said(found: ChatFullInfo, wanted: ChannelSettings) -> Chat:
    """A channel as the settings want it."""
    return Chat(
        id=found.id,
        kind=ChatKind(found.type),
        title=found.title or found.full_name or str(found.id),
        username=found.username,
        state=ChatState.ACTIVE,
        language=wanted.language,
        thread_id=wanted.thread or None,
        is_silent=wanted.silent,
        with_hashtags=wanted.hashtags,
        with_albums=wanted.albums,
        from_settings=True,
    )


def _waits_for_settings(known: Chat) -> bool:
    """Whether it is silent for want of an arrangement, not because its admins said /stop."""
    return known.state is ChatState.NEW or (known.state is ChatState.STOPPED and not known.from_settings)


async def _follows(stores: Stores, archive: Archive, wanted: ChannelSettings) -> list[tuple[int | None, int | None]]:
    """Pairs of topic and source; an empty list of names means any."""
    topics: list[int | None] = [(await archive.save_topic(stores, name)).id for name in wanted.topics]
    sources: list[int | None] = []
    for name in wanted.sources:
        source = await stores.sources.find_named(name)
        if source is None:
            raise UnknownSource(f"channel {wanted.chat} names the source {name!r}, which no [[source]] has")
        sources.append(source.id)
    anything: list[int | None] = [None]
    return [(topic, source) for topic in topics or anything for source in sources or anything]
