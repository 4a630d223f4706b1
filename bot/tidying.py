"""What is done once a night: what is no longer needed is forgotten, and the search index is merged."""

from datetime import datetime, timedelta

from bot.delivery.corrections import forget_old_posts
from storage.database import Database

TALLIES = timedelta(days=90)  # how long the counts of a day are kept
TRENDS = timedelta(days=120)  # how long it is kept what a day's articles spoke of
QUESTIONS = timedelta(days=30)  # how long the buttons of an old list go on paging
REGROUPED = timedelta(days=7)  # how long a process may place nothing and still hear which pages are in another story
REPEATS = timedelta(days=2)  # how long an update is known that comes again; Telegram itself keeps one for a day


async def tidy(database: Database, now: datetime, posts: timedelta) -> None:
    """Forget and merge; `posts` is how long a post can be corrected. Faults of the database are raised."""
    await forget_old_posts(database, now - posts)
    async with database.transaction() as stores:
        await stores.mailbox.forget_ahead()
        await stores.holds.forget(now)
        await stores.sketches.forget_regrouped(now - REGROUPED)
        await stores.topics.forget_questions(now - QUESTIONS)
        await stores.inbox.forget(now - REPEATS)
        await stores.tallies.forget((now - TALLIES).date())
        await stores.trends.forget((now - TRENDS).date())
    is_more, is_first = True, True
    while is_more:  # in steps, between which others may write
        async with database.transaction() as stores:
            is_more = await stores.search.merge(is_first=is_first)
        is_first = False
