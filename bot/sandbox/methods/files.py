"""getFile."""

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.params import Params
from bot.sandbox.telegram import Telegram

MAX_DOWNLOAD = 20_000_000  # bytes a bot may download


async def get_file(telegram: Telegram, params: Params) -> Any:
    """Where the bytes of a file_id can be got."""
    stored = telegram.files.by_id(params.text("file_id"))
    if stored is None:
        raise bad_request("invalid file_id")
    if len(stored.body) > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_size": len(stored.body),
        "file_path": stored.path,
    }


async def get_user_profile_photos(_: Telegram, __: Params) -> Any:
    """People of the sandbox have no pictures."""
    return {"total_count": 0, "photos": []}


METHODS = {"getFile": get_file, "getUserProfilePhotos": get_user_profile_photos}
