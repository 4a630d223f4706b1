"""Short answers: what was done, what went wrong and what to do about it."""

from enum import StrEnum

from aiogram.utils.formatting import Bold, Code, Italic

from bot.rendering.callbacks import DeleteMe, OpenScreen, Resume, Screen
from bot.rendering.keyboards import button, keyboard
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose
from bot.rendering.texts import cut_at_word, is_blank, one_line
from storage.records import Chat

MAX_TOAST = 200  # answerCallbackQuery
MAX_DETAIL = 80  # of a wrong question, the part that is quoted
CODES = "tg, ru, en"  # as examples of languages that can be asked for


class Toast(StrEnum):
    """What a press is answered with, at the top of the screen for a second."""

    SAVED = "toast.saved"
    UNSAVED = "toast.unsaved"
    FOLLOWED = "toast.followed"
    UNFOLLOWED = "toast.unfollowed"
    CHANGED = "toast.changed"
    LAST_HOUR = "toast.last_hour"  # a daily digest keeps at least one hour
    STALE = "toast.stale"  # the button's story, topic or list is gone
    ADMINS_ONLY = "toast.admins_only"  # a group's settings are its admins'
    KEPT = "toast.kept"  # nothing was deleted
    FAILED = "toast.failed"  # a fault of ours
    SOURCE_PAUSED = "toast.source_paused"
    SOURCE_RESUMED = "toast.source_resumed"
    SOURCE_SOON = "toast.source_soon"  # it is read within seconds
    SOURCE_OF_SETTINGS = "toast.source_of_settings"  # only the settings' file can take it out
    SOURCE_ADDED = "toast.source_added"
    SPLIT = "toast.split"  # a page was taken out of its story
    ALREADY_SPLIT = "toast.already_split"
    LAST_PAGE = "toast.last_page"  # a story keeps at least one
    MERGED = "toast.merged"
    ALREADY_MERGED = "toast.already_merged"
    TOO_MUCH = "allowance.wait"  # more messages at once than anybody needs


class Fault(StrEnum):
    """What is wrong with a question. Those from TOO_LONG on quote the part that is."""

    EMPTY = "fault.empty"  # no words in it, or a command that needs words came without
    ONLY_WITHOUT = "fault.only_without"  # nothing but -words
    ONLY_FILTERS = "fault.only_filters"  # nothing but source:NAME and its like
    TOO_LONG = "fault.too_long"
    TOO_MANY_WORDS = "fault.too_many_words"
    WRONG_DATE = "fault.wrong_date"
    UNKNOWN_LANGUAGE = "fault.unknown_language"
    TWO_LANGUAGES = "fault.two_languages"
    NO_VALUE = "fault.no_value"  # title: and nothing behind it
    FIELD_WITHOUT = "fault.field_without"  # -source:NAME
    EMPTY_ALTERNATIVE = "fault.empty_alternative"  # a | | b
    NOTHING_WANTED = "fault.nothing_wanted"  # a | -b


class Asked(StrEnum):
    """How the question was asked: the examples are of the same command."""

    PLAIN = "fault.example_plain"  # without a command
    SEARCH = "fault.example"
    TOPIC = "fault.example_topic"
    FOLLOW = "fault.example_follow"
    UNFOLLOW = "fault.example_unfollow"
    ALIAS = "fault.example_alias"


class Remedy(StrEnum):
    """What the owner of a paused channel or group can do."""

    ADD_BACK = "trouble.add_back"
    GIVE_RIGHTS = "trouble.give_rights"
    FIND_AGAIN = "trouble.find_again"
    OPEN_THREAD = "trouble.open_thread"
    LOOK = "trouble.look"


# Pieces of Telegram's refusals, in lower case, in the order in which they are looked for.
_REMEDIES = (
    ("kicked", Remedy.ADD_BACK),
    ("not a member", Remedy.ADD_BACK),
    ("rights", Remedy.GIVE_RIGHTS),
    ("write access", Remedy.GIVE_RIGHTS),
    ("chat not found", Remedy.FIND_AGAIN),
    ("thread not found", Remedy.OPEN_THREAD),
    ("topic_closed", Remedy.OPEN_THREAD),
)


def toast(kind: Toast, words: Words) -> str:
    """The text for answerCallbackQuery, at most 200 characters."""
    return cut_at_word(words.text(kind.value), MAX_TOAST)


def wrong_question(fault: Fault, words: Words, asked: Asked = Asked.SEARCH, *, detail: str = "") -> Outgoing:
    """What is wrong with the question, with the wrong part as it was written, and how to ask."""
    part = Code(cut_at_word(one_line(detail), MAX_DETAIL))
    return compose(
        words.node(fault.value, part=part, codes=CODES),
        "\n\n",
        words.text(asked.value),
        keyboard=keyboard([button(words.text("asking.button"), OpenScreen(screen=Screen.ASKING))]),
    )


def story_gone(words: Words) -> Outgoing:
    """A link or button to a story that the archive does not have."""
    return compose(words.text("story.gone"))


def failed(words: Words) -> Outgoing:
    """Something went wrong on our side; the details are in the log."""
    return compose(words.text(Toast.FAILED.value))


def too_much(words: Words) -> Outgoing:
    """The last answer for now to somebody who writes faster than a person does."""
    return compose(words.text(Toast.TOO_MUCH.value))


def admins_only(words: Words) -> Outgoing:
    """The answer to a group's member who is not its admin."""
    return compose(words.text(Toast.ADMINS_ONLY.value))


def stopped(words: Words) -> Outgoing:
    """/stop: silence from now on, everything else kept."""
    return compose(
        words.text("stop.done"),
        keyboard=keyboard([button(words.text("stop.resume"), Resume(), style="primary")]),
    )


def resumed(words: Words, *, follows: int) -> Outgoing:
    """Deliveries again; whoever follows nothing is asked to choose."""
    if follows:
        mine = button(words.text("follow.mine"), OpenScreen(screen=Screen.FOLLOWS))
        return compose(words.text("stop.resumed"), keyboard=keyboard([mine]))
    choose = button(words.text("follow.choose"), OpenScreen(screen=Screen.FOLLOW_MENU), style="primary")
    return compose(words.text("stop.nothing"), keyboard=keyboard([choose]))


def delete_question(words: Words) -> Outgoing:
    """/delete asks once more: this cannot be undone."""
    return compose(
        words.text("delete.ask"),
        keyboard=keyboard(
            [button(words.text("delete.yes"), DeleteMe(confirm=True), style="danger")],
            [button(words.text("delete.no"), DeleteMe(confirm=False))],
        ),
    )


def deleted(words: Words) -> Outgoing:
    """Everything about the reader is gone."""
    return compose(words.text("delete.done"))


def kept(words: Words) -> Outgoing:
    """The reader thought better of /delete."""
    return compose(words.text(Toast.KEPT.value))


def trouble_note(chat: Chat, words: Words) -> Outgoing:
    """For the owner and the admins, once: a chat is paused, why in Telegram's words, and what to do."""
    parts: list[Node] = [words.node("trouble.paused", chat=Bold(chat_title(chat))), "\n\n"]
    reason = one_line(chat.trouble or "")
    if not is_blank(reason):
        parts += [words.node("trouble.reason", reason=Italic(cut_at_word(reason, 300))), "\n\n"]
    return compose(*parts, words.text(remedy(chat.trouble).value))


def thread_note(chat: Chat, words: Words) -> Outgoing:
    """For the owner, once: the forum's topic is closed or gone, so news go to the general one."""
    return compose(words.node("trouble.thread", chat=Bold(chat_title(chat))))


def remedy(trouble: str | None) -> Remedy:
    """What to do about a refusal of Telegram's."""
    text = (trouble or "").lower()
    return next((remedy for piece, remedy in _REMEDIES if piece in text), Remedy.LOOK)


def chat_title(chat: Chat) -> str:
    """How a chat is called: its title, else @username, else its number."""
    title = cut_at_word(one_line(chat.title), 100)
    if not is_blank(title):
        return title
    return f"@{chat.username}" if chat.username else str(chat.id)
