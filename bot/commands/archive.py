"""latest, and how stories are printed."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bot.commands.output import print_json, print_table
from bot.commands.shell import DONE, archive
from config.settings import Settings
from storage.records import StoryView


async def latest(settings: Settings, number: int, *, as_json: bool) -> int:
    """The newest stories."""
    async with archive(settings) as database, database.snapshot() as stores:
        page = await stores.stories.get_latest(0, number)
    show(page.items, settings, as_json=as_json)
    return DONE


def as_dict(view: StoryView) -> dict[str, Any]:
    """A story as programs read it."""
    article = view.article
    return {
        "id": view.story_id,
        "title": article.title,
        "url": article.url,
        "source": article.source_name,
        "published_at": article.published_at.isoformat(),
        "topics": list(article.topics),
        "sources": view.sources,
        "also": [{"source": one.source_name, "title": one.title, "url": one.url} for one in view.others],
    }


def show(stories: Sequence[StoryView], settings: Settings, *, as_json: bool) -> None:
    """Print a list of stories in the way that suits whoever reads it."""
    if as_json:
        for view in stories:
            print_json(as_dict(view))
        return
    zone = ZoneInfo(settings.timezone)
    rows = [
        (
            str(view.story_id),
            f"{view.article.published_at.astimezone(zone):%Y-%m-%d %H:%M}",
            view.article.source_name if view.sources < 2 else f"{view.article.source_name} +{view.sources - 1}",
            view.article.title,
            view.article.url,
        )
        for view in stories
    ]
    print_table(("", "Published", "Source", "Title", "Address"), rows)
