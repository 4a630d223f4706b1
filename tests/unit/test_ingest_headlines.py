import re
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ingest.errors import ParseError
from bot.ingest.headlines import MOST_ENTRIES
from bot.ingest.lists import parse_list
from bot.ingest.stages import FeedKind, FetchedPage, ParsedFeed
from storage.records import SourceKind

LISTS = Path(__file__).parents[1] / "data" / "lists"
NAMES = sorted(path.stem for path in LISTS.glob("*.html"))
ADDRESS = re.compile(r"<!-- (\S+) -->\n")
URL = "https://news.example/"
LEAST = 0.95


def parse(html: str | bytes, links: str = "", url: str = URL) -> ParsedFeed:
    body = html.encode() if isinstance(html, str) else html
    return parse_list(FetchedPage(url, url, 200, "text/html", None, body), SourceKind.PAGE, links, "Asia/Dushanbe")


def read(name: str) -> tuple[ParsedFeed, list[tuple[str, str]]]:
    """A page of ours as it is read, and the addresses and headlines that stand beside it, in their order."""
    html = (LISTS / f"{name}.html").read_text(encoding="utf-8")
    address = ADDRESS.match(html)
    assert address is not None
    lines = (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    expected = [(url, title) for url, _, title in (line.partition("\t") for line in lines)]
    try:
        return parse(html[address.end() :], url=address[1]), expected
    except ParseError:
        return ParsedFeed("", None, FeedKind.PAGE, None, ()), expected


def score(found: list[str], expected: list[str]) -> tuple[float, float]:
    """Precision and recall."""
    right = len(set(found) & set(expected))
    return right / len(found) if found else 0.0, right / len(expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_gives_its_articles_and_nothing_else(name: str) -> None:
    feed, expected = read(name)
    found = [entry.url for entry in feed.entries]
    precision, recall = score(found, [url for url, _ in expected])
    urls = {url for url, _ in expected}
    assert min(precision, recall) >= LEAST, f"too many: {set(found) - urls}, too few: {urls - set(found)}"
    assert [(entry.url, entry.title) for entry in feed.entries] == expected
    assert len({entry.identity for entry in feed.entries}) == len(found)


def test_pages_of_all_makes_give_what_they_lead_to() -> None:
    assert len(NAMES) >= 12
    found, right, wanted = 0, 0, 0
    for name in NAMES:
        feed, expected = read(name)
        urls = {url for url, _ in expected}
        found, wanted = found + len(feed.entries), wanted + len(urls)
        right += len({entry.url for entry in feed.entries} & urls)
    sys.stdout.write(
        f"{len(NAMES)} pages: precision {right / found:.3f}, recall {right / wanted:.3f} of {wanted} articles\n"
    )
    assert right / found >= LEAST
    assert right / wanted >= LEAST


def dates(name: str) -> list[datetime | None]:
    return [entry.published_at for entry in read(name)[0].entries]


def test_dates_are_those_that_the_page_states() -> None:
    # Hours under a heading with the day, hours beside an address with the day, a day alone, a time element.
    assert dates("ru_days")[2:4] == [datetime(2026, 11, 21, 4, 10, tzinfo=UTC), datetime(2026, 11, 20, 16, tzinfo=UTC)]
    assert dates("ru_times_only")[:2] == [
        datetime(2026, 11, 22, 17, tzinfo=UTC),
        datetime(2026, 11, 22, 16, 1, tzinfo=UTC),
    ]
    assert dates("en_flat_list")[1] == datetime(2026, 11, 18, 19, tzinfo=UTC)
    assert dates("ru_wordpress")[0] == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert dates("ru_table_2005")[0] == datetime(2026, 11, 23, 4, 15, tzinfo=UTC)
    assert dates("ru_two_hundred")[0] is None


def test_what_stands_around_a_headline_is_taken_with_it() -> None:
    first = read("ru_cards")[0].entries[0]
    assert first.image == "https://vesti.example/i/0.jpg"
    assert first.lead.startswith("Об этом сообщили")
    assert (first.language, first.has_page) == ("ru", True)


def test_a_story_that_moves_down_the_page_says_the_same() -> None:
    html = "<h2><a href='/news/most-cherez-vakhsh-otkryli'>Мост через Вахш открыли</a></h2>{}"
    html += "<h2><a href='/news/khlopok-ubrali-v-srok-71'>Хлопок убрали в срок</a></h2>"
    big, small = (
        parse(html.format(more)) for more in ("<p>Мост через реку открыли в воскресенье.</p><img src=/1.jpg>", "")
    )
    assert [entry.feed_hash for entry in big.entries] == [entry.feed_hash for entry in small.entries]


def test_two_headlines_in_turns_say_the_same_and_two_pages_do_not() -> None:
    html = "<h2><a href='/news/most-cherez-vakhsh-otkryli'>{}</a></h2>"
    html += "<h2><a href='/news/khlopok-ubrali-v-srok-71'>Хлопок убрали в срок</a></h2>"
    one, other = (parse(html.format(said)) for said in ("Мост через Вахш открыли", "Почему все говорят о мосте"))
    assert one.entries[0].title != other.entries[0].title
    assert [entry.feed_hash for entry in one.entries] == [entry.feed_hash for entry in other.entries]
    assert len({entry.feed_hash for entry in one.entries}) == len(one.entries)


MENU = (
    "<ul class='lenta'><li><a href='/n/1'>Снег</a></li><li><a href='/n/2'>Матч</a></li></ul><a href='/n/3'>Хлопок</a>"
)


@pytest.mark.parametrize("links", [".lenta a", ".lenta", "ul li", ".lenta a, .nothing"])
def test_an_operators_selector_goes_over_what_is_found_out(links: str) -> None:
    assert [(entry.url, entry.title) for entry in parse(MENU, links).entries] == [
        ("https://news.example/n/1", "Снег"),
        ("https://news.example/n/2", "Матч"),
    ]


@pytest.mark.parametrize(("links", "said"), [(".nothing", "nothing that its CSS selector"), ("a[", "no CSS selector")])
def test_a_selector_that_finds_nothing_is_told(links: str, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        parse(MENU, links)


def test_a_page_without_headlines_says_what_to_do() -> None:
    for html in ("<html><body><p>Сайт закрыт.</p></body></html>", "<html></html>", "<p>"):
        with pytest.raises(ParseError, match="links = "):
            parse(html)


LINK = "<a href='/news/story-number-{0}'>Снег закрыл дорогу через перевал {0}</a>"


@pytest.mark.parametrize(
    "html",
    [
        "<html><body>" + "".join(LINK.format(at) for at in range(100_000)),
        "<html><body>" + "<div>" * 10_000 + LINK.format(1),
        "<html><body>" + "<div class='menu'>" * 200 + "".join(LINK.format(at) for at in range(20_000)),
        "<html><body>" + "<p>слово </p>" * 500_000,
        "<html><body><a href='/news/1234'>" + "слово " * 1_500_000 + "</a>",
        "<html><body><a href='/" + "a-" * 2_000_000 + "'>Снег закрыл дорогу через перевал</a>",
        "<html><body>" + "<h2>Читайте также</h2>" * 100_000 + LINK.format(1) * 2_000,
        "<html><body><div class='" + "menu-" * 500_000 + "'>" + LINK.format(1),
        "<html><body>" + "".join(f"<div>{LINK.format(at)}<span>{'1' * 100}</span>" for at in range(5_000)),
        "<html><body><script type='application/json'>" + "[" * 1_000_000 + "</script>",
        "<html><body><script type='application/json'>[" + '{"a":[' * 300 + "1" + "]}" * 300 + "]</script>",
        "<html><body>" + "<a href='/news/story-1'>" * 50_000,
    ],
    ids=[
        "many links", "deep", "nested menus", "10 MB", "long text", "long address", "labels", "long class",
        "open cards", "deep data", "nested data", "open links",
    ],
)  # fmt: skip
def test_hostile_pages_cost_little(html: str) -> None:
    start = time.process_time()
    with suppress(ParseError):
        assert len(parse(html).entries) <= MOST_ENTRIES
    assert time.process_time() - start < 5  # seconds; half of what a worker is given
