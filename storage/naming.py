"""The nouns of naming: people, organisations and places, and several names for one thing."""

from dataclasses import dataclass
from enum import StrEnum


class EntityKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "org"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class NewEntity:
    """Somebody or something that an article speaks of, in the base form: Эмомали Рахмон, Хатлонская область.

    `key` is the key of the question that its name is: what is written alike, or in another form, has the same.
    """

    kind: EntityKind
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Entity:
    """The same, once it is known to the archive."""

    id: int
    kind: EntityKind
    name: str


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity with the number of articles that speak of it, in the archive or in the time that was asked for."""

    entity: Entity
    articles: int


@dataclass(frozen=True, slots=True)
class NamePair:
    """Two names of one thing, as an article told them: an abbreviation and its words, a last name and the whole.

    The keys are those of questions. `weight` is how much the telling proves: names count from a weight of 2 on, of one
    article that leaves no doubt, or of two that may be mistaken.
    """

    short: str
    long: str
    short_key: str
    long_key: str
    weight: int = 1


class AliasOrigin(StrEnum):
    SETTINGS = "settings"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name of a topic; `key` is the key of the question that it is."""

    name: str
    key: str
    origin: AliasOrigin = AliasOrigin.SETTINGS
