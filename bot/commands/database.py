"""backup, migrate."""

from pathlib import Path

from bot.clock import now_utc
from bot.commands.output import print_line
from bot.commands.shell import DONE, archive
from config.settings import Settings


async def backup(settings: Settings, file: Path) -> int:
    """A consistent copy, while the bot may be running."""
    from storage.database import backup as write_copy

    async with archive(settings) as database:
        await write_copy(database, file)
    print_line(f"written to {file}")
    return DONE


async def migrate(settings: Settings) -> int:
    """The schema to the newest, with a copy of an older database beside it first."""
    from storage.database import Database
    from storage.schema import migrate as bring_up

    database = Database(settings.database_url)
    try:
        done = await bring_up(database, now_utc())
    finally:
        await database.close()
    if done.found == done.now:
        print_line(f"the schema is the newest already, {done.now}")
    elif done.found is None:
        print_line(f"made a new database, schema {done.now}")
    else:
        print_line(
            f"schema {done.found} is now {done.now}" + (f"; the old one is {done.backup}" if done.backup else "")
        )
    return DONE
