"""A channel or group to which the bot was added: its admin is asked in private what to post there."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from aiogram.utils.formatting import Bold

from bot.rendering.callbacks import ChannelOffer, Offer
from bot.rendering.keyboards import Row, button, grid, keyboard, marked
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing, compose
from bot.rendering.notices import chat_title
from bot.rendering.texts import question_name
from storage.records import Chat, Source, TopicView

CHOICES_A_PAGE = 20


class Arrangement(StrEnum):
    """What was arranged for a channel."""

    EVERYTHING = "offer.done_everything"
    CHOSEN = "offer.done_chosen"
    NOTHING = "offer.done_nothing"


def channel_offer(channel: Chat, words: Words) -> Outgoing:
    """«The bot was added to …. What shall it post?»"""
    rows = [
        [button(words.text("offer.everything"), _offer(channel, Offer.EVERYTHING), style="primary")],
        [
            button(words.text("offer.source"), _offer(channel, Offer.SOURCES)),
            button(words.text("offer.topic"), _offer(channel, Offer.TOPICS)),
        ],
        [button(words.text("offer.nothing"), _offer(channel, Offer.NOTHING))],
    ]
    return compose(words.node("offer.ask", chat=Bold(chat_title(channel))), keyboard=keyboard(*rows))


def offer_sources(
    channel: Chat, sources: Sequence[Source], chosen: Collection[int], words: Words, *, page: int = 0
) -> Outgoing:
    """Sources to turn on and off for the channel; `chosen` are ids."""
    choices = [(source.id, source.name) for source in sources]
    text = words.node("offer.choose_source", chat=Bold(chat_title(channel)))
    rows = _choices(channel, choices, chosen, words, offers=(Offer.SOURCE, Offer.SOURCES), page=page)
    return compose(text, keyboard=keyboard(*rows))


def offer_topics(
    channel: Chat, topics: Sequence[TopicView], chosen: Collection[int], words: Words, *, page: int = 0
) -> Outgoing:
    """Topics to turn on and off for the channel; `chosen` are ids."""
    choices = [(view.topic.id, view.topic.name) for view in topics]
    text = words.node("offer.choose_topic", chat=Bold(chat_title(channel)))
    rows = _choices(channel, choices, chosen, words, offers=(Offer.TOPIC, Offer.TOPICS), page=page)
    return compose(text, keyboard=keyboard(*rows))


def offer_done(channel: Chat, arrangement: Arrangement, words: Words) -> Outgoing:
    """What will be posted from now on, with a way to change it."""
    change = button(words.text("offer.change"), _offer(channel, Offer.BACK))
    return compose(words.node(arrangement.value, chat=Bold(chat_title(channel))), keyboard=keyboard([change]))


def _choices(
    channel: Chat,
    choices: Sequence[tuple[int, str]],
    chosen: Collection[int],
    words: Words,
    *,
    offers: tuple[Offer, Offer],
    page: int,
) -> list[Row]:
    """A page of choices, its pager, and the closing row; `offers` are the choice's and the list's."""
    choose, turn = offers
    start = page * CHOICES_A_PAGE
    buttons = [
        button(marked(question_name(name), is_on=ref in chosen), _offer(channel, choose, ref, page))
        for ref, name in choices[start : start + CHOICES_A_PAGE]
    ]
    pager: Row = [
        button(words.text(key), _offer(channel, turn, page=number))
        for key, number in (("pager.previous", page - 1), ("pager.next", page + 1))
        if 0 <= number * CHOICES_A_PAGE < len(choices)
    ]
    end = [button(words.text("button.back"), _offer(channel, Offer.BACK))]
    if chosen:
        end.append(button(words.text("button.done"), _offer(channel, Offer.DONE), style="success"))
    return [*grid(buttons, 2), pager, end]


def _offer(channel: Chat, offer: Offer, ref: int = 0, page: int = 0) -> ChannelOffer:
    return ChannelOffer(chat_id=channel.id, offer=offer, ref=ref, page=page)
