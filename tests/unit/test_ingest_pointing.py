"""What sitemaps and headlines say of a page, and when that is worth another look at it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.ingest.lists import parse_list
from bot.ingest.pointing import Pointer, says_anew
from bot.ingest.stages import FeedEntry, FetchedPage
from storage.records import SourceKind

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
PAGE = "https://news.example/news/sneg-zakryl-pereval"


def pointer(title: str = "", changed_at: datetime | None = None) -> Pointer:
    return Pointer.of(PAGE, title, changed_at)


@pytest.mark.parametrize(
    "said",
    [pointer(), pointer("Снег закрыл перевал"), pointer(changed_at=NOW), pointer("Снег", NOW + timedelta(seconds=7))],
)
def test_what_was_said_is_read_back_as_it_was_written(said: Pointer) -> None:
    assert Pointer.read(str(said)) == said


@pytest.mark.parametrize("written", ["", "9f86d081884c7d659a2feaa0c55ad015", "page:", str(pointer()) + " ", "h"])
def test_what_a_feed_said_is_no_pointer(written: str) -> None:
    assert Pointer.read(written) is None


def test_the_same_page_is_the_same_however_it_is_written() -> None:
    amp = Pointer.of("http://www.news.example/news/sneg-zakryl-pereval/amp?utm_source=map")
    assert amp == pointer()
    assert Pointer.of("https://news.example/news/khlopok-ubrali") != pointer()


@pytest.mark.parametrize(
    ("said", "before", "is_anew"),
    [
        (pointer(), pointer(), False),
        (pointer("Снег"), pointer("Снег"), False),
        (pointer("Перевал открыт"), pointer("Снег закрыл перевал"), True),
        (pointer(), pointer("Снег"), False),  # it left the sitemap of news, and stands in the other one
        (pointer("Снег"), pointer(), False),
        (pointer(changed_at=NOW - HOUR), pointer(changed_at=NOW - DAY), True),
        (pointer("Снег", NOW - HOUR), pointer("Снег", NOW - DAY), True),
        (pointer(changed_at=NOW - DAY), pointer(changed_at=NOW - HOUR), False),  # another server's, of before
        (pointer(), pointer(changed_at=NOW - DAY), False),
        (pointer(changed_at=NOW - HOUR), pointer(), True),
        (pointer(changed_at=NOW - DAY + MINUTE), pointer(), False),  # read then
    ],
)
def test_a_page_is_read_again_when_it_was_changed_since(said: Pointer, before: Pointer, is_anew: bool) -> None:
    assert says_anew(said, before, NOW - DAY, NOW) is is_anew


def test_a_page_that_changes_without_end_is_read_seldom_and_its_last_change_all_the_same() -> None:
    published, last, read = NOW, pointer(changed_at=NOW), []
    for minute in range(10, 14 * 24 * 60, 10):
        now = published + minute * MINUTE
        said = pointer(changed_at=min(now, published + 10 * DAY))
        if says_anew(said, last, published, now):
            last = said
            read.append(now)
    assert read[0] == published + 10 * MINUTE
    assert last.changed_at == published + 10 * DAY
    assert len(read) <= 30


def sitemap(*changed: str) -> list[FeedEntry]:
    told = "".join(
        f"<url><loc>https://news.example/news/story-number-{1000 + at}</loc><lastmod>{one}</lastmod></url>"
        for at, one in enumerate(changed)
    )
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{told}</urlset>'.encode()
    url = "https://news.example/sitemap.xml"
    page = FetchedPage(url, url, 200, "application/xml", None, body)
    return list(parse_list(page, SourceKind.SITEMAP, "", "Asia/Dushanbe").entries)


def counted(*changed: str) -> int:
    """How many of the entries tell of an edit by their date."""
    return sum(
        said.changed_at is not None for one in sitemap(*changed) if (said := Pointer.read(one.feed_hash)) is not None
    )


def own(pages: int) -> list[str]:
    """Dates of pages that were changed one after another."""
    return [(NOW - at * timedelta(minutes=7)).isoformat() for at in range(pages)]


@pytest.mark.parametrize(
    ("changed", "count"),
    [
        (own(40), 40),
        (["2026-11-22T10:00:00+05:00"] * 2, 2),
        (["2026-11-22T10:00:00+05:00"] * 8, 0),  # a site that stamps all its pages
        ([f"2026-11-22T10:00:{second:02}+05:00" for second in range(30)], 0),
        (["2026-11-22T10:00:00+05:00"] * 12 + own(40), 40),  # a program went through some of them
        (["2026-11-22T10:00:00+05:00"] * 9 + own(40), 49),
        (["2026-11-22"] * 12 + ["2026-11-21"] * 14 + ["2026-11-20"] * 9, 35),  # days without hours
        (["2026-11-22"] * 26, 0),
        (["2026-11-22T00:00:00Z"] * 12 + ["2026-11-21T00:00:00Z"] * 14 + ["2026-11-20T00:00:00Z"] * 9, 35),
    ],
)
def test_a_date_that_a_program_gave_many_pages_tells_of_no_edit(changed: list[str], count: int) -> None:
    entries = sitemap(*changed)
    assert len(entries) == len(changed)
    assert all(entry.updated_at is not None for entry in entries)
    assert counted(*changed) == count
