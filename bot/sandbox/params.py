"""The parameters of a Bot API request: query, urlencoded form, multipart or JSON, read alike."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.files import Upload

TRUE = frozenset({"true", "1", "yes"})


class Params:
    """Named values as they came; complex ones may be JSON text or, in a JSON body, plain objects."""

    __slots__ = ("files", "values")

    def __init__(self, values: dict[str, Any], files: dict[str, Upload] | None = None) -> None:
        self.values = values
        self.files = files or {}

    def has(self, name: str) -> bool:
        """Whether a value that is not empty was given."""
        return self.values.get(name) not in {None, ""} if _is_hashable(self.values.get(name)) else True

    def text(self, name: str) -> str:
        """A string; missing is empty."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else orjson.dumps(value).decode()

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; Telegram takes what it cannot read for the default."""
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """true, 1 or yes."""
        value = self.values.get(name)
        return value is True or (value is not None and str(value).lower() in TRUE)

    def parsed(self, name: str, refusal: str) -> Any:
        """A complex value; None when missing, `refusal` when it is not JSON."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, (str, bytes)):
            return value
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise bad_request(refusal) from error

    def object(self, name: str) -> dict[str, Any] | None:
        """A JSON object."""
        refusal = f"can't parse {name} JSON object"
        value = self.parsed(name, refusal)
        if value is not None and not isinstance(value, dict):
            raise bad_request(refusal)
        return value

    def array(self, name: str) -> list[Any] | None:
        """A JSON array."""
        refusal = f"can't parse {name} JSON array"
        value = self.parsed(name, refusal)
        if value is not None and not isinstance(value, list):
            raise bad_request(refusal)
        return value

    def shown(self) -> dict[str, Any]:
        """The parameters for the record of calls: complex values opened, files by name."""
        shown = {name: _open(value) for name, value in self.values.items()}
        return {**shown, **{name: f"<file {file.name}, {len(file.body)} bytes>" for name, file in self.files.items()}}


def _is_hashable(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _open(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


async def read_params(request: web.Request) -> Params:
    """Reads whatever way the client chose; raises ApiError for a broken JSON body."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    if not request.body_exists:
        return Params(values)
    kind = request.content_type
    if kind == "application/json":
        try:
            body = orjson.loads(await request.read())
        except orjson.JSONDecodeError as error:
            raise bad_request("can't parse JSON object") from error
        if not isinstance(body, dict):
            raise bad_request("can't parse JSON object: expected an Object")
        return Params({**values, **body})
    if kind == "application/x-www-form-urlencoded":
        body_text = (await request.read()).decode("utf-8", "surrogateescape")
        values.update(parse_qsl(body_text, keep_blank_values=True))
        _require_utf8(values)
        return Params(values)
    if kind == "multipart/form-data":
        return await _read_multipart(request, values)
    return Params(values)


def _require_utf8(values: dict[str, Any]) -> None:
    for value in values.values():
        if isinstance(value, str) and not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise bad_request("strings must be encoded in UTF-8")


async def _read_multipart(request: web.Request, values: dict[str, Any]) -> Params:
    files: dict[str, Upload] = {}
    for name, part in (await request.post()).items():
        if isinstance(part, web.FileField):
            files[name] = Upload(part.filename, part.content_type, part.file.read())
        else:
            values[name] = part if isinstance(part, str) else bytes(part).decode("utf-8", "replace")
    return Params(values, files)


def whole(value: Any, name: str) -> int:
    """A whole number inside a complex value; missing is 0."""
    try:
        return int(value or 0)
    except (TypeError, ValueError) as error:
        raise bad_request(f'field "{name}" must be a valid Number') from error


def json_error(error: ApiError) -> dict[str, Any]:
    """The body of a refusal."""
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = dict(error.parameters)
    return body
