"""What a feed said before is not read again, and nothing that it says anew is missed."""

from bot.ingest.parse import MOST_ENTRIES, parse_feed
from bot.ingest.stages import FetchedPage, ParsedFeed

URL = "https://news.example/rss"


def item(number: int, said: str = "Подробности сообщат позже.") -> str:
    return (
        f"<item><title>Новость {number}</title><link>/news/{number}</link><guid>{number}</guid>"
        f"<pubDate>Mon, 05 Oct 2026 {number % 24:02}:00:00 +0500</pubDate><description>{said}</description></item>"
    )


def parse(items: str, seen: dict[int, str] | None = None, built: str = "10:00") -> ParsedFeed:
    text = (
        "<rss version='2.0'><channel><title>Вести</title><link>https://news.example/</link>"
        f"<lastBuildDate>Mon, 05 Oct 2026 {built}:00 +0500</lastBuildDate>{items}</channel></rss>"
    )
    return parse_feed(FetchedPage(URL, URL, 200, "application/rss+xml", None, text.encode()), "UTC", seen or {})


def seen_of(feed: ParsedFeed) -> dict[int, str]:
    return {entry.mark: entry.feed_hash for entry in feed.entries}


def test_a_feed_that_only_has_another_hour_in_its_head_is_the_same() -> None:
    before = parse(item(2) + item(1))
    same = parse(item(2) + item(1), seen_of(before), built="11:00")
    assert same.is_same
    assert same.entries == ()
    assert not before.is_same


def test_only_what_is_new_or_changed_is_read_and_the_rest_is_recognised() -> None:
    before = parse(item(3) + item(2) + item(1))
    after = parse(item(4) + item(3) + item(2, "Движение открыли."), seen_of(before))
    assert [entry.is_light for entry in after.entries] == [False, True, False]
    whole = parse(item(4) + item(3) + item(2, "Движение открыли."))
    for light, full in zip(after.entries, whole.entries, strict=True):
        assert (light.identity, light.url, light.title) == (full.identity, full.url, full.title)
        assert (light.published_at, light.feed_hash, light.mark) == (full.published_at, full.feed_hash, full.mark)
    assert [bool(entry.lead) for entry in after.entries] == [True, False, True]
    assert after.entries[2].feed_hash != before.entries[1].feed_hash


def test_a_feed_that_tells_of_less_than_before_is_not_the_same() -> None:
    before = parse(item(2) + item(1))
    assert not parse(item(2), seen_of(before)).is_same
    assert not parse("", seen_of(before)).is_same


def test_entries_of_one_guid_are_told_apart_though_one_of_them_was_seen() -> None:
    one, two = (item(number).replace(f"<guid>{number}", "<guid>live") for number in (1, 2))
    before = parse(one)
    after = parse(two + one, seen_of(before))
    assert len({entry.identity for entry in after.entries}) == 2


def test_of_an_endless_feed_the_newest_end_is_read() -> None:
    years = [
        f"<item><title>Новость {year}</title><guid>{year}</guid><pubDate>{1990 + year % 30}-01-01</pubDate></item>"
        for year in range(30)
    ]
    rest = "".join(f"<item><title>{n}</title><guid>x{n}</guid></item>" for n in range(MOST_ENTRIES))
    newest_first = parse(years[29] + rest + years[0])
    assert len(newest_first.entries) == MOST_ENTRIES
    assert newest_first.entries[0].guid == "29"
    oldest_first = parse(years[0] + rest + years[29])
    assert oldest_first.entries[-1].guid == "29"
