"""The shared nouns of Khabar: frozen records that stores take and give.

Every `datetime` is aware and in UTC; a record never holds a database row, and nothing here does I/O.
"""

from storage.records.articles import (
    MOST_OTHERS,
    ArchiveSize,
    Article,
    Asked,
    Block,
    BlockKind,
    KnownArticle,
    Link,
    NewArticle,
    SketchRow,
    Story,
    StoryView,
    Telling,
    article_text,
)
from storage.records.chats import Chat, ChatKind, ChatState, Follow, FollowView, Night, Rank, Schedule
from storage.records.pages import Page
from storage.records.sources import (
    Alert,
    AlertKind,
    HubState,
    NewSource,
    Passed,
    Rhythm,
    Source,
    SourceCheck,
    SourceHealth,
    SourceKind,
    StandIn,
    Subscription,
)
from storage.records.topics import MOST_COUNTED, Topic, TopicView

__all__ = [
    "MOST_COUNTED",
    "MOST_OTHERS",
    "Alert",
    "AlertKind",
    "ArchiveSize",
    "Article",
    "Asked",
    "Block",
    "BlockKind",
    "Chat",
    "ChatKind",
    "ChatState",
    "Follow",
    "FollowView",
    "HubState",
    "KnownArticle",
    "Link",
    "NewArticle",
    "NewSource",
    "Night",
    "Page",
    "Passed",
    "Rank",
    "Rhythm",
    "Schedule",
    "SketchRow",
    "Source",
    "SourceCheck",
    "SourceHealth",
    "SourceKind",
    "StandIn",
    "Story",
    "StoryView",
    "Subscription",
    "Telling",
    "Topic",
    "TopicView",
    "article_text",
]
