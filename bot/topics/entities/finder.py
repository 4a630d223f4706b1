"""People, organisations and places that an article speaks of: the weightiest of them, in their base form."""

import re
from typing import TYPE_CHECKING

from bot.topics.entities.agencies import is_agency, without_dateline
from bot.topics.entities.english import find_english
from bot.topics.entities.forms import BaseForms
from bot.topics.entities.mentions import Group, Mention, bring_together
from bot.topics.entities.model import RussianModel, load_first_names, prepare
from bot.topics.entities.russian import RussianFinder
from bot.topics.entities.tajik import find_tajik
from bot.topics.lemmas import Keys, Lemmatiser
from bot.topics.query import QuestionError, parse_question, question_key
from bot.topics.russian import load_dictionary
from storage.naming import NewEntity

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOST_ENTITIES = 8
LONGEST_TITLE = 400  # characters that are looked at
LONGEST_TEXT = 2_800  # characters; news say early whom they are about, and the models take time for each

_LONGEST_NAME = 80  # characters
_SENTENCE_END = re.compile(r"[.!?…][\"”»)]*\s|\n")
# What a question would take for grammar has no place in a name.
_PLAIN_NAME = re.compile(r"[\w '’&«»\".,№/+-]+")


class EntityFinder:
    """Finds entities; pure, and for one thread. Loads its models with the first text that needs them."""

    def __init__(self, lemmatiser: Lemmatiser) -> None:
        self._lemmatiser = lemmatiser
        self._model = RussianModel()
        self._russian: RussianFinder | None = None

    def vector(self, word: str) -> "npt.NDArray[np.float32] | None":
        """`RussianModel.vector`."""
        return self._model.vector(word)

    def find(self, title: str, text: str, language: str) -> tuple[NewEntity, ...]:
        """At most MOST_ENTITIES, the weightiest first; none in a language that it does not know."""
        title, text = prepare(title[:LONGEST_TITLE]), prepare(_cut(without_dateline(text)))
        mentions = self._find_mentions(title, text, language)

        def keys(word: str) -> Keys:
            return self._lemmatiser.keys(word.capitalize(), language)

        groups = [
            group for group in bring_together(title, mentions, keys) if group.weight[0] or not is_agency(group.words)
        ]
        entities = {entity.key: entity for group in reversed(groups) if (entity := self._entity(group))}
        return tuple(reversed(entities.values()))[:MOST_ENTITIES]

    def _find_mentions(self, title: str, text: str, language: str) -> list[Mention]:
        if language == "ru":
            return self._load_russian().find(title, text)
        if language == "tg":
            return find_tajik(title, text)
        return find_english(title, text) if language == "en" else []

    def _load_russian(self) -> RussianFinder:
        if self._russian is None:
            self._russian = RussianFinder(self._model, BaseForms(load_dictionary(), load_first_names()))
        return self._russian

    def _entity(self, group: Group) -> NewEntity | None:
        name = group.name
        if len(name) > _LONGEST_NAME or not _PLAIN_NAME.fullmatch(name):
            return None
        try:
            key = question_key(parse_question(name), self._lemmatiser)
        except QuestionError:
            return None
        return NewEntity(group.kind, name, key)


def _cut(text: str) -> str:
    """The beginning of a text up to the end of a sentence, if one is near."""
    if len(text) <= LONGEST_TEXT:
        return text
    ends = [found.end() for found in _SENTENCE_END.finditer(text, LONGEST_TEXT // 2, LONGEST_TEXT)]
    return text[: ends[-1] if ends else LONGEST_TEXT]
