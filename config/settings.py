"""The settings as frozen, typed slices, one for each part of the application.

Nothing here reads a file or the environment; `config.load` does. Each default is the one `khabar.example.toml` shows.
"""

import difflib
import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from config.redact import redact_shapes
from config.values import (
    Duration,
    LanguageCode,
    Listen,
    Names,
    OptionalDuration,
    OptionalUrl,
    Positive,
    Proxy,
    Selector,
    Size,
    Url,
    UserAgent,
    Zone,
    check_private,
    name_from_url,
    parse_list,
)

Language = Literal["ru", "tg", "en"]
OnUncertain = Literal["resend", "skip"]

# Messages a second that Telegram lets a bot send for free, and for Stars (core.telegram.org/bots/faq).
FREE_PER_SECOND = 30
PAID_PER_SECOND = 1000

UNSTRETCHED = timedelta(seconds=25)
MOST_STRETCHED = 12.0  # times `collect.interval`, from five minutes on: an hour then

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")  # the characters setWebhook takes for secret_token


class Slice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CollectSettings(Slice):
    """How sources are fetched."""

    interval: Duration = timedelta(minutes=5)  # until the rhythm of a source is known, and around it afterwards
    min_interval: OptionalDuration = None  # None: a fifth of `interval`
    max_interval: OptionalDuration = None  # None: twelve times `interval`, less for one under five minutes
    timeout: Duration = timedelta(seconds=30)  # in all, for one page
    max_body: Size = 5 * 1024**2  # bytes, after decompression
    concurrency: Positive = 16
    per_host: Positive = 2  # requests to one host at the same time
    user_agent: UserAgent = ""
    proxy: Proxy = SecretStr("")
    allow_private: Annotated[
        tuple[Annotated[str, AfterValidator(check_private)], ...], BeforeValidator(parse_list)
    ] = ()
    full_text: bool = True

    @property
    def shortest(self) -> timedelta:
        """No source is asked more often, whatever its rhythm."""
        return self.min_interval or self.interval / 5

    @property
    def longest(self) -> timedelta:
        """Every source that answers is asked this often, whatever its rhythm.

        Who asks every few seconds is in a hurry: the wait is stretched less, and not at all up to UNSTRETCHED.
        """
        stretch = min(max(self.interval / UNSTRETCHED, 1.0), MOST_STRETCHED)
        return self.max_interval or max(self.interval * stretch, self.shortest)

    @model_validator(mode="after")
    def _check_bounds(self) -> "CollectSettings":
        if self.min_interval and self.max_interval and self.min_interval > self.max_interval:
            raise ValueError("min_interval is longer than max_interval: make it shorter")
        if self.min_interval and self.interval < self.min_interval:
            raise ValueError("interval is shorter than min_interval: make it longer, or min_interval shorter")
        if self.max_interval and self.interval > self.max_interval:
            raise ValueError("interval is longer than max_interval: make it shorter, or max_interval longer")
        return self


class DeliverySettings(Slice):
    """How stories are pushed."""

    messages_per_second: Annotated[int, Field(ge=1, le=PAID_PER_SECOND)] = 29
    allow_paid_broadcast: bool = False
    group_messages_per_minute: Positive = 20
    open_requests: Positive = 8
    on_uncertain: OnUncertain = "resend"
    on_uncertain_private: OnUncertain | Literal[""] = ""  # empty: as on_uncertain
    on_uncertain_group: OnUncertain | Literal[""] = ""
    on_uncertain_channel: OnUncertain | Literal[""] = ""
    max_age: Duration = timedelta(hours=24)
    backfill: Annotated[int, Field(ge=0)] = 0
    topic_alerts: bool = True
    correct_private: bool = False
    ledger_days: Positive = 30

    @model_validator(mode="after")
    def _check_pace(self) -> "DeliverySettings":
        if self.messages_per_second > FREE_PER_SECOND and not self.allow_paid_broadcast:
            raise ValueError(
                f"more than {FREE_PER_SECOND} messages_per_second cost Stars: "
                "say allow_paid_broadcast = true, or lower the pace"
            )
        return self


MOST_OPEN = timedelta(days=7)  # a story and its echo are looked for in two weeks


class StorySettings(Slice):
    """How pages become stories, and what becomes of a message when its story grows."""

    closes_after: Duration = timedelta(days=3)  # without a new page; what comes later opens a story that points back
    preferred: Names = ()  # sources whose page leads a story, the first of them before the others
    edit_for: OptionalDuration = timedelta(hours=24)  # a post in a channel grows with its story; None: never
    edit_every: Duration = timedelta(minutes=5)  # and is edited for it no more often
    turn: Annotated[float, Field(ge=0, le=1)] = 0.5  # how large a change of the facts is told to readers; 1: none is

    @field_validator("closes_after")
    @classmethod
    def _check_closing(cls, closes_after: timedelta) -> timedelta:
        if closes_after > MOST_OPEN:
            raise ValueError("a story stays open for 7d at most: what comes later points back to it")
        return closes_after


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
    folder: str = ""
    proxy: Proxy = SecretStr("")
    links: Selector = ""  # CSS, on a page with headlines: where its articles' links stand
    text: Selector = ""  # CSS, on an article's page: what holds its text
    remove: Selector = ""  # CSS, on an article's page: what is never the article

    @model_validator(mode="before")
    @classmethod
    def _name_by_host(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("url"), str) and not data.get("name"):
            return {**data, "name": name_from_url(data["url"])}
        return data


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
    albums: bool = False

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
    admins: Annotated[tuple[int, ...], BeforeValidator(parse_list)] = ()
    language: Language = "ru"
    timezone: Zone = "Asia/Dushanbe"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    collect: CollectSettings = CollectSettings()
    stories: StorySettings = StorySettings()
    delivery: DeliverySettings = DeliverySettings()
    webhook: WebhookSettings = WebhookSettings()
    metrics: MetricsSettings = MetricsSettings()
    source: Annotated[tuple[SourceSettings, ...], BeforeValidator(parse_list)] = ()
    topic: Annotated[tuple[TopicSettings, ...], BeforeValidator(parse_list)] = ()
    channel: Annotated[tuple[ChannelSettings, ...], BeforeValidator(parse_list)] = ()

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
        file = url.removeprefix("sqlite+aiosqlite:///").partition("?")[0]
        # SQLite would keep these in memory, for each connection alone: everything would be forgotten at once.
        if not file.strip() or file.endswith(("/", ":memory:")) or "mode=memory" in url:
            raise ValueError('name a file after the three slashes, as in "sqlite+aiosqlite:///khabar.db"')
        return url

    @field_validator("source", "topic", "channel")
    @classmethod
    def _refuse_twins(cls, entries: tuple[Any, ...]) -> tuple[Any, ...]:
        for key in ("url", "name", "chat"):
            seen = [getattr(entry, key) for entry in entries if hasattr(entry, key)]
            twins = {str(value) for value in seen if seen.count(value) > 1}
            if twins and key == "url":
                raise ValueError(f"two [[source]] have the address {redact_shapes(min(twins))}: take one of them out")
            if twins:
                raise ValueError(f"the same {key} stands twice: {min(twins)}; give each its own")
        return entries

    @model_validator(mode="after")
    def _know_sources_of_channels(self) -> "Settings":
        names = {entry.name.casefold(): entry.name for entry in self.source}
        for number, entry in enumerate(self.channel, 1):
            for name in entry.sources:
                if name.casefold() not in names:
                    near = difflib.get_close_matches(name.casefold(), names, n=1)
                    hint = f"did you mean {names[near[0]]!r}?" if near else "write the name that its [[source]] has"
                    raise ValueError(f"channel[{number}].sources: no [[source]] is called {name!r}; {hint}")
        return self

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
        proxies = [one.get_secret_value() for one in (self.collect.proxy, *(entry.proxy for entry in self.source))]
        passwords = [urlsplit(proxy).password or "" for proxy in proxies]
        found = (self.token.get_secret_value(), self.webhook.secret.get_secret_value(), password, *passwords)
        return tuple(secret for secret in found if secret)
