"""Buttons and the shapes they come in. Telegram takes 8 a row and 100 in all."""

from collections.abc import Iterable, Sequence
from typing import Literal

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.rendering.callbacks import ListKind, ListPage, OpenScreen, ReadStory, SaveStory, Screen
from bot.rendering.locales import Words
from bot.rendering.story_callbacks import ReadPage, SavePage
from bot.rendering.texts import cut_at_word, is_blank, one_line
from storage.records import StoryView

MAX_IN_ROW = 8
MAX_BUTTONS = 100
MAX_LABEL = 48  # code points; more does not fit a phone's width
# Code points of a label that a phone shows whole, by how many stand side by side: a row has 325 pixels, a letter takes
# 8 of them and a button's edges 20.
_ROOM_BESIDE = {3: 11, 2: 17}

Row = Sequence[InlineKeyboardButton]


def button(
    label: str, data: CallbackData, *, style: Literal["primary", "success", "danger"] | None = None
) -> InlineKeyboardButton:
    """A button that answers with `data`; the label is cleaned and cut to what a phone shows."""
    text = cut_at_word(one_line(label), MAX_LABEL)
    return InlineKeyboardButton(text="…" if is_blank(text) else text, callback_data=data.pack(), style=style)


def marked(label: str, *, is_on: bool) -> str:
    """The label of a choice that is on has a check mark."""
    return f"✅ {label}" if is_on else label


def keyboard(*rows: Row) -> InlineKeyboardMarkup | None:
    """The rows that hold anything; None when none does. ValueError past Telegram's limits."""
    kept = [list(row) for row in rows if row]
    if any(len(row) > MAX_IN_ROW for row in kept) or sum(map(len, kept)) > MAX_BUTTONS:
        raise ValueError(f"a keyboard has at most {MAX_IN_ROW} buttons a row and {MAX_BUTTONS} in all")
    return InlineKeyboardMarkup(inline_keyboard=kept) if kept else None


def grid(buttons: Iterable[InlineKeyboardButton], width: int) -> list[Row]:
    """Rows of `width` buttons each, the last one shorter."""
    flat = list(buttons)
    return [flat[start : start + width] for start in range(0, len(flat), width)]


def shelved(buttons: Iterable[InlineKeyboardButton]) -> list[Row]:
    """In their order, up to three a row where all of them are short, else two, else each alone."""
    rows: list[list[InlineKeyboardButton]] = []
    for one in buttons:
        row = [*rows[-1], one] if rows else [one]
        if len(row) > 1 and max(len(key.text) for key in row) <= _ROOM_BESIDE.get(len(row), 0):
            rows[-1] = row
        else:
            rows.append([one])
    return [*rows]


def back_row(words: Words, to: Screen) -> Row:
    """The way back to the screen that this one was opened from."""
    return [button(words.text("button.back"), OpenScreen(screen=to))]


def read_row(stories: Sequence[StoryView], words: Words) -> list[Row]:
    """«1 2 3 …»: each reads the story of its number."""
    return grid([button(str(number), reading(view, words)) for number, view in enumerate(stories, start=1)], 5)


def reading(view: StoryView, words: Words) -> ReadStory | ReadPage:
    """Reads the page whose title is shown; where it is in another language, whichever the story has for the reader."""
    if view.others and view.article.language == words.language:
        return ReadPage(article_id=view.article.id)
    return ReadStory(story_id=view.story_id)


def pager_row(kind: ListKind, ref: int, page: int, words: Words, *, newer: bool, older: bool) -> Row:
    """‹ and ›, each only where there is something to go to."""
    row = []
    if newer:
        row.append(button(words.text("list.newer"), ListPage(kind=kind, ref=ref, page=page - 1)))
    if older:
        row.append(button(words.text("list.older"), ListPage(kind=kind, ref=ref, page=page + 1)))
    return row


def story_keyboard(
    article_id: int,
    words: Words,
    *,
    is_saved: bool = False,
    reads: ReadStory | ReadPage | None = None,
    more: Sequence[Row] = (),
) -> InlineKeyboardMarkup:
    """Under a card: read here, and save or take out again. Under an article: only the latter. `more` rows below."""
    row = [_save_button(SavePage(article_id=article_id, on=not is_saved), words)]
    if reads is not None:
        row.insert(0, button(words.text("story.read"), reads, style="primary"))
    return InlineKeyboardMarkup(inline_keyboard=[row, *(list(one) for one in more)])


def turned_round(standing: InlineKeyboardMarkup, pressed: SavePage | SaveStory, words: Words) -> InlineKeyboardMarkup:
    """The keyboard as it stands, but that the pressed button to save takes out again, or the other way about."""
    after = pressed.model_copy(update={"on": not pressed.on})
    saves = {pressed.pack(), after.pack()}
    turned = _save_button(after, words)
    rows = [[turned if one.callback_data in saves else one for one in row] for row in standing.inline_keyboard]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _save_button(saves: SavePage | SaveStory, words: Words) -> InlineKeyboardButton:
    return button(words.text("story.save" if saves.on else "story.saved"), saves)
