"""Pictures and documents: stored by file_id, sized, fetched from the web as Telegram does."""

import hashlib
import io
from dataclasses import dataclass
from secrets import token_urlsafe

from aiohttp import ClientError, ClientSession, ClientTimeout
from PIL import Image, UnidentifiedImageError

from bot.sandbox.errors import bad_request

MAX_PHOTO_URL_BYTES = 5_000_000  # "5 MB max size for photos" sent by URL
MAX_PHOTO_UPLOAD_BYTES = 10_000_000
MAX_DOCUMENT_URL_BYTES = 20_000_000
MAX_SIDES_SUM = 10_000  # pixels: width + height of a photo
MAX_SIDES_RATIO = 20
FETCH_TIMEOUT = 10.0  # seconds
PHOTO_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif", "BMP": "image/bmp"}


@dataclass(frozen=True, slots=True)
class PhotoSize:
    """One stored rendering of a photo."""

    file_id: str
    file_unique_id: str
    width: int
    height: int
    file_size: int


@dataclass(frozen=True, slots=True)
class Document:
    """A general file."""

    file_id: str
    file_unique_id: str
    file_name: str
    mime_type: str
    file_size: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The bytes behind a file_id."""

    file_id: str
    unique_id: str
    path: str
    mime_type: str
    body: bytes
    photo: PhotoSize | None = None
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a multipart request."""

    name: str
    mime_type: str
    body: bytes


class FileStore:
    """Files of the sandbox; equal bytes of a photo are stored once."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._photo_by_hash: dict[str, PhotoSize] = {}
        self._session: ClientSession | None = None

    def by_id(self, file_id: str) -> StoredFile | None:
        """The file, or None when nobody stored it."""
        return self._by_id.get(file_id)

    def by_path(self, path: str) -> StoredFile | None:
        """The file by getFile's file_path."""
        return self._by_path.get(path)

    def add_photo(self, body: bytes, limit: int = MAX_PHOTO_UPLOAD_BYTES) -> PhotoSize:
        """Stores a picture; raises Telegram's refusals for what is not a good picture."""
        digest = hashlib.sha256(body).hexdigest()
        if known := self._photo_by_hash.get(digest):
            return known
        if len(body) > limit:
            raise bad_request(
                f"file of size {len(body)} bytes is too big for a photo; the maximum size is {limit} bytes"
            )
        width, height, mime = _measure(body)
        file_id = f"AgACAgIAAxkD{token_urlsafe(32)}"
        unique = f"AQAD{digest[:11]}"
        photo = PhotoSize(file_id, unique, width, height, len(body))
        extension = mime.removeprefix("image/").replace("jpeg", "jpg")
        path = f"photos/file_{len(self._by_id)}.{extension}"
        self._keep(StoredFile(file_id, unique, path, mime, body, photo=photo))
        self._photo_by_hash[digest] = photo
        return photo

    def add_document(self, upload: Upload) -> Document:
        """Stores any file under its name."""
        digest = hashlib.sha256(upload.body).hexdigest()
        file_id = f"BQACAgIAAxkD{token_urlsafe(32)}"
        name = upload.name or "file"
        document = Document(file_id, f"AgAD{digest[:11]}", name, upload.mime_type, len(upload.body))
        path = f"documents/file_{len(self._by_id)}_{name.rsplit('/', 1)[-1]}"
        self._keep(
            StoredFile(file_id, document.file_unique_id, path, upload.mime_type, upload.body, document=document),
        )
        return document

    def _keep(self, stored: StoredFile) -> None:
        self._by_id[stored.file_id] = stored
        self._by_path[stored.path] = stored

    async def fetch(self, url: str, limit: int) -> Upload:
        """Gets a file from the web; every way to fail has Telegram's own sentence."""
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=FETCH_TIMEOUT))
        try:
            async with self._session.get(url, headers={"User-Agent": "TelegramBot (like TwitterBot)"}) as response:
                if response.status != 200:
                    raise bad_request("failed to get HTTP URL content")
                body = await response.content.read(limit + 1)
                while len(body) <= limit and (more := await response.content.read(limit + 1 - len(body))):
                    body += more
                mime = response.content_type
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            raise bad_request("failed to get HTTP URL content") from error
        if len(body) > limit:
            raise bad_request("failed to get HTTP URL content")
        return Upload(url.rsplit("/", 1)[-1].split("?", maxsplit=1)[0], mime, body)

    async def fetch_photo(self, url: str) -> PhotoSize:
        """A picture by its address."""
        got = await self.fetch(url, MAX_PHOTO_URL_BYTES)
        if not got.mime_type.startswith("image/") and got.mime_type != "application/octet-stream":
            raise bad_request("wrong type of the web page content")
        return self.add_photo(got.body, MAX_PHOTO_URL_BYTES)

    async def close(self) -> None:
        """Ends open connections to the web."""
        if self._session is not None:
            await self._session.close()


def _measure(body: bytes) -> tuple[int, int, str]:
    try:
        with Image.open(io.BytesIO(body)) as picture:
            width, height = picture.size
            mime = PHOTO_FORMATS.get(picture.format or "")
            picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    if mime is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if width + height > MAX_SIDES_SUM or max(width, height) > MAX_SIDES_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height, mime


def draw_snapshot(seed: int) -> bytes:
    """A small JPEG a person may send: two flat colours chosen by `seed`."""
    shade = (seed * 47) % 200
    picture = Image.new("RGB", (320, 240), (30 + shade, 90, 220 - shade))
    picture.paste((240, 220 - shade, 40 + shade), (0, 160, 320, 240))
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()
