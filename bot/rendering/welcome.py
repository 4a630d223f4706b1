"""The first screens: what the bot does, what to get, every command on one screen, what is kept."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from aiogram.types import InlineKeyboardButton
from aiogram.utils.formatting import Bold, Code, Text

from bot.rendering.callbacks import FollowAll, FollowTopic, Language, OpenScreen, Screen, UnfollowTopic
from bot.rendering.commands import command_menu
from bot.rendering.keyboards import Row, back_row, button, grid, keyboard, marked
from bot.rendering.lists import topic_label
from bot.rendering.locales import LANGUAGES, Words
from bot.rendering.message import Node, Outgoing, compose, joined
from storage.records import TopicView

# Each language calls itself by its own name, whatever language the screen is in.
LANGUAGE_NAMES = {"ru": "Русский", "tg": "Тоҷикӣ", "en": "English"}
MAX_SUGGESTED = 30

# Each with what it finds.
_EXAMPLES = {
    "asking.all": "asking.all_finds",
    "asking.phrase": "asking.phrase_finds",
    "asking.either": "asking.either_finds",
    "asking.without": "asking.without_finds",
    "asking.headline": "asking.headline_finds",
    "asking.filters": "asking.filters_finds",
}


def welcome(words: Words) -> Outgoing:
    """/start: three lines, and the one choice that begins deliveries."""
    lines = "\n".join([words.text("welcome.first"), words.text("welcome.second"), words.text("welcome.third")])
    return compose(
        Bold(words.text("welcome.hello")),
        "\n\n",
        lines,
        "\n\n",
        words.text("welcome.ask"),
        keyboard=keyboard(
            [button(words.text("welcome.topics"), OpenScreen(screen=Screen.FOLLOW_MENU), style="primary")],
            [button(words.text("welcome.everything"), FollowAll(on=True, screen=Screen.WELCOME))],
            language_row(words, Screen.WELCOME),
        ),
    )


def help_screen(words: Words, *, is_private: bool, is_admin: bool = False) -> Outgoing:
    """/help: every command that works here for whoever asks, a line each."""
    menu = command_menu(words, is_private=is_private, is_admin=is_admin)
    lines: list[Node] = [f"/{command.command} — {command.description}\n" for command in menu]
    hint = words.text("help.private") if is_private else words.text("help.group")
    how = button(words.text("asking.button"), OpenScreen(screen=Screen.ASKING))
    return compose(Bold(words.text("help.title")), "\n\n", *lines, "\n", hint, keyboard=keyboard([how]))


def asking_screen(words: Words) -> Outgoing:
    """How to ask for more than plain words: an example a line, to be copied by a tap, and what it finds."""
    examples = [Text(Code(words.text(key)), " — ", words.text(finds)) for key, finds in _EXAMPLES.items()]
    return compose(
        Bold(words.text("asking.title")),
        "\n\n",
        words.text("asking.words"),
        "\n\n",
        joined([*examples], "\n"),
        "\n\n",
        words.text("asking.everywhere"),
        keyboard=keyboard(back_row(words, Screen.HELP)),
    )


def follow_menu(
    suggested: Sequence[TopicView],
    followed: Collection[int],
    words: Words,
    *,
    follows_everything: bool,
    is_start: bool = False,
) -> Outgoing:
    """Topics to choose from, turned on and off by a press; `followed` are topics' ids.

    `is_start` adds the way back to the welcome.
    """
    buttons = [_toggle(view, view.topic.id in followed, words) for view in suggested[:MAX_SUGGESTED]]
    everything = marked(words.text("follow.everything"), is_on=follows_everything)
    rows: list[Row] = [
        *grid(buttons, 2),
        [button(everything, FollowAll(on=not follows_everything, screen=Screen.FOLLOW_MENU))],
        [button(words.text("follow.mine"), OpenScreen(screen=Screen.FOLLOWS))],
    ]
    if is_start:
        rows[-1] = [button(words.text("button.back"), OpenScreen(screen=Screen.WELCOME)), *rows[-1]]
    return compose(Bold(words.text("follow.choose")), "\n\n", words.text("follow.how"), keyboard=keyboard(*rows))


def privacy_screen(words: Words, *, ledger_days: int) -> Outgoing:
    """/privacy: what is kept and how to have it removed; `ledger_days` as in the settings."""
    days = words.plural("count.days", ledger_days)
    return compose(Bold(words.text("privacy.title")), "\n\n", words.text("privacy.text", days=days))


def language_row(words: Words, screen: Screen) -> list[InlineKeyboardButton]:
    """A button a language; the present one is marked."""
    return [
        button(marked(LANGUAGE_NAMES[name], is_on=name == words.language), Language(language=name, screen=screen))
        for name in LANGUAGES
    ]


class UnknownKind(StrEnum):
    """What a person sent that the bot has no answer to."""

    COMMAND = "unknown.command"
    NO_TEXT = "unknown.no_text"  # a sticker, a photo, a voice


def unknown(kind: UnknownKind, words: Words) -> Outgoing:
    """A helpful answer, in private chats only, to what was not understood."""
    return compose(
        words.text(kind.value),
        keyboard=keyboard(
            [
                button(words.text("follow.choose"), OpenScreen(screen=Screen.FOLLOW_MENU)),
                button(words.text("button.help"), OpenScreen(screen=Screen.HELP)),
            ]
        ),
    )


def _toggle(view: TopicView, is_on: bool, words: Words) -> InlineKeyboardButton:
    label = topic_label(view, words)
    data = (UnfollowTopic if is_on else FollowTopic)(topic_id=view.topic.id, screen=Screen.FOLLOW_MENU)
    return button(marked(label, is_on=is_on), data)
