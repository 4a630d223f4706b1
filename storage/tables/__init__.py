"""The tables, for SQLite and PostgreSQL alike. They never leave the storage."""

from storage.tables.archive import (
    alert,
    apart,
    article,
    correction,
    growth,
    regrouped,
    sketch,
    source,
    story,
    subscription,
)
from storage.tables.base import Id, UtcDateTime, metadata
from storage.tables.chats import chat, follow, inbox, saved
from storage.tables.delivery import ahead, hold, in_flight, post, tally, wave
from storage.tables.topics import article_topic, chore, entity, entity_day, name_pair, question, topic, topic_alias

__all__ = [
    "Id",
    "UtcDateTime",
    "ahead",
    "alert",
    "apart",
    "article",
    "article_topic",
    "chat",
    "chore",
    "correction",
    "entity",
    "entity_day",
    "follow",
    "growth",
    "hold",
    "in_flight",
    "inbox",
    "metadata",
    "name_pair",
    "post",
    "question",
    "regrouped",
    "saved",
    "sketch",
    "source",
    "story",
    "subscription",
    "tally",
    "topic",
    "topic_alias",
    "wave",
]
