"""/sources: how each source does, what can be done with it, a new one by any address, and what admins are told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.chat.alerts import Alerts
from bot.chat.prospecting import read_address
from bot.delivery.sender import Sender
from config.settings import CollectSettings, Settings, SourceSettings
from storage.database import Database
from storage.records import Alert, AlertKind, NewSource, Source, SourceCheck, SourceHealth, SourceKind
from tests.acceptance.conftest import CHIEF, TOKEN, Khabar
from tests.acceptance.newsroom import GAZETTE, PAYK, VALLEY
from tests.acceptance.person import LocalTelegram, Person
from tests.unit.fake_site import FakeSite

DEPUTY = 98  # another admin
ADDRESS = r"127.0.0.1"
TITLES = ("В Хороге открыли мост через Гунт", "В Раште выпал первый снег", "Хлопкоробы Вахша собрали урожай")
TEXT = (
    "Мост соединил два берега реки, и дорога до рынка стала короче на семь километров. Строители работали три года.",
    "Сначала укрепили берега, потом собрали пролёты из стали, которую везли через перевал, каждый — в семь рейсов.",
    "Движение по мосту начнётся в первый день зимы. До того дня дорожники проверят опоры и повесят знаки.",
    "Жители кишлаков на левом берегу ждали этого моста двадцать лет. Раньше они добирались до больницы в объезд.",
)


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


@pytest.fixture
def settings(telegram: LocalTelegram, database: Database) -> Settings:
    """The operator's settings, which name a source and two admins."""
    url = database.url.render_as_string(hide_password=False)
    return Settings(
        token=SecretStr(TOKEN),
        api_url=telegram.url,
        database_url=url,
        admins=(CHIEF, DEPUTY),
        collect=CollectSettings(allow_private=(ADDRESS,), timeout=timedelta(seconds=5)),
        source=(SourceSettings(url=PAYK.url, name=PAYK.name),),
    )


@pytest.fixture
async def chief(telegram: LocalTelegram, khabar: Khabar, news: dict[str, int]) -> Person:
    """The person whom the settings name."""
    assert khabar
    assert news
    return await telegram.person(CHIEF, "Главред")


async def stored(database: Database, name: str) -> Source:
    async with database.snapshot() as stores:
        found = await stores.sources.find_named(name)
    assert found is not None, name
    return found


async def names(database: Database) -> list[str]:
    async with database.snapshot() as stores:
        return [one.name for one in await stores.sources.get_all()]


async def was_read(database: Database, name: str, *, error: str | None = None) -> None:
    """A source was visited three minutes ago, and will be in two."""
    now, source = datetime.now(UTC), await stored(database, name)
    check = SourceCheck(
        source.id,
        now - timedelta(minutes=3),
        now + timedelta(minutes=2),
        error=error,
        health=SourceHealth(pages=10, whole=9),
    )
    async with database.transaction() as stores:
        await stores.sources.settle(check)


def publishes(site: FakeSite) -> str:
    """A front page that announces a feed of three stories, each with its page; the front page's address."""
    now = datetime.now(UTC)
    items = []
    for number, title in enumerate(TITLES):
        body = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)
        article = f"<article><h1>{title}</h1>{body}</article>"
        page = f"<html lang=ru><head><title>{title}</title></head><body>{article}</body></html>"
        link = site.serve(f"/2026/{number}-novost.html", page, Content_Type="text/html; charset=utf-8")
        date = format_datetime(now - timedelta(hours=1 + 4 * number))
        lead = TEXT[0][:60]
        items.append(
            f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
            f"<description>{lead}</description><pubDate>{date}</pubDate></item>"
        )
    feed = (
        f"<rss version='2.0'><channel><title>Долина</title><link>{site.url('/')}</link>{''.join(items)}</channel></rss>"
    )
    site.serve("/lenta.xml", feed, Content_Type="application/rss+xml; charset=utf-8")
    head = "<link rel=alternate type='application/rss+xml' title='Долина' href='/lenta.xml'>"
    front = f"<html><head>{head}<title>Долина</title></head><body><p>Новости долины</p></body></html>"
    return site.serve("/", front, Content_Type="text/html; charset=utf-8")


async def test_the_list_tells_how_each_does_and_opens_its_card(chief: Person, database: Database) -> None:
    await was_read(database, VALLEY.name)
    await was_read(database, GAZETTE.name, error="gazette.example answered 503 Service Unavailable")
    shown = await chief.says("/sources")
    assert "3 источника · трудности у 1" in shown.text
    assert shown.labels == ("❌ Pamir Gazette", "✅ Вестник долины", "🆕 Пайки рӯз", "🔄 Обновить")
    await chief.presses("❌ Pamir Gazette")
    card = await chief.sees("Последняя ошибка: сайт сломан и отвечает ошибкой 503")
    assert card.number == shown.number
    assert ("Pamir Gazette", GAZETTE.url) in card.links
    await chief.presses("‹ Все источники")
    assert (await chief.sees("3 источника")).number == shown.number


async def test_a_source_is_paused_and_read_again_and_at_once(chief: Person, database: Database) -> None:
    await was_read(database, VALLEY.name)
    await chief.says("/sources")
    await chief.presses("✅ Вестник долины")
    assert "90 %" in (await chief.sees("С полным текстом")).text
    assert await chief.presses("⏸ Пауза") == "На паузе."
    await chief.sees("⏸ на паузе", label="▶️ Читать снова")
    assert (await stored(database, VALLEY.name)).is_paused
    assert await chief.presses("▶️ Читать снова") == "Читаю снова."
    await chief.sees("✅ всё в порядке")
    assert not (await stored(database, VALLEY.name)).is_paused
    await was_read(database, VALLEY.name)
    await chief.presses("🔄 Обновить")
    assert "сейчас" not in (await chief.sees("Посмотрю снова")).text
    assert "ближайшие секунды" in str(await chief.presses("📥 Прочитать сейчас"))
    await chief.sees("Посмотрю снова: сейчас")
    assert (await stored(database, VALLEY.name)).due_at is None


async def test_removing_asks_once_more_and_keeps_the_stories(chief: Person, database: Database) -> None:
    await chief.says("/sources")
    await chief.presses("🆕 Вестник долины")
    await chief.sees("ещё не прочитан")
    await chief.presses("🗑 Убрать")
    await chief.sees("Убрать источник Вестник долины?")
    await chief.presses("Нет, оставить")
    await chief.sees("ещё не прочитан", label="🗑 Убрать")
    assert VALLEY.name in await names(database)
    await chief.presses("🗑 Убрать")
    await chief.sees("Убрать источник")
    await chief.presses("Да, убрать")
    gone = await chief.sees("Источник Вестник долины убран")
    assert VALLEY.name not in await names(database)
    await chief.presses("‹ Все источники")
    assert (await chief.sees("2 источника")).number == gone.number
    assert "рис" in (await chief.says("/latest")).text


async def test_a_source_of_the_settings_is_removed_in_their_file_only(
    chief: Person, khabar: Khabar, database: Database
) -> None:
    await chief.says("/sources")
    await chief.presses("🆕 Пайки рӯз")
    card = await chief.sees("[[source]]")
    assert "🗑 Убрать" not in card.labels
    source = await stored(database, PAYK.name)
    await khabar.leaves(CHIEF, f"P:{source.id}:X:0")
    assert "из файла настроек" in str(await chief.presses(f"P:{source.id}:X:0"))
    assert PAYK.name in await names(database)


async def test_a_button_to_a_source_that_is_gone_says_so(chief: Person, database: Database) -> None:
    await chief.says("/sources")
    async with database.transaction() as stores:
        await stores.sources.remove((await stores.sources.get_all())[0].id, datetime.now(UTC))
    assert await chief.presses("🆕 Вестник долины") is not None
    assert VALLEY.name not in await names(database)


async def test_what_stands_at_an_address_is_shown_and_added_by_a_press(
    chief: Person, site: FakeSite, database: Database
) -> None:
    front = publishes(site)
    looking = await chief.says(f"/sources {front}")
    assert "Смотрю, что есть на 127.0.0.1" in looking.text
    shown = await chief.sees("Есть лента новостей: на неё указывает сам сайт.", label="➕ Добавить")
    assert shown.number == looking.number
    assert [words for words, url in shown.links if url.endswith("novost.html")] == list(TITLES)
    assert shown.text.count("текст целиком") == 3
    assert "Язык: русский" in shown.text
    assert "Сколько выходит: 8 новостей в сутки" in shown.text
    assert "127.0.0.1" not in await names(database)
    assert await chief.presses("➕ Добавить") == "Добавлено."
    card = await chief.sees("ещё не прочитан", label="🗑 Убрать")
    assert card.number == shown.number
    added = await stored(database, "127.0.0.1")
    assert (added.url, added.moved_to, added.kind) == (front, site.url("/lenta.xml"), SourceKind.FEED)
    for spelling in (front, site.url("/lenta.xml"), site.url("/?utm_source=chat")):
        again = await chief.says(f"/sources {spelling}")
        assert "Такой источник уже есть: 127.0.0.1" in again.text
        assert again.labels == ("Открыть: 127.0.0.1",)
    await chief.presses("Открыть: 127.0.0.1")
    await chief.sees("Как читаю: лента новостей")


async def test_what_was_found_is_known_under_another_address(chief: Person, site: FakeSite, database: Database) -> None:
    front = publishes(site)
    async with database.transaction() as stores:
        await stores.sources.add(NewSource(site.url("/lenta.xml"), "Долина"))
    await chief.says(f"/sources {front}")
    assert (await chief.sees("Такой источник уже есть: Долина")).labels == ("Открыть: Долина",)


async def test_an_added_source_is_added_once_and_has_a_name_of_its_own(
    chief: Person, site: FakeSite, database: Database
) -> None:
    front = publishes(site)
    async with database.transaction() as stores:
        await stores.sources.add(NewSource("https://other.example/", "127.0.0.1"))
    for _ in range(2):
        await chief.says(f"/sources {front}")
        await chief.sees(label="➕ Добавить")
    await chief.presses("➕ Добавить")
    await chief.sees("ещё не прочитан")
    assert "127.0.0.1 (127.0.0.1)" in await names(database)
    await chief.presses("➕ Добавить")
    await chief.sees("Такой источник уже есть: 127.0.0.1 (127.0.0.1)")
    assert len(await names(database)) == 5


async def test_no_leaves_everything_as_it_was(chief: Person, site: FakeSite, database: Database) -> None:
    await chief.says(f"/sources {publishes(site)}")
    await chief.sees(label="Не надо")
    before = await names(database)
    await chief.presses("Не надо")
    await chief.sees("не добавляю")
    assert await names(database) == before


async def test_where_nothing_can_be_read_one_sentence_says_what_to_do(chief: Person, site: FakeSite) -> None:
    empty = site.serve("/empty/", "<html><body><p>Скоро здесь будет сайт.</p></body></html>", Content_Type="text/html")
    await chief.says(f"/sources {empty}")
    await chief.sees("нет ни ленты, ни карты новостей, ни списка заголовков. Пришлите адрес")
    closed = site.serve("/closed", status=403)
    await chief.says(f"/sources {closed}")
    await chief.sees("сайт не пускает нас (403). Откройте адрес в браузере")
    await chief.says("/sources http://10.0.0.1/rss")
    await chief.sees("ведёт во внутреннюю сеть")
    await chief.says("/sources http://127.0.0.1:1/rss")
    await chief.sees("не открывается: сайт не принимает соединений")
    assert "Это не похоже на адрес" in (await chief.says("/sources новости")).text


async def test_others_are_answered_while_a_slow_site_is_looked_at(
    chief: Person, site: FakeSite, telegram: LocalTelegram
) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await chief_was_served.wait()
        return web.Response(status=500)

    chief_was_served = asyncio.Event()
    slow = site.handle("/slow", never)
    reader = await telegram.person(77, "Мадина")
    await chief.says(f"/sources {slow}")
    assert "рис" in (await reader.says("/latest")).text
    chief_was_served.set()
    await chief.sees("сайт сломан и отвечает ошибкой 500")


@pytest.mark.parametrize("words", ["/sources", "/sources https://valley.example/"])
async def test_to_others_the_command_does_not_exist(reader: Person, words: str) -> None:
    assert "Такой команды я не знаю" in (await reader.says(words)).text


async def test_an_admins_buttons_in_a_group_are_nobody_elses(
    telegram: LocalTelegram, chief: Person, reader: Person, database: Database
) -> None:
    group = await telegram.chat("supergroup", "Редакция", chief, bot="administrator", members=[reader.number])
    await chief.says("/sources", group)
    assert "только администратор бота" in str(await reader.presses("🆕 Вестник долины", group))
    await chief.presses("🆕 Вестник долины", group)
    await chief.sees("ещё не прочитан", chat=group)
    assert "только администратор бота" in str(await reader.presses("⏸ Пауза", group))
    assert not (await stored(database, VALLEY.name)).is_paused


@pytest.fixture
def alerts(khabar: Khabar) -> Alerts:
    context = khabar.context
    sender = Sender(khabar.bot, context.pacer, context.clock)
    return Alerts(sender, context.database, context.composer, context.settings.admins)


async def raise_alerts(database: Database, *kinds: AlertKind, name: str = VALLEY.name) -> None:
    source = await stored(database, name)
    async with database.transaction() as stores:
        await stores.alerts.add(*(Alert(source.id, kind, "12", datetime.now(UTC)) for kind in kinds))


async def waiting(database: Database) -> list[AlertKind]:
    async with database.snapshot() as stores:
        return [one.kind for one in await stores.alerts.get_waiting()]


async def bots(telegram: LocalTelegram, person: Person) -> list[str]:
    return [seen.text for seen in await telegram.messages(person.number) if seen.is_bots]


async def test_admins_are_told_once_in_one_message_each_in_their_language(
    telegram: LocalTelegram, chief: Person, alerts: Alerts, database: Database
) -> None:
    deputy = await telegram.person(DEPUTY, "Deputy", "en")
    await deputy.says("/help")
    await chief.says("/help")
    await raise_alerts(database, AlertKind.SILENT, AlertKind.JUMP)
    await raise_alerts(database, AlertKind.NO_TEXT, name=PAYK.name)
    await alerts.tell()
    note = (await telegram.messages(CHIEF))[-1]
    assert "Вестник долины молчит уже 12 часов" in note.text
    assert "разом выложил старое: 12 новостей" in note.text
    assert note.labels == ("Открыть: Вестник долины", "Открыть: Пайки рӯз")
    assert "Вестник долины has been silent for 12 hours" in (await bots(telegram, deputy))[-1]
    assert await waiting(database) == []
    told = len(await bots(telegram, chief))
    await alerts.tell()
    assert len(await bots(telegram, chief)) == told
    await chief.presses("Открыть: Вестник долины")
    card = await chief.sees("Как читаю")
    assert card.number > note.number


async def test_an_admin_who_never_wrote_holds_nobody_up(
    telegram: LocalTelegram, chief: Person, alerts: Alerts, database: Database
) -> None:
    await chief.says("/help")
    await raise_alerts(database, AlertKind.BACK)
    await alerts.tell()
    assert "снова читается" in (await bots(telegram, chief))[-1]
    assert await waiting(database) == []


async def test_what_telegram_did_not_take_is_told_with_the_next_tick_and_to_nobody_twice(
    telegram: LocalTelegram, chief: Person, alerts: Alerts, database: Database
) -> None:
    deputy = await telegram.person(DEPUTY, "Завотделом")
    await deputy.says("/help")
    await chief.says("/help")
    before = len(await bots(telegram, deputy))
    await raise_alerts(database, AlertKind.FAILING)
    await telegram.act("/faults", kind="error", method="sendMessage", status=500, times=1)
    await alerts.tell()
    assert await waiting(database) == [AlertKind.FAILING]
    assert "не читается уже сутки" in (await bots(telegram, deputy))[-1]
    await alerts.tell()
    assert await waiting(database) == []
    assert "не читается уже сутки" in (await bots(telegram, chief))[-1]
    assert len(await bots(telegram, deputy)) == before + 1


async def test_of_a_source_that_was_removed_meanwhile_nothing_is_told(
    telegram: LocalTelegram, chief: Person, alerts: Alerts, database: Database
) -> None:
    await chief.says("/help")
    told = await bots(telegram, chief)
    await raise_alerts(database, AlertKind.SILENT)
    async with database.transaction() as stores:
        await stores.sources.remove((await stores.sources.get_all())[0].id, datetime.now(UTC))
    await alerts.tell()
    assert await bots(telegram, chief) == told
    assert await waiting(database) == []


async def test_without_admins_alerts_do_not_pile_up(khabar: Khabar, database: Database, news: dict[str, int]) -> None:
    assert news
    context = khabar.context
    nobody = Alerts(Sender(khabar.bot, context.pacer, context.clock), database, context.composer, ())
    await raise_alerts(database, AlertKind.SILENT)
    await nobody.tell()
    assert await waiting(database) == []


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("https://valley.example/rss?x=1", "https://valley.example/rss?x=1"),
        (" valley.example  Вестник", "valley.example"),
        ("www.valley.example:8080/a/b", "www.valley.example:8080/a/b"),
        ("пайк.тж/хабар", "пайк.тж/хабар"),
        ("@valley_news", "@valley_news"),
        ("t.me/valley", "t.me/valley"),
        ("слово", None),
        ("два слова", None),
        ("@-", None),
        ("ftp://valley.example/", None),
        ("file:///etc/passwd", None),
        ("https://valley.example/" + "a" * 5000, None),
    ],
)
def test_an_address_is_read_as_people_write_it(words: str, address: str | None) -> None:
    assert read_address(words) == address
