"""An answer as text: its replies are written down with what the handler did, and given from there after a crash."""

import json
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, get_args

from aiogram.types import Message
from pydantic import TypeAdapter

from bot.chat.perform import Place
from bot.chat.replies import Reply


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, and where."""

    place: Place
    replies: tuple[Reply, ...]


def dump_answer(answer: Answer) -> str:
    """The answer as JSON. Of a pressed message only what answering it takes is kept."""
    pressed = answer.place.pressed
    place = replace(answer.place, pressed=pressed and _slim(pressed))
    replies = [[type(reply).__name__, _dump(reply)] for reply in answer.replies]
    return json.dumps({"place": _dump(place), "replies": replies})


def load_answer(text: str) -> Answer:
    """The answer of `dump_answer`. Raises ValueError for the text of a version that knew other replies."""
    told = json.loads(text)
    adapters = _adapters()
    try:
        replies = tuple(adapters[kind].validate_python(reply) for kind, reply in told["replies"])
        return Answer(adapters[Place.__name__].validate_python(told["place"]), replies)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no answer of this version: {error}") from error


@cache
def _adapters() -> dict[str, TypeAdapter[Any]]:
    return {kind.__name__: TypeAdapter(kind) for kind in (Place, *get_args(Reply))}


def _dump(record: Any) -> Any:
    # aiogram marks what a bot's defaults fill in by objects that JSON does not know; left out, they are filled again.
    return _adapters()[type(record).__name__].dump_python(
        record, mode="json", exclude_none=True, fallback=lambda _: None
    )


def _slim(pressed: Message) -> Message:
    text = pressed.text and pressed.text[:1]  # only whether there is any matters
    return Message(message_id=pressed.message_id, date=pressed.date, chat=pressed.chat, text=text)
