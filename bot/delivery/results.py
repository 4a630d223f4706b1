"""What came of a request to Telegram, as values: a refusal is an answer, not an exception.

Sent          it stands in the chat
RateLimited   not sent: wait so long
NotSent       it never reached Telegram, or Telegram says that it failed itself
Uncertain     it may stand in the chat: the answer was lost, cut or garbled
Refused       Telegram says no, and why

and, of a message whose answer was lost:

Sent          it stands
NotThere      it does not
Unknown       nobody can say
"""

from dataclasses import dataclass
from enum import StrEnum

from storage.deliveries import PostKind


class Refusal(StrEnum):
    """Why, as far as it decides what to do (the table of TELEGRAM's refusals)."""

    GONE = "gone"  # blocked by the reader, deactivated, never started
    NO_ACCESS = "no_access"  # kicked, not a member, no rights, no such chat
    MIGRATED = "migrated"
    THREAD_GONE = "thread_gone"
    PICTURE = "picture"
    POST_GONE = "post_gone"  # the message to edit or delete is not there, or can be changed no more
    TOKEN = "token"  # noqa: S105 — the word, not a secret
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sent:
    """`has_lost_thread`: the forum's topic is gone, it went to the general one. `has_new_photo`: an edit put one in."""

    message_id: int
    kind: PostKind
    has_lost_thread: bool = False
    has_new_photo: bool = False


@dataclass(frozen=True, slots=True)
class RateLimited:
    retry_after: float  # seconds


@dataclass(frozen=True, slots=True)
class NotSent:
    detail: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    detail: str


@dataclass(frozen=True, slots=True)
class Refused:
    """`detail` is Telegram's own sentence; `migrated_to` the new id of a group that became a supergroup."""

    refusal: Refusal
    detail: str
    migrated_to: int | None = None


@dataclass(frozen=True, slots=True)
class NotThere:
    pass


@dataclass(frozen=True, slots=True)
class Unknown:
    """`is_for_good`: a later look would tell no more."""

    detail: str
    is_for_good: bool = False


SendResult = Sent | RateLimited | NotSent | Uncertain | Refused
FindResult = Sent | NotThere | Unknown

NOT_MODIFIED = "message is not modified"
# The message that stands is of another kind than the edit.
WRONG_KIND_TEXT = "there is no text in the message to edit"
WRONG_KIND_CAPTION = "there is no caption in the message to edit"

# The chat takes no pictures, whichever they are.
PICTURES_FORBIDDEN = ("not enough rights to send photos", "chat_send_photos_forbidden", "chat_send_media_forbidden")

# Fragments of Telegram's own texts (tdlib/telegram-bot-api), lower case, in the order they are looked for.
_SIGNS: tuple[tuple[Refusal, tuple[str, ...]], ...] = (
    (Refusal.THREAD_GONE, ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")),
    (
        Refusal.POST_GONE,
        (
            "message to edit not found",
            "message can't be edited",
            "message to delete not found",
            "message can't be deleted",
            "message_id_invalid",
            WRONG_KIND_TEXT,
            WRONG_KIND_CAPTION,
        ),
    ),
    (
        Refusal.PICTURE,
        (
            "wrong file identifier",
            "failed to get http url content",
            "wrong type of the web page content",
            "photo_invalid_dimensions",
            "webpage_media_empty",
            "webpage_curl_failed",
            "image_process_failed",
            "photo_save_file_invalid",
            "wrong remote file",
            "file_reference_",
            "photo_ext_invalid",
            "photo_content_url_empty",
            "media_empty",
            "caption is too long",
            *PICTURES_FORBIDDEN,
        ),
    ),
    (
        Refusal.GONE,
        (
            "bot was blocked by the user",
            "user_is_blocked",
            "user is deactivated",
            "input_user_deactivated",
            "bot can't initiate conversation",
            "user not found",
        ),
    ),
    (
        Refusal.NO_ACCESS,
        (
            "bot was kicked",
            "bot is not a member",
            "chat not found",
            "need administrator rights",
            "not enough rights",
            "have no write access",
            "have no rights to send",
            "chat_write_forbidden",
            "chat_admin_required",
            "channel_private",
            "chat_send_plain_forbidden",
            "user_banned_in_channel",
            "peer_id_invalid",
            "group chat was deactivated",
            "group chat was deleted",
            "chat_restricted",
            "bot can't send messages to bots",
        ),
    ),
)


def classify(code: int, description: str, migrated_to: int | None = None) -> Refused:
    """Telegram's error (`error_code`, `description`, `parameters.migrate_to_chat_id`) as what to do about it."""
    if migrated_to is not None:
        return Refused(Refusal.MIGRATED, description, migrated_to)
    if code in {401, 404}:  # a token of the wrong shape is answered 404, as is an address that is no Bot API
        return Refused(Refusal.TOKEN, description)
    text = description.lower()
    for refusal, signs in _SIGNS:
        if any(sign in text for sign in signs):
            return Refused(refusal, description)
    return Refused(Refusal.NO_ACCESS if code == 403 else Refusal.OTHER, description)
