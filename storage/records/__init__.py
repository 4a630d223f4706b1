"""The shared nouns of Khabar: frozen records that stores take and give.

Every `datetime` is aware and in UTC; a record never holds a database row, and nothing here does I/O.
"""

from storage.records.articles import (
    ArchiveSize,
    Article,
    Block,
    BlockKind,
    KnownArticle,
    NewArticle,
    Story,
    StoryView,
    article_text,
)
from storage.records.chats import Chat, ChatKind, ChatState, Follow, FollowView, Night, Rank, Schedule
from storage.records.pages import Page
from storage.records.sources import NewSource, Source, SourceCheck, SourceKind
from storage.records.topics import MOST_COUNTED, Topic, TopicView

__all__ = [
    "MOST_COUNTED",
    "ArchiveSize",
    "Article",
    "Block",
    "BlockKind",
    "Chat",
    "ChatKind",
    "ChatState",
    "Follow",
    "FollowView",
    "KnownArticle",
    "NewArticle",
    "NewSource",
    "Night",
    "Page",
    "Rank",
    "Schedule",
    "Source",
    "SourceCheck",
    "SourceKind",
    "Story",
    "StoryView",
    "Topic",
    "TopicView",
    "article_text",
]
