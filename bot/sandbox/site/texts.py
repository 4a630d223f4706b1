"""The words of the sample site: its editions and their stories, read from the TOML files in `stories/`."""

import tomllib
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any, Literal

FeedKind = Literal["rss", "atom", "json"]

STORY_FILES = ("stories_ru_pereval.toml", "stories_ru_dolina.toml", "stories_en.toml", "stories_tg.toml")


class TextFault(ValueError):
    """A data file says something that cannot be published; the message names the story."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One outlet in one language, with the words that stand around its stories."""

    key: str
    name: str
    publisher: str
    language: str
    feed_kind: FeedKind
    feed_path: str
    tagline: str
    author_label: str
    updated_label: str
    share: str
    login: str
    cookie: str
    ad: str
    tags_label: str
    side_title: str
    below_title: str
    back_title: str
    footer: str
    nav: tuple[str, ...]
    hot: tuple[str, ...]
    months: tuple[str, ...]
    archive: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """What an editor changes after publication. `replacements` are pairs (old, new) within the body."""

    order: int
    title: str
    lead: str | None
    replacements: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One text. `order` is its place in the programme, `event` is shared by texts about the same thing.

    `body` is in the light markup of `markup.py`; `feed_title` may hold HTML, as real feeds do.
    """

    order: int
    edition: str
    slug: str
    event: str
    section: str
    author: str
    title: str
    lead: str
    body: str
    scene: str
    caption: str
    tags: tuple[str, ...]
    feed_title: str | None = None
    correction: Correction | None = field(default=None)

    @property
    def path(self) -> str:
        return f"/{self.edition}/{self.slug}"

    @property
    def picture_path(self) -> str:
        return f"/media/{self.scene}-{self.order}.jpg"

    def corrected(self, correction: Correction) -> "Story":
        """The same story as it reads after the correction: same slug, same order, other words."""
        body = self.body
        for old, new in correction.replacements:
            body = body.replace(old, new)
        return replace(self, title=correction.title, lead=correction.lead or self.lead, body=body, feed_title=None)


def load_editions() -> dict[str, Edition]:
    """The editions by key, in the order of the file."""
    rows = _read("editions.toml")["edition"]
    editions = [Edition(**{key: _tuple_if_list(value) for key, value in row.items()}) for row in rows]
    return {edition.key: edition for edition in editions}


def load_stories() -> list[Story]:
    """Every story in the order of publication. Raises TextFault where two stories collide."""
    stories = [_story(row) for name in STORY_FILES for row in _read(name)["story"]]
    stories.sort(key=lambda story: story.order)
    for attribute in ("order", "path"):
        values = [getattr(story, attribute) for story in stories]
        if len(set(values)) != len(values):
            raise TextFault(f"two stories share one {attribute}")
    return stories


def _story(row: dict[str, Any]) -> Story:
    correction = row.pop("correction", None)
    story = Story(**{key: _tuple_if_list(value) for key, value in row.items()})
    if correction is None:
        return story
    pairs = tuple((old, new) for old, new in correction["replace"])
    for old, _new in pairs:
        if old not in story.body:
            raise TextFault(f"{story.slug}: the correction replaces words that the body does not have: {old[:40]}")
    made = Correction(correction["order"], correction["title"], correction.get("lead"), pairs)
    if made.order <= story.order:
        raise TextFault(f"{story.slug}: corrected before it is published")
    return replace(story, correction=made)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__) / "stories" / name).read_text("utf-8"))


def _tuple_if_list(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value
