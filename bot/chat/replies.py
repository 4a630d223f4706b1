"""What a handler answers with, as values: the middleware performs them once the transaction is committed."""

from dataclasses import dataclass

from aiogram.types import InlineKeyboardMarkup, InlineQueryResultArticle, InlineQueryResultsButton, InputRichMessage

from bot.chat.context import Visit
from bot.rendering.charts import Chart, Theme
from bot.rendering.message import Outgoing
from bot.rendering.notices import Toast, toast


@dataclass(frozen=True, slots=True)
class Say:
    """A new message where the update came from. Answers are text: a picture of the message is not sent."""

    message: Outgoing


@dataclass(frozen=True, slots=True)
class Redraw:
    """The message of the pressed button reads so from now on; sent anew where it cannot be edited."""

    message: Outgoing


@dataclass(frozen=True, slots=True)
class Rekey:
    """Other buttons under the message of the pressed one."""

    keyboard: InlineKeyboardMarkup


@dataclass(frozen=True, slots=True)
class Notice:
    """What a press is answered with, at the top of the screen for a second; at most 200 characters."""

    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """A whole article as one rich message; as the plain ones where the server refuses that."""

    rich: InputRichMessage
    plain: tuple[Outgoing, ...]
    keyboard: InlineKeyboardMarkup | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """A message to another chat than the update's, such as the offer to whoever added the bot to a channel."""

    chat_id: int
    message: Outgoing


@dataclass(frozen=True, slots=True)
class Results:
    """What an inline query is answered with. `above` is a line over the results that leads to the bot."""

    query_id: str
    results: tuple[InlineQueryResultArticle, ...]
    next_offset: str
    above: InlineQueryResultsButton | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with the message that is its caption; the message alone where it cannot be drawn."""

    message: Outgoing
    chart: Chart
    theme: Theme


@dataclass(frozen=True, slots=True)
class Draw:
    """A new message with a picture."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class Repaint:
    """The picture of the pressed message, and its caption, are these from now on."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class LookAt:
    """An address is looked at for an admin: `message` at once, what was found there in its place."""

    address: str
    message: Outgoing


@dataclass(frozen=True, slots=True)
class TellFound:
    """The rest of a `LookAt` whose first message stands."""

    address: str
    message_id: int


@dataclass(frozen=True, slots=True)
class Rewrite:
    """This message of the bot's reads so from now on; sent anew where it is gone."""

    message_id: int
    message: Outgoing


Reply = Say | Redraw | Rekey | Notice | Article | Tell | Results | Draw | Repaint | LookAt | TellFound | Rewrite
Replies = Reply | tuple[Reply, ...] | None


def notice(kind: Toast, visit: Visit) -> Notice:
    """The notice in the words of the chat."""
    return Notice(toast(kind, visit.words))
