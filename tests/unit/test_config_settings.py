"""Settings come from TOML under the environment, and a wrong one is a line that says what to write."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.load import SettingsError, load_settings
from config.settings import Settings
from config.values import format_duration, parse_duration, parse_size, split_address

TOKEN = "123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str, name: str = "khabar.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.usefixtures("folder")
def test_without_file_and_environment_every_setting_has_its_default() -> None:
    settings = load_settings(environ={})
    assert settings == Settings()
    assert settings.collect.interval == timedelta(minutes=5)
    assert settings.collect.max_body == 5 * 1024 * 1024
    assert settings.delivery.open_requests == 8


def test_a_whole_file_is_read(folder: Path) -> None:
    write(
        folder,
        """
        token = "123456:short"
        admins = [1, 2]
        [collect]
        interval = "1h30m"
        allow_private = ["127.0.0.1:8080", "10.0.0.0/8"]
        [[source]]
        url = "https://www.news.example/rss"
        interval = "2m"
        [[source]]
        url = "https://other.example/rss"
        name = "Пример"
        full_text = false
        [[topic]]
        name = "ОДКБ"
        aliases = ["CSTO"]
        [[channel]]
        chat = "-1001234567890"
        [[channel]]
        chat = "@example_channel"
        silent = true
        """,
    )
    settings = load_settings(environ={})
    assert settings.token.get_secret_value() == "123456:short"
    assert settings.admins == (1, 2)
    assert settings.collect.interval == timedelta(minutes=90)
    assert [(source.name, source.interval, source.full_text) for source in settings.sources] == [
        ("news.example", timedelta(minutes=2), None),
        ("Пример", None, False),
    ]
    assert settings.topics[0].aliases == ("CSTO",)
    assert [(channel.chat, channel.silent) for channel in settings.channels] == [
        (-1001234567890, False),
        ("@example_channel", True),
    ]


def test_the_environment_stands_over_the_file(folder: Path) -> None:
    write(folder, 'language = "tg"\n[delivery]\nmessages_per_second = 5\nbackfill = 3\n')
    settings = load_settings(
        environ={
            "KHABAR_DELIVERY__MESSAGES_PER_SECOND": "29",
            "KHABAR_ADMINS": "1, 2",
            "KHABAR_COLLECT__ALLOW_PRIVATE": '["127.0.0.1"]',
            "KHABAR_SOURCE": '[{"url": "https://news.example/rss", "name": "Пример"}]',
            "HOME": "/nowhere",
        }
    )
    assert (settings.language, settings.delivery.messages_per_second, settings.delivery.backfill) == ("tg", 29, 3)
    assert settings.admins == (1, 2)
    assert settings.collect.allow_private == ("127.0.0.1",)
    assert settings.sources[0].name == "Пример"


def test_the_file_is_the_named_one_then_the_variable_then_khabar_toml(folder: Path) -> None:
    write(folder, 'language = "ru"')
    tajik = write(folder, 'language = "tg"', "tg.toml")
    english = write(folder, 'language = "en"', "en.toml")
    assert load_settings(environ={}).language == "ru"
    assert load_settings(environ={"KHABAR_CONFIG": str(tajik)}).language == "tg"
    assert load_settings(english, {"KHABAR_CONFIG": str(tajik)}).language == "en"


def test_secrets_may_stand_in_files(folder: Path) -> None:
    secret = write(folder, f"{TOKEN}\n", "token.txt")
    write(folder, 'token_file = "token.txt"\n[webhook]\nsecret_file = "hook.txt"\n')
    write(folder, "hook-secret\n", "hook.txt")
    settings = load_settings(environ={})
    assert settings.token.get_secret_value() == TOKEN
    assert settings.webhook.secret.get_secret_value() == "hook-secret"
    assert settings.secrets() == (TOKEN, "hook-secret")

    write(folder, 'token = "1:other"')
    assert load_settings(environ={"KHABAR_TOKEN_FILE": str(secret)}).token.get_secret_value() == TOKEN


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            '[collect]\nintervall = "5m"',
            "khabar.toml: collect.intervall: there is no such setting; did you mean interval?",
        ),
        ('interval = "5m"', "khabar.toml: interval: there is no such setting; did you mean collect.interval?"),
        ('tokn = "1:a"', "khabar.toml: tokn: there is no such setting; did you mean token?"),
        (
            '[[source]]\nulr = "https://a.example"',
            "khabar.toml: source[1].ulr: there is no such setting; did you mean url? (and 1 more)",
        ),
        (
            '[[topic]]\nname = "a"\n[[topic]]\nname = "b"\nalias = []',
            "khabar.toml: topic[2].alias: there is no such setting; did you mean aliases?",
        ),
        ('[[source]]\nname = "a"', "khabar.toml: source[1].url: this must be set"),
        (
            "[collect]\ninterval = 5",
            'khabar.toml: collect.interval: \'5\' will not do: write a length of time as "30s", "5m", "24h" or "1h30m"',
        ),
        ('[collect]\nfull_text = "maybe"', "khabar.toml: collect.full_text: 'maybe' will not do: write true or false"),
        (
            '[delivery]\non_uncertain = "rsend"',
            (
                "khabar.toml: delivery.on_uncertain: 'rsend' will not do: "
                "input should be 'resend' or 'skip'; did you mean 'resend'?"
            ),
        ),
        (
            "[delivery]\nopen_requests = 0",
            "khabar.toml: delivery.open_requests: '0' will not do: input should be greater than or equal to 1",
        ),
        (
            'timezone = "Asia/Dushanb"',
            (
                "khabar.toml: timezone: 'Asia/Dushanb' will not do: "
                'no such time zone; write an IANA name such as "Asia/Dushanbe"'
            ),
        ),
        (
            "collect = 5",
            "khabar.toml: collect: '5' will not do: this is a table: write its keys under its name in square brackets",
        ),
        ('admins = ["me"]', "khabar.toml: admins[1]: 'me' will not do: write a whole number"),
        ("token = ", "khabar.toml: this is not TOML: Invalid value (at end of document)"),
        ('token_file = "none.txt"', "khabar.toml: token_file: none.txt cannot be read: No such file or directory"),
        (
            '[webhook]\nurl = "https://bot.example/hook"',
            "khabar.toml: webhook: a webhook needs webhook.secret, or anyone could post updates to the bot",
        ),
        (
            '[metrics]\nlisten = "9090"',
            """khabar.toml: metrics.listen: '9090' will not do: write a host and a port, such as "127.0.0.1:8080\"""",
        ),
        (
            (
                '[[source]]\nurl = "https://a.example"\nname = "Перевал"\n[[channel]]\nchat = "@news_channel"\n'
                'sources = ["перевал", "Перевл"]'
            ),
            ("khabar.toml: channel[1].sources: no [[source]] is called 'Перевл'; did you mean 'Перевал'?"),
        ),
        (
            '[[channel]]\nchat = "@first_channel"\n[[channel]]\nchat = "@news_channel"\nsources = ["Перевал"]',
            (
                "khabar.toml: channel[2].sources: no [[source]] is called 'Перевал'; "
                "write the name that its [[source]] has"
            ),
        ),
    ],
)
def test_a_wrong_file_is_one_line(folder: Path, text: str, line: str) -> None:
    write(folder, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={})
    assert str(caught.value) == line


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("KHABAR_TOKN", "x", "KHABAR_TOKN: there is no such setting; did you mean KHABAR_TOKEN?"),
        (
            "KHABAR_COLLECT__TIMEOT",
            "x",
            "KHABAR_COLLECT__TIMEOT: there is no such setting; did you mean KHABAR_COLLECT__TIMEOUT?",
        ),
        (
            "KHABAR_COLLECT__TIMEOUT",
            "soon",
            """KHABAR_COLLECT__TIMEOUT: 'soon' will not do: write a length of time as "30s", "5m", "24h" or "1h30m\"""",
        ),
        ("KHABAR_ADMINS", "[1,", "KHABAR_ADMINS: '[1,' will not do: this is not JSON: Expecting value at character 4"),
        (
            "KHABAR_CONFIG",
            "none.toml",
            "none.toml: there is no such file; khabar.example.toml shows what to write in it",
        ),
        ("KHABAR_TOKEN_FILE", "none.txt", "KHABAR_TOKEN_FILE: none.txt cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_variable_is_one_line(name: str, value: str, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={name: value})
    assert str(caught.value) == line


@pytest.mark.parametrize(
    "text",
    [
        f'token = "{TOKEN} and more"',
        f'language = "{TOKEN}"',
        f'admins = ["{TOKEN}"]',
        f'token = "{TOKEN}"\ntoken_file = "khabar.toml"',
        f'database_url = "{TOKEN}"',
        f'api_url = "bot{TOKEN}"',
        f'[webhook]\nsecret = "{TOKEN} é"',
        f'"{TOKEN}" = 1',
        f"token = {TOKEN}",
    ],
)
def test_no_error_shows_a_token(folder: Path, text: str) -> None:
    write(folder, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={})
    assert "AAbbCC" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:///",
        "sqlite+aiosqlite:///:memory:",
        "sqlite+aiosqlite:////",
        "sqlite+aiosqlite:///?cache=shared",
        "sqlite+aiosqlite:///file:x?mode=memory&uri=true",
        "sqlite+aiosqlite:///file::memory:?uri=true",
    ],
)
def test_a_database_that_is_no_file_is_refused(folder: Path, url: str) -> None:
    write(folder, f'database_url = "{url}"')
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={})
    assert str(caught.value) == (
        'khabar.toml: database_url: name a file after the three slashes, as in "sqlite+aiosqlite:///khabar.db"'
    )


def test_repr_shows_no_secret() -> None:
    settings = Settings.model_validate({"token": TOKEN, "database_url": "postgresql+asyncpg://u:hidden@db/khabar"})
    assert TOKEN not in repr(settings)
    assert "hidden" not in repr(settings)
    assert settings.secrets() == (TOKEN, "hidden")


@pytest.mark.parametrize(
    ("text", "length"),
    [("30s", 30), ("5m", 300), ("24h", 86_400), ("1h30m", 5400), ("7d", 604_800), ("1h 30m", 5400)],
)
def test_durations(text: str, length: int) -> None:
    assert parse_duration(text) == timedelta(seconds=length)
    assert parse_duration(format_duration(timedelta(seconds=length))) == timedelta(seconds=length)


@pytest.mark.parametrize("text", ["", "5", "m", "0s", "-5m", "5min", "30m1h", None, True])
def test_wrong_durations(text: object) -> None:
    with pytest.raises(ValueError, match="length of time"):
        parse_duration(text)


@pytest.mark.parametrize(("text", "size"), [("512KB", 524_288), ("5 mb", 5_242_880), ("9B", 9), (4096, 4096)])
def test_sizes(text: object, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "5", "0MB", "5M", -1, True, 0])
def test_wrong_sizes(text: object) -> None:
    with pytest.raises(ValueError, match="512KB"):
        parse_size(text)


def test_addresses() -> None:
    assert split_address("127.0.0.1:8080") == ("127.0.0.1", 8080)
    assert split_address("[::1]:0") == ("::1", 0)


@pytest.mark.parametrize(
    ("collect", "told"),
    [
        ({"interval": "1m", "min_interval": "2m"}, "interval is shorter than min_interval"),
        ({"interval": "10m", "max_interval": "5m"}, "interval is longer than max_interval"),
        ({"min_interval": "9m", "max_interval": "3m"}, "min_interval is longer than max_interval"),
    ],
)
def test_intervals_that_contradict_one_another_are_refused(collect: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings.model_validate({"collect": collect})


def test_one_address_of_two_sources_is_told_as_such_and_without_its_password() -> None:
    twins = [{"url": "https://me:geheim@a.example/rss"}, {"url": "https://me:geheim@a.example/rss"}]
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"source": twins})
    [error] = caught.value.errors()
    assert "two [[source]] have the address https://me:" in error["msg"]
    assert "take one of them out" in error["msg"]
    assert "geheim" not in error["msg"]
