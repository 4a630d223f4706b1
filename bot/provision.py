"""What the settings name stands in the database: sources and topics, before anybody collects."""

from datetime import datetime

from bot.archive import Archive
from bot.landing import note_version
from config.settings import Settings
from storage.records import NewSource
from storage.stores import Stores


async def apply_settings(settings: Settings, stores: Stores, archive: Archive, now: datetime) -> None:
    """Make the sources and topics that the settings name stand in the database.

    Whoever is to write articles calls this first: a new database is told what they are read by.
    """
    await note_version(stores)
    named = [
        NewSource(
            one.url,
            one.name,
            language=one.language,
            interval=one.interval,
            full_text=one.full_text,
            folder=one.folder,
        )
        for one in settings.sources
    ]
    await stores.sources.keep_settings(named, now)
    keys = await archive.name_topics(stores, [(topic.name, topic.aliases) for topic in settings.topics])
    await stores.topics.keep_settings(keys)
