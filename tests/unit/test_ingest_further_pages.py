"""An article on several pages is read whole; another article, an archive or a loop is never taken for its next page."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import lxml.html
import pytest

from bot.ingest.fetch import Fetcher
from bot.ingest.joining import MOST_PAGES, join_pages
from bot.ingest.paging import find_next, is_page_of, page_number
from bot.ingest.reading import EntryReader, ReadEntry
from bot.ingest.stages import ExtractedPage, FeedEntry, SourceRules
from bot.ingest.workers import Workers
from config.settings import CollectSettings
from storage.records import Block, BlockKind
from tests.unit.fake_site import FakeSite

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SITE = "https://paper.example"


@pytest.mark.parametrize(
    ("url", "link", "found"),
    [
        ("/bridge", "<a href='/bridge?page=2'>2</a>", "/bridge?page=2"),
        ("/bridge", "<a href='?page=2'>Следующая страница</a>", "/bridge?page=2"),
        ("/bridge/", "<a href='/bridge/2/'>Продолжение на следующей странице</a>", "/bridge/2/"),
        ("/bridge.html", "<a href='/bridge-2.html'>Далее →</a>", "/bridge-2.html"),
        ("/bridge", "<link rel='next' href='/bridge/page/2'>", "/bridge/page/2"),
        ("/bridge?page=2", "<a href='/bridge?page=3'>3</a>", "/bridge?page=3"),
        ("/item.php?id=7", "<a href='/item.php?id=7&PAGEN_1=2'>2</a>", "/item.php?id=7&PAGEN_1=2"),
        ("/tj/pul", "<a href='/tj/pul?page=2'>Саҳифаи навбатӣ</a>", "/tj/pul?page=2"),
    ],
)
def test_the_link_to_the_next_page_is_known_by_its_address_and_its_words(url: str, link: str, found: str) -> None:
    page = lxml.html.document_fromstring(f"<html><body><article><p>Мост закрыли.</p>{link}</article></body></html>")
    assert find_next(page, SITE + url) == SITE + found


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("/news/1", "<link rel='next' href='/news/2'>"),
        ("/bridge", "<a rel='next' href='/market'>Рынок переехал</a>"),
        ("/bridge", "<a href='/news?page=2'>2</a>"),
        ("/bridge", "<a href='/bridge?page=3'>3</a>"),
        ("/bridge", "<div class='comments'><a href='/bridge?page=2'>2</a></div>"),
        ("/bridge", "<a href='/bridge?page=2'>Ещё о мосте: второй опрос жителей</a>"),
        ("/bridge", "<a href='https://other.example/bridge?page=2'>2</a>"),
        ("/2026/10/18", "<a href='/2026/10/19'>Следующая</a>"),
        ("/bridge", "<a href='/bridge?photo=2'>2</a>"),
    ],
)
def test_another_article_or_an_archive_is_no_next_page(url: str, link: str) -> None:
    page = lxml.html.document_fromstring(f"<html><body><article><p>Мост закрыли.</p>{link}</article></body></html>")
    found = find_next(page, SITE + url)
    assert found is None or not is_page_of(SITE + url, found)


def test_pages_are_counted_from_the_first() -> None:
    assert page_number(f"{SITE}/bridge", f"{SITE}/bridge/2") == 2
    assert page_number(f"{SITE}/bridge/2", f"{SITE}/bridge/3") == 3
    assert page_number(f"{SITE}/bridge", f"{SITE}/bridge/3") is None
    assert is_page_of(f"{SITE}/bridge", f"{SITE}/bridge/3")
    assert not is_page_of(f"{SITE}/bridge/2", f"{SITE}/bridge/3")


FIRST = ExtractedPage(
    "Мост закрыли", "Мост через Вахш закрыли на месяц.", (Block(BlockKind.PARAGRAPH, "Объезд идёт через Левакант."),),
    None, None, None, "ru", None, (), next_url=f"{SITE}/bridge?page=2",
)  # fmt: skip


def texts(page: ExtractedPage) -> list[str]:
    return [page.lead, *(block.text for block in page.body)]


def test_what_was_said_is_not_said_again() -> None:
    second = replace(
        FIRST,
        body=(
            Block(BlockKind.HEADING, "Мост закрыли", level=2),
            Block(BlockKind.PARAGRAPH, "Объезд идёт через Левакант."),
            Block(BlockKind.PARAGRAPH, "Ремонт стоит два миллиона сомони."),
        ),
        next_url=None,
    )
    joined = join_pages([FIRST, second])
    assert texts(joined) == [*texts(FIRST), "Ремонт стоит два миллиона сомони."]
    assert joined.next_url is None


def test_the_first_paragraph_of_a_further_page_is_kept() -> None:
    second = replace(FIRST, lead="На третий день пошёл снег, и работы встали.")
    assert texts(join_pages([FIRST, second])) == [*texts(FIRST), "На третий день пошёл снег, и работы встали."]


def test_a_page_that_says_nothing_new_is_the_last() -> None:
    third = replace(FIRST, lead="Этого никто не прочтёт, потому что вторая страница повторила первую.")
    assert join_pages([FIRST, FIRST, third]).body == FIRST.body


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


def serve_page(site: FakeSite, path: str, number: int, following: str | None) -> None:
    link = f"<div class='pages'><a href='{following}'>{number + 1}</a></div>" if following else ""
    told = "".join(
        f"<p>Страница {number}, строка {at}: почта шла в горы на лошадях до самой зимы.</p>" for at in range(3)
    )
    html = f"<html><body><article><h1>Почта в горах</h1>{told}{link}</article></body></html>"
    site.serve(path, html, Content_Type="text/html; charset=utf-8")


async def read(site: FakeSite, path: str = "/post", rules: SourceRules | None = None) -> ReadEntry:
    url = f"http://{site.host}{path}"
    entry = FeedEntry(url, None, url, "Почта в горах", "", (), NOW, None, None, None, (), "h")
    async with Fetcher(CollectSettings(allow_private=(site.host,))) as fetcher, Workers(1) as workers:
        reader = EntryReader(fetcher, workers, "ru")
        return await reader.read(entry, NOW, language="ru", full_text=True, rules=rules or SourceRules())


def pages_told(read: ReadEntry) -> list[str]:
    lines = [read.draft.lead, *(block.text for block in read.draft.body)]
    return list(dict.fromkeys(line.partition(",")[0] for line in lines))


async def test_every_page_of_an_article_is_fetched_and_joined(site: FakeSite) -> None:
    serve_page(site, "/post", 1, "/post/2")
    serve_page(site, "/post/2", 2, "/post/3")
    serve_page(site, "/post/3", 3, None)
    whole = await read(site)
    assert pages_told(whole) == ["Страница 1", "Страница 2", "Страница 3"]
    assert len(whole.draft.body) == 8
    assert whole.has_text


async def test_a_page_that_is_missing_leaves_the_article_as_long_as_it_is(site: FakeSite) -> None:
    serve_page(site, "/post", 1, "/post/2")
    site.serve("/post/2", status=404)
    assert pages_told(await read(site)) == ["Страница 1"]


async def test_an_endless_article_ends(site: FakeSite) -> None:
    for number in range(1, 20):
        path = f"/post/{number}" if number > 1 else "/post"
        serve_page(site, path, number, f"/post/{number + 1}")
    assert len(pages_told(await read(site))) == MOST_PAGES + 1


async def test_an_entry_of_which_nothing_is_known_is_void(site: FakeSite) -> None:
    site.serve("/post", status=404)
    gone = await read(site)
    assert gone.is_void
    assert not gone.has_text


async def test_an_operators_selectors_tell_where_the_text_is_and_what_is_not_of_it(site: FakeSite) -> None:
    told = "<b class='ad'>Окна со скидкой.</b><p>Озеро замёрзло.</p><p>Лёд тонок.</p>"
    html = f"<html><body><h1>Озеро</h1><p>Погода на неделю.</p><div id='t'>{told}</div></body></html>"
    site.serve("/post", html, Content_Type="text/html; charset=utf-8")
    read_whole = await read(site, rules=SourceRules(text="#t", remove=".ad"))
    assert [read_whole.draft.lead, *(block.text for block in read_whole.draft.body)] == [
        "Озеро замёрзло.",
        "Лёд тонок.",
    ]
