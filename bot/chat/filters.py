"""Which updates a handler is for."""

from typing import Any

from aiogram import F
from aiogram.enums import ChatType
from aiogram.filters import Command

PRIVATE: Any = F.chat.type == ChatType.PRIVATE
CHATTER: Any = F.text & ~F.text.startswith("/")

# What a person may send instead of words; service messages (a pin, a new photo of the chat) are none of it.
NO_WORDS: Any = (
    F.photo | F.sticker | F.voice | F.audio | F.video | F.video_note | F.animation | F.document | F.location | F.contact
)


def command(*names: str) -> Command:
    """The command, also as /Command and /command@botname; one meant for another bot does not count."""
    return Command(*names, ignore_case=True)
