"""The settings as frozen, typed slices, one for each part of the application.

Nothing here reads a file or the environment; `config.load` does. Each default is the one `khabar.example.toml` shows.
"""

import json
import re
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    field_validator,
    model_validator,
)

Language = Literal["ru", "tg", "en"]

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_SIZE = re.compile(r"(\d+) ?(B|KB|MB|GB)", re.IGNORECASE)
_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")  # the characters setWebhook takes for secret_token


def parse_duration(value: object) -> timedelta:
    """A length of time as "30s", "5m", "24h", "7d" or "1h30m"; more than nothing."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip().replace(" ", "")) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        raise ValueError('write a length of time as "30s", "5m", "24h" or "1h30m"')
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not length:
        raise ValueError("the length of time must be more than nothing")
    return length


def format_duration(length: timedelta) -> str:
    """The shortest way to write a length of time that `parse_duration` reads back."""
    rest = int(length.total_seconds())
    parts = []
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        amount, rest = divmod(rest, seconds)
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts)


def parse_size(value: object) -> int:
    """A number of bytes as "512KB" or "5MB"; 1 MB is 1024 KB."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or not int(match[1]):
        raise ValueError('write a size as "512KB" or "5MB"')
    return int(match[1]) * _UNITS[match[2].upper()]


def _parse_list(value: object) -> object:
    """The environment gives lists as text: JSON when it starts with a bracket, else separated by commas."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith(("[", "{")):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"this is not JSON: {error.msg} at character {error.pos + 1}") from None
    return [part.strip() for part in text.split(",") if part.strip()]


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of the zones, such as "Asia"
        raise ValueError('no such time zone; write an IANA name such as "Asia/Dushanbe"') from None
    return name


def _check_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good:
        raise ValueError("write a whole address that starts with http:// or https://")
    return url


def split_address(listen: str) -> tuple[str, int]:
    """The host and the port of "127.0.0.1:8080" or "[::1]:8080"; a ValueError says how to write it."""
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and host and port.isascii() and port.isdigit() and 0 <= int(port) < 65_536):
        raise ValueError('write a host and a port, such as "127.0.0.1:8080"')
    return host, int(port)


def _check_listen(listen: str) -> str:
    if listen:
        split_address(listen)
    return listen


def _check_private(entry: str) -> str:
    """A host, a network or host:port whose private address may be fetched."""
    if "/" in entry:
        try:
            ip_network(entry)
        except ValueError:
            raise ValueError('write a network as "10.0.0.0/8", without a scheme or a path') from None
    return entry


def _check_language_code(code: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", code):
        raise ValueError('write a language as two letters, such as "ru"')
    return code


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration)]
Size = Annotated[int, BeforeValidator(parse_size)]
Url = Annotated[str, AfterValidator(_check_url)]
OptionalUrl = Annotated[str, AfterValidator(lambda url: _check_url(url) if url else url)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Listen = Annotated[str, AfterValidator(_check_listen)]
LanguageCode = Annotated[str, AfterValidator(_check_language_code)]
Names = Annotated[tuple[str, ...], BeforeValidator(_parse_list)]
Positive = Annotated[int, Field(ge=1)]


class Slice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CollectSettings(Slice):
    """How sources are fetched."""

    interval: Duration = timedelta(minutes=5)
    timeout: Duration = timedelta(seconds=30)  # in all, for one page
    max_body: Size = 5 * 1024**2  # bytes, after decompression
    concurrency: Positive = 16
    allow_private: Annotated[
        tuple[Annotated[str, AfterValidator(_check_private)], ...], BeforeValidator(_parse_list)
    ] = ()
    full_text: bool = True


class DeliverySettings(Slice):
    """How stories are pushed."""

    messages_per_second: Positive = 29
    group_messages_per_minute: Positive = 20
    open_requests: Positive = 8
    on_uncertain: Literal["resend", "skip"] = "resend"
    max_age: Duration = timedelta(hours=24)
    backfill: Annotated[int, Field(ge=0)] = 0
    topic_alerts: bool = True


class WebhookSettings(Slice):
    """Where Telegram brings updates; an empty `url` means long polling."""

    url: OptionalUrl = ""
    secret: SecretStr = SecretStr("")
    listen: Listen = "127.0.0.1:8080"

    @field_validator("secret")
    @classmethod
    def _check_secret(cls, secret: SecretStr) -> SecretStr:
        if not _WEBHOOK_SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("use up to 256 of the characters A-Z, a-z, 0-9, _ and -")
        return secret

    @model_validator(mode="after")
    def _check_pair(self) -> "WebhookSettings":
        if self.url and not self.secret.get_secret_value():
            raise ValueError("a webhook needs webhook.secret, or anyone could post updates to the bot")
        return self


class MetricsSettings(Slice):
    """Where /livez, /readyz and /metrics are served; an empty `listen` means nowhere."""

    listen: Listen = ""


class SourceSettings(Slice):
    """A source that the settings name; without a name it is called by its host."""

    url: Url
    name: str = ""
    language: LanguageCode | None = None
    interval: Duration | None = None
    full_text: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_by_host(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("url"), str) and not data.get("name"):
            return {**data, "name": name_from_url(data["url"])}
        return data


def name_from_url(url: str) -> str:
    """What a source is called until someone names it: its host."""
    try:
        return (urlsplit(url).hostname or url).removeprefix("www.")
    except ValueError:  # a broken port or bracket; the address itself is judged elsewhere
        return url


class TopicSettings(Slice):
    """A topic that everyone sees, with other names for the same thing."""

    name: Annotated[str, Field(min_length=1)]
    aliases: Names = ()


class ChannelSettings(Slice):
    """A channel or a group that the settings feed; empty `sources` or `topics` mean all."""

    chat: int | str
    sources: Names = ()
    topics: Names = ()
    language: Language | None = None
    thread: Annotated[int, Field(ge=0)] = 0
    silent: bool = False
    hashtags: bool = True

    @field_validator("chat")
    @classmethod
    def _check_chat(cls, chat: int | str) -> int | str:
        if isinstance(chat, int):
            return chat
        if re.fullmatch(r"-?\d+", chat):
            return int(chat)
        if not re.fullmatch(r"@[A-Za-z][A-Za-z0-9_]{3,31}", chat):
            raise ValueError('write "@channel" or a numeric id such as -1001234567890')
        return chat


class Settings(Slice):
    """Everything the operator can decide."""

    token: SecretStr = SecretStr("")
    api_url: Url = "https://api.telegram.org"
    # May hold a password, so it stays out of what `repr` shows.
    database_url: Annotated[str, Field(repr=False)] = "sqlite+aiosqlite:///khabar.db"
    admins: Annotated[tuple[int, ...], BeforeValidator(_parse_list)] = ()
    language: Language = "ru"
    timezone: Zone = "Asia/Dushanbe"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    collect: CollectSettings = CollectSettings()
    delivery: DeliverySettings = DeliverySettings()
    webhook: WebhookSettings = WebhookSettings()
    metrics: MetricsSettings = MetricsSettings()
    source: Annotated[tuple[SourceSettings, ...], BeforeValidator(_parse_list)] = ()
    topic: Annotated[tuple[TopicSettings, ...], BeforeValidator(_parse_list)] = ()
    channel: Annotated[tuple[ChannelSettings, ...], BeforeValidator(_parse_list)] = ()

    @field_validator("token")
    @classmethod
    def _check_token(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value().strip()
        if text and not _TOKEN.fullmatch(text):
            raise ValueError("this is not a bot's token; BotFather gives one such as 123456:ABC-DEF")
        return SecretStr(text)

    @field_validator("api_url")
    @classmethod
    def _strip_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, url: str) -> str:
        if not url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError('write it as "sqlite+aiosqlite:///khabar.db"')
        return url

    @field_validator("source", "topic", "channel")
    @classmethod
    def _refuse_twins(cls, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        for key in ("url", "name", "chat"):
            seen = [getattr(entry, key) for entry in entries if hasattr(entry, key)]
            twins = {str(value) for value in seen if seen.count(value) > 1}
            if twins:
                raise ValueError(f"the same {key} stands twice: {min(twins)}; give each its own")
        return entries

    @property
    def sources(self) -> tuple[SourceSettings, ...]:
        return self.source

    @property
    def topics(self) -> tuple[TopicSettings, ...]:
        return self.topic

    @property
    def channels(self) -> tuple[ChannelSettings, ...]:
        return self.channel

    def secrets(self) -> tuple[str, ...]:
        """Every value that must never be shown."""
        try:
            password = urlsplit(self.database_url).password or ""
        except ValueError:
            password = ""
        found = (self.token.get_secret_value(), self.webhook.secret.get_secret_value(), password)
        return tuple(secret for secret in found if secret)
