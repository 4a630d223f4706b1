"""The buttons of a channel's offer: its owner says in private what the bot posts there."""

from collections.abc import Awaitable, Callable

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.chat.context import Visit, wake
from bot.chat.replies import Redraw, Replies, notice
from bot.rendering.callbacks import ChannelOffer, Offer
from bot.rendering.message import Outgoing
from bot.rendering.notices import Toast
from bot.rendering.offers import Arrangement, channel_offer, offer_done, offer_sources, offer_topics
from storage.records import Chat, ChatState

Pair = tuple[int | None, int | None]  # the ids of a follow's topic and source
EVERYTHING: Pair = (None, None)


async def arrange(_: CallbackQuery, callback_data: ChannelOffer, visit: Visit) -> Replies:
    """Only who added the bot there, and the bot's admins, may arrange a channel."""
    channel = await visit.stores.chats.get(callback_data.chat_id)
    if visit.user_id not in {channel.owner_id, *visit.context.settings.admins}:
        return notice(Toast.ADMINS_ONLY, visit)
    return Redraw(await _ANSWERS[callback_data.offer](visit, channel, callback_data))


async def _everything(visit: Visit, channel: Chat, _: ChannelOffer) -> Outgoing:
    await visit.stores.chats.replace_follows(channel.id, [EVERYTHING])
    await wake(visit.context, visit.stores, channel, visit.now)
    return offer_done(channel, Arrangement.EVERYTHING, visit.words)


async def _nothing(visit: Visit, channel: Chat, _: ChannelOffer) -> Outgoing:
    await visit.stores.chats.replace_follows(channel.id, [])
    await visit.stores.chats.silence(channel.id, ChatState.STOPPED)
    return offer_done(channel, Arrangement.NOTHING, visit.words)


async def _ask(visit: Visit, channel: Chat, _: ChannelOffer) -> Outgoing:
    return channel_offer(channel, visit.words)


async def _done(visit: Visit, channel: Chat, wanted: ChannelOffer) -> Outgoing:
    """What is marked counts from now on; nothing marked is no choice yet."""
    if not await _chosen(visit, channel):
        return await _ask(visit, channel, wanted)
    await wake(visit.context, visit.stores, channel, visit.now)
    return offer_done(channel, Arrangement.CHOSEN, visit.words)


async def _sources(visit: Visit, channel: Chat, wanted: ChannelOffer) -> Outgoing:
    sources = await visit.stores.sources.get_all()
    chosen = {source for _, source in await _chosen(visit, channel) if source is not None}
    return offer_sources(channel, sources, chosen, visit.words, page=max(wanted.page, 0))


async def _topics(visit: Visit, channel: Chat, wanted: ChannelOffer) -> Outgoing:
    chosen = {topic for topic, _ in await _chosen(visit, channel) if topic is not None}
    topics = await visit.stores.topics.get_offered(chosen)
    return offer_topics(channel, topics, chosen, visit.words, page=max(wanted.page, 0))


async def _turn_source(visit: Visit, channel: Chat, wanted: ChannelOffer) -> Outgoing:
    source = await visit.stores.sources.get(wanted.ref)
    await _turn(visit, channel, (None, source.id))
    return await _sources(visit, channel, wanted)


async def _turn_topic(visit: Visit, channel: Chat, wanted: ChannelOffer) -> Outgoing:
    topic = await visit.stores.topics.get(wanted.ref)
    await _turn(visit, channel, (topic.id, None))
    return await _topics(visit, channel, wanted)


async def _turn(visit: Visit, channel: Chat, pair: Pair) -> None:
    """Mark a source or topic, or take the mark back; «everything» ends with the first mark."""
    chosen = await _chosen(visit, channel)
    wanted = [one for one in chosen if one != pair] if pair in chosen else [*chosen, pair]
    await visit.stores.chats.replace_follows(channel.id, wanted)


async def _chosen(visit: Visit, channel: Chat) -> list[Pair]:
    follows = [view.follow for view in await visit.stores.chats.get_follows(channel.id)]
    pairs = [(one.topic_id, one.source_id) for one in follows]
    return [pair for pair in pairs if pair != EVERYTHING]


_ANSWERS: dict[Offer, Callable[[Visit, Chat, ChannelOffer], Awaitable[Outgoing]]] = {
    Offer.EVERYTHING: _everything,
    Offer.NOTHING: _nothing,
    Offer.BACK: _ask,
    Offer.DONE: _done,
    Offer.SOURCES: _sources,
    Offer.TOPICS: _topics,
    Offer.SOURCE: _turn_source,
    Offer.TOPIC: _turn_topic,
}


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="offers")
    router.callback_query.register(arrange, ChannelOffer.filter())
    return router
