"""What a story speaks of, as buttons that open the news about it: topics, people, organisations, places."""

from collections.abc import Iterable

from aiogram.types import InlineKeyboardButton

from bot.rendering.callbacks import AskEntity, ListKind, ListPage
from bot.rendering.keyboards import Row, button, shelved
from bot.rendering.scripts import sound
from bot.rendering.texts import clean, cut_at_word, is_blank, one_line, question_name
from storage.naming import Entity, EntityKind
from storage.records import StoryView

MAX_SUBJECTS = 3  # under a card
MAX_NAME = 28  # code points of a label

_TOPIC = "🏷"
_ICONS = {EntityKind.PERSON: "👤", EntityKind.ORGANISATION: "🏛", EntityKind.PLACE: "📍"}


def subject_rows(view: StoryView) -> list[Row]:
    """The first things that a story speaks of, the chat's topics before all others, none of them twice.

    Each opens its own news as a message below, so that the card stays.
    """
    found: dict[str, InlineKeyboardButton] = {}
    for topic_id, name in zip(view.topic_ids, view.topics, strict=False):
        opens = ListPage(kind=ListKind.TOPIC, ref=topic_id, anew=True)
        found.setdefault(_same(name), button(_label(_TOPIC, name), opens))
    for entity in _with_whole_names(view.article.entities, view.topics):
        if not is_blank(clean(entity.name)):
            found.setdefault(_same(entity.name), entity_button(entity, anew=True))
    return shelved(list(found.values())[:MAX_SUBJECTS])


def entity_rows(entities: Iterable[Entity], *, anew: bool = False) -> list[Row]:
    """Each opens its news in place of the message that the button stands under, or `anew`, as one of its own."""
    named = {_same(one.name): one for one in reversed(list(entities)) if not is_blank(clean(one.name))}
    return shelved(entity_button(one, anew=anew) for one in reversed(named.values()))


def entity_button(entity: Entity, *, anew: bool = False) -> InlineKeyboardButton:
    """The news about a person, an organisation or a place; `anew` as in `ListPage`."""
    return button(_label(_ICONS[entity.kind], entity.name), AskEntity(entity_id=entity.id, anew=anew))


def _with_whole_names(entities: Iterable[Entity], topics: Iterable[str]) -> list[Entity]:
    """An article's entities without people whom another of its names, or a topic's, tells already: Рахмон beside
    Эмомали Рахмон.
    """
    entities = list(entities)
    told = [frozenset(sound(name).split()) for name in topics]
    whole = [frozenset(sound(one.name).split()) for one in entities if one.kind is EntityKind.PERSON]

    def is_told(words: frozenset[str]) -> bool:
        return any(words < one for one in whole) or any(one and (one <= words or words <= one) for one in told)

    return [
        one for one in entities if one.kind is not EntityKind.PERSON or not is_told(frozenset(sound(one.name).split()))
    ]


def _label(icon: str, name: str) -> str:
    return f"{icon} {cut_at_word(question_name(name), MAX_NAME)}"


def _same(name: str) -> str:
    """Names that people take for one: written alike, or the same in other letters."""
    return sound(name) or one_line(question_name(name)).casefold()
