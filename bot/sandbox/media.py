"""Media as a bot gives it: an address, an uploaded part, or a file_id."""

from urllib.parse import urlsplit

from bot.sandbox.errors import bad_request
from bot.sandbox.files import MAX_DOCUMENT_URL_BYTES, Document, PhotoSize, StoredFile, Upload
from bot.sandbox.params import Params
from bot.sandbox.telegram import Telegram
from bot.sandbox.text import FormattedText, caption_text, is_good_link

WRONG_FILE = "wrong file identifier/HTTP URL specified"
WRONG_REMOTE = "wrong remote file identifier specified: Wrong string length"


def caption_of(params: Params) -> FormattedText:
    """The caption of a request or of an album's item."""
    return caption_text(params.text("caption"), params.text("parse_mode"), params.array("caption_entities"))


def is_album_kind(kind: object) -> bool:
    """What an album of the sandbox may hold."""
    return kind in {"photo", "document"}


async def given_photo(telegram: Telegram, params: Params, value: str, name: str) -> PhotoSize:
    """The picture, fetched, uploaded or known."""
    upload = _upload(params, value, name)
    if upload is not None:
        return telegram.files.add_photo(upload.body)
    if not value:
        raise bad_request(f"there is no {name} in the request")
    if is_address(value):
        return await telegram.files.fetch_photo(_checked(value))
    photo = _stored(telegram, value).photo
    if photo is None:
        raise bad_request("can't use file of type Document as Photo")
    return photo


async def given_document(telegram: Telegram, params: Params, value: str, name: str) -> Document:
    """The file, fetched, uploaded or known."""
    upload = _upload(params, value, name)
    if upload is not None:
        return telegram.files.add_document(upload)
    if not value:
        raise bad_request(f"there is no {name} in the request")
    if is_address(value):
        return telegram.files.add_document(await telegram.files.fetch(_checked(value), MAX_DOCUMENT_URL_BYTES))
    document = _stored(telegram, value).document
    if document is None:
        raise bad_request("can't use file of type Photo as Document")
    return document


def is_address(value: str) -> bool:
    """Whether it is meant as an address; file_ids have no such signs."""
    return "://" in value or "." in value


def is_fetchable(url: str) -> bool:
    """Whether media can be at that address; unlike Telegram's, our servers may stand on localhost."""
    is_web = url.startswith(("http://", "https://"))
    return is_web and (is_good_link(url) or urlsplit(url).hostname == "localhost")


def _checked(value: str) -> str:
    url = value if "://" in value else f"http://{value}"
    if not is_fetchable(url):
        raise bad_request(WRONG_FILE)
    return url


def _upload(params: Params, value: str, name: str) -> Upload | None:
    if value.startswith("attach://"):
        part = params.files.get(value.removeprefix("attach://"))
        if part is None:
            raise bad_request(WRONG_FILE)
        return part
    return params.files.get(name) if not value else None


def _stored(telegram: Telegram, file_id: str) -> StoredFile:
    stored = telegram.files.by_id(file_id)
    if stored is None:
        raise bad_request(WRONG_REMOTE if len(file_id) < 20 else WRONG_FILE)
    return stored
