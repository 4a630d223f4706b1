from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.ingest.decide import decide
from bot.ingest.parse import feed_hash
from bot.ingest.recognise import asked_for
from bot.ingest.stages import FeedEntry, FeedKind, FeedUpdate, FetchedPage, Look, ParsedFeed
from config.settings import CollectSettings
from storage.addresses import page_key
from storage.records import (
    AlertKind,
    Block,
    BlockKind,
    KnownArticle,
    Rhythm,
    Source,
    SourceHealth,
    SourceKind,
    StandIn,
)

NOW = datetime(2026, 10, 18, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
URL = "https://vesti.example/rss"
PAGE = FetchedPage(URL, URL, 200, "application/rss+xml", None, b"")
SETTINGS = CollectSettings()
RHYTHM = Rhythm(recent=1.0, usual=20.0, as_of=NOW - MINUTE, since=NOW - 30 * DAY, newest_at=NOW - HOUR)
SOURCE = Source(7, URL, "Вести", succeeded_at=NOW - 5 * MINUTE, rhythm=RHYTHM)
LONG = (
    "Мост через Вахш открыли после ремонта на два месяца раньше срока. Рабочие заменили опоры и перила, положили новый"
    " асфальт и поставили фонари; грузовики пустят с понедельника, сообщили дорожники."
)


def told(name: str, *, at: datetime | None = NOW - HOUR, text: str = "", **changes: Any) -> FeedEntry:
    """An entry of this name, at its own page; `changes` replace fields."""
    body = (Block(BlockKind.PARAGRAPH, text),) if text else ()
    values: dict[str, Any] = {
        "identity": name,
        "guid": name,
        "url": f"https://vesti.example/{name}",
        "title": f"Новость {name}",
        "lead": "",
        "body": body,
        "published_at": at,
        "updated_at": None,
        "image": None,
        "author": None,
        "tags": (),
    } | changes
    values.setdefault("feed_hash", feed_hash(values["title"], values["lead"], body, None))
    return FeedEntry(**values)


def stored(entry: FeedEntry, number: int = 1) -> KnownArticle:
    """The article that was stored when the feed told this."""
    page = page_key(entry.url.split("?", maxsplit=1)[0]) if entry.has_page else ""
    at = entry.published_at or NOW - HOUR
    return KnownArticle(number, entry.identity, entry.url, entry.feed_hash, at, entry.title, page)


def archive(entries: Sequence[FeedEntry], articles: Sequence[KnownArticle]) -> Mapping[str, KnownArticle]:
    """What the archive answers: by identity, else by page, else by words."""
    found: dict[str, KnownArticle] = {}
    for asked in asked_for(entries):
        name, wanted = asked.identity, {asked.feed_hash, asked.page_key} - {""}
        alike = [one for one in articles if not wanted.isdisjoint({one.feed_hash, one.page_key})]
        named = [one for one in articles if one.identity == name]
        if alike or named:
            found[name] = (alike + named)[-1]
        elif asked.published_at is not None:
            found |= {one.identity: one for one in articles if one.published_at == asked.published_at}
    return found


def visit(entries: Sequence[FeedEntry], *articles: KnownArticle, source: Source = SOURCE) -> FeedUpdate:
    kind = FeedKind.SITEMAP if source.kind is SourceKind.SITEMAP else FeedKind.RSS
    look = Look(PAGE, ParsedFeed("Вести", "ru", kind, None, tuple(entries)))
    return decide(source, look, archive(entries, articles), NOW, SETTINGS)


FIRST = told("a", at=NOW - DAY, text=LONG)
SHORT = told("a", at=NOW - DAY)


@pytest.mark.parametrize(
    ("old", "entry", "is_new"),
    [
        # The same guid.
        (FIRST, replace(FIRST, title="Мост открыт", feed_hash="x"), False),
        (FIRST, replace(FIRST, published_at=NOW, feed_hash="x"), False),
        (FIRST, replace(FIRST, url="https://vesti.example/other", feed_hash="x"), False),
        (FIRST, told("b", identity="a", at=NOW - DAY, title="Совсем о другом"), False),
        (FIRST, told("b", identity="a", at=NOW - DAY + HOUR, title="Совсем о другом"), True),
        (FIRST, told("b", identity="a", at=NOW + DAY, title="Новость a: продолжение"), False),
        (FIRST, told("b", identity="a", at=None, title="Совсем о другом"), False),
        (FIRST, told("b", identity="a", at=NOW, title="Совсем о другом"), True),  # used again for another story
        # Another guid, the same page.
        (FIRST, replace(FIRST, identity="z"), False),
        (FIRST, replace(FIRST, identity="z", url="http://www.vesti.example/a?utm_source=rss"), False),
        (FIRST, replace(FIRST, identity="z", url="https://m.vesti.example/a/amp", feed_hash="x"), False),
        (FIRST, replace(FIRST, identity="z", title="Мост открыт", feed_hash="x"), False),
        (FIRST, replace(FIRST, identity="z", title="Мост открыт", feed_hash="x", published_at=None), False),
        (FIRST, replace(FIRST, identity="z", title="Мост открыт", feed_hash="x", published_at=NOW + 9 * DAY), True),
        (FIRST, replace(FIRST, identity="z", feed_hash="x", published_at=NOW + 9 * DAY), False),
        (FIRST, replace(FIRST, identity="z", title="Мост открыт", feed_hash="x", has_page=False), True),
        # Another guid, another page, the same words.
        (FIRST, replace(FIRST, identity="z", url="https://new.example/17"), False),
        (FIRST, replace(FIRST, identity="z", url="https://new.example/17", published_at=NOW), False),
        (SHORT, replace(SHORT, identity="z", url="https://new.example/17"), False),  # dated to the minute
        (SHORT, replace(SHORT, identity="z", url="https://new.example/17", published_at=NOW), True),
        (SHORT, replace(SHORT, identity="z", url="https://new.example/17", published_at=None), True),
    ],
)
def test_what_is_the_same_article(old: FeedEntry, entry: FeedEntry, is_new: bool) -> None:
    update = visit([entry], stored(old))
    assert len(update.new) == is_new
    if not is_new:
        assert all(change.known == stored(old) for change in update.changed)
        assert all(change.entry.published_at == old.published_at for change in update.changed)


def test_a_guid_that_is_used_again_names_its_story_with_the_address() -> None:
    again = told("b", identity="a", at=NOW, title="Совсем о другом", text="Открыт музей.")
    [new] = visit([again], stored(FIRST)).new
    assert new.identity == "a https://vesti.example/b"
    second = visit([replace(again, feed_hash="x")], stored(FIRST), stored(new, 2))
    assert (second.new, [change.known.id for change in second.changed]) == ((), [2])


def test_the_rates_of_each_day_are_a_story_each_day() -> None:
    yesterday = told("1", at=None, title="Курс валют")
    assert visit([told("2", at=None, title="Курс валют")], stored(yesterday)).new


def test_an_article_whose_address_and_guid_are_new_is_read_again_so_that_it_is_known_by_them() -> None:
    moved = replace(FIRST, identity="z", url="https://new.example/17")
    assert [change.entry.identity for change in visit([moved], stored(FIRST)).changed] == ["z"]
    assert visit([replace(FIRST, identity="z")], stored(FIRST)).changed == ()


def by_place(*names: str, at: datetime | None = NOW - HOUR) -> list[FeedEntry]:
    """A list that counts its guids from the top, with titles that are much the same."""
    return [told(name, at=at, identity=f"item-{place}") for place, name in enumerate(names)]


@pytest.mark.parametrize("at", [NOW - HOUR, None])
def test_guids_that_name_a_place_in_the_list_name_no_story(at: datetime | None) -> None:
    archived = [stored(entry, number) for number, entry in enumerate(by_place("4", "3", "2", "1", at=at), 1)]
    first = visit(by_place("5", "4", "3", "2", at=at), *archived)
    assert [entry.url for entry in first.new] == ["https://vesti.example/5"]
    assert first.changed == ()
    archived += [stored(entry, 5) for entry in first.new]
    second = visit(by_place("7", "6", "5", "4", at=at), *archived)
    assert [entry.title for entry in second.new] == ["Новость 6", "Новость 7"]
    assert second.changed == ()
    archived += [stored(entry, number) for number, entry in enumerate(second.new, 6)]
    assert len({one.identity for one in archived}) == 7
    told_more = by_place("7", "6", "5", "4", at=at)
    told_more[3] = replace(told_more[3], title="Новость 4 полностью", feed_hash="corrected")
    [change] = visit(told_more, *archived).changed
    assert (change.known.id, change.entry.identity) == (1, "item-0")
    shorter = visit(by_place("6", "5", at=at), *archived)
    assert (shorter.new, shorter.changed) == ((), ())


def test_a_page_that_stands_in_the_list_under_another_guid_is_told_by_the_page() -> None:
    old, other = told("a", at=NOW - DAY), told("b", at=NOW - DAY)
    lent = [told("new", identity="a", title="Новость a и новое"), replace(old, identity="z")]
    update = visit(lent, stored(old))
    assert [entry.identity for entry in update.new] == ["a https://vesti.example/new"]
    assert update.changed == ()
    swapped = [replace(old, identity="b"), replace(other, identity="a")]
    update = visit(swapped, stored(old), stored(other, 2))
    assert (update.new, update.changed) == ((), ())


def test_pages_that_all_move_under_their_old_guids_are_no_news() -> None:
    old = [told(str(number), text=LONG + str(number)) for number in range(6)]
    moved = [replace(entry, url=f"https://vesti.example/new/{entry.identity}", feed_hash="x") for entry in old]
    update = visit(moved, *[stored(entry, number) for number, entry in enumerate(old)])
    assert (update.new, len(update.changed)) == ((), 6)


def by_address(title: str, path: str, *, at: datetime | None = NOW - 7 * MINUTE, **changes: Any) -> FeedEntry:
    """An entry whose guid is its address."""
    return told(f"https://vesti.example/{path}", url=f"https://vesti.example/{path}", title=title, at=at, **changes)


WRONG = by_address("Лавина на перевле", "lavina-na-perevle")


@pytest.mark.parametrize(
    ("entry", "is_new"),
    [
        (by_address("Лавина на перевале", "lavina-na-perevale"), False),
        (by_address("Лавина на перевале", "lavina-na-perevale", at=NOW), True),
        (by_address("Лавина на перевале", "lavina-na-perevale", at=None), True),
        (by_address("Хлеб подорожал", "hleb"), True),
        (by_address("Лавина 2 на перевале", "lavina-2"), True),
        (told("other-guid", title="Лавина на перевале", at=NOW - 7 * MINUTE), True),
    ],
)
def test_an_address_that_follows_a_corrected_headline_is_the_same_article(entry: FeedEntry, is_new: bool) -> None:
    update = visit([entry], stored(WRONG))
    assert len(update.new) == is_new
    if not is_new:
        assert [(one.known.id, one.entry.identity) for one in update.changed] == [(1, entry.identity)]
        assert visit([entry, WRONG], stored(WRONG)).new == (entry,)


def test_a_corrected_headline_of_a_ticker_without_guids_and_pages_is_the_same_article() -> None:
    wrong, right = (
        told(f"sha256:{title}", guid=None, url="https://vesti.example/online", title=title, has_page=False, at=at)
        for title, at in (("Лавина на перевле", NOW - 7 * MINUTE), ("Лавина на перевале", NOW - 7 * MINUTE))
    )
    assert [one.known.id for one in visit([right], stored(wrong)).changed] == [1]
    assert visit([right, wrong], stored(wrong)).new == (right,)
    assert visit([replace(right, published_at=NOW)], stored(wrong)).changed == ()


def test_a_moment_that_many_articles_have_tells_of_none() -> None:
    old = [by_address(f"Лавина на перевле{letter}", f"old-{letter}") for letter in "абвг"]
    right = by_address("Лавина на перевале", "right")
    assert visit([right], *[stored(one, number) for number, one in enumerate(old)]).new == (right,)
    assert visit([right], *[stored(one, number) for number, one in enumerate(old[:3])]).new == ()


def test_two_stories_of_one_hour_are_not_one_for_their_headlines() -> None:
    hour = NOW - 2 * HOUR
    old, new = (by_address(f"Курс {name} на сегодня", name, at=hour) for name in ("доллара", "евро"))
    assert visit([new], stored(old)).new == (new,)


@pytest.mark.parametrize(
    "entries",
    [
        [told("a"), told("b", url="http://www.vesti.example/a", title="Новость a")],
        [told("a"), told("b", url="https://vesti.example/a/amp?utm_medium=rss", title="Новость a")],
        [told("a", has_page=False), told("b", url="https://vesti.example/a", title="Новость a", has_page=False)],
        [told("a"), told("a", title="Новость a, дополнено")],
    ],
)
def test_what_a_list_tells_twice_is_one_article_and_stays_the_one_that_was_stored(entries: list[FeedEntry]) -> None:
    for order in (entries, entries[::-1]):
        [new] = visit(order).new
        assert new == order[0]
        assert visit(entries, stored(new)).new == visit(entries[::-1], stored(new)).new == ()
    old = stored(entries[0])
    assert visit([entries[-1], entries[0]], old).changed == () or entries[0].identity == entries[-1].identity


@pytest.mark.parametrize(
    "entries",
    [
        [told("a"), told("b", url="https://vesti.example/a?page=2", title="Новость a")],
        [told("ru/1"), told("tj/1", title="Новость ru/1")],
        # Messages of one live page.
        [told("a", url="https://vesti.example/live#1", has_page=False), told("b", url="https://vesti.example/live#2")],
        # No addresses at all, two days.
        [
            told("a", url="https://vesti.example/", title="Курс валют", has_page=False, at=NOW),
            told("b", url="https://vesti.example/", title="Курс валют", has_page=False, at=NOW - DAY),
        ],
    ],
)
def test_what_only_looks_alike_is_told_apart(entries: list[FeedEntry]) -> None:
    assert len(visit(entries).new) == len(entries)


def many(count: int, *, since: timedelta = 9 * HOUR, dated: bool = True, prefix: str = "n") -> list[FeedEntry]:
    """Unknown entries, an hour apart, the newest first and this old."""
    return [told(f"{prefix}{each}", at=NOW - since - each * HOUR if dated else None) for each in range(count)]


def test_old_stories_that_come_all_at_once_are_stored_and_told_to_nobody() -> None:
    fresh = told("fresh", at=NOW - MINUTE)
    update = visit([fresh, *many(8)])
    assert len(update.new) == 9
    assert update.held == {entry.identity for entry in many(8)}
    assert [(alert.kind, alert.detail) for alert in update.alerts] == [(AlertKind.JUMP, "8")]
    assert update.check.rhythm.newest_at == NOW - MINUTE
    source = replace(SOURCE, health=update.check.health)
    assert visit(many(8, prefix="again"), source=source).alerts == ()
    assert visit([fresh], stored(fresh), source=source).check.health.alerts == ()


def test_what_is_left_of_a_flood_at_the_next_visit_is_held_too() -> None:
    flooded = replace(SOURCE, health=visit(many(8)).check.health)
    fresh = told("fresh", at=NOW - MINUTE)
    update = visit([fresh, *many(2, prefix="rest")], source=flooded)
    assert update.held == {"rest0", "rest1"}
    assert update.check.health.alerts == ()
    assert visit([fresh], source=flooded).held == frozenset()
    assert visit(many(2, prefix="late"), source=replace(flooded, health=update.check.health)).held == frozenset()


@pytest.mark.parametrize("dated", [True, False])
def test_a_visit_that_was_cut_short_is_decided_alike_the_next_time(dated: bool) -> None:
    source = replace(SOURCE, rhythm=replace(RHYTHM, landed_at=NOW - 4 * MINUTE))
    entries = many(28, dated=dated)
    whole = visit(entries, source=source)
    assert len(whole.held) == 28
    cut = [replace(stored(entry, n), arrived_at=NOW - MINUTE) for n, entry in enumerate(whole.new[:25])]
    rest = visit(entries, *cut, source=source)
    assert rest.held == {entry.identity for entry in rest.new}
    assert len(rest.held) == 3
    assert [(one.kind, one.detail) for one in rest.alerts] == [(AlertKind.JUMP, "28")]
    before = [replace(one, arrived_at=NOW - 4 * MINUTE) for one in cut]
    assert visit(entries, *before, source=source).held == frozenset()


def test_a_date_of_tomorrow_holds_back_no_list_that_is_hours_behind() -> None:
    lagging = replace(SOURCE, rhythm=replace(RHYTHM, newest_at=NOW - 5 * HOUR))
    update = visit([told("theatre", at=NOW + DAY)], source=lagging)
    later = replace(lagging, rhythm=update.check.rhythm)
    late = [told(f"n{n}", at=NOW - 5 * HOUR + n * MINUTE) for n in range(9)]
    assert visit(late, source=later).held == frozenset()


@pytest.mark.parametrize(
    ("entries", "source"),
    [
        (many(4), SOURCE),  # a few are late
        (
            [*many(5), *many(6, since=timedelta(), prefix="fresh")[:1], *[told(f"f{n}", at=NOW) for n in range(6)]],
            SOURCE,
        ),
        (many(40), replace(SOURCE, succeeded_at=NOW - 3 * DAY, rhythm=replace(RHYTHM, newest_at=NOW - 3 * DAY))),
        (many(40), replace(SOURCE, rhythm=replace(RHYTHM, newest_at=NOW - 3 * DAY))),  # the site was down itself
        (many(9), replace(SOURCE, rhythm=replace(RHYTHM, newest_at=NOW - 20 * HOUR))),  # told once a day
        (many(30, dated=False), replace(SOURCE, succeeded_at=NOW - DAY)),
        (many(20), replace(SOURCE, succeeded_at=None)),
    ],
)
def test_what_was_published_since_the_last_look_is_news(entries: list[FeedEntry], source: Source) -> None:
    assert visit(entries, source=source).held == frozenset()


def test_a_list_without_dates_that_is_all_new_within_minutes_is_held() -> None:
    entries = many(20, dated=False)
    assert len(visit(entries).held) == 20
    known = told("known", at=None)
    assert visit([known, *entries], stored(known)).held == frozenset()


STAND_IN = StandIn("https://vesti.example/sitemap.xml", SourceKind.SITEMAP, NOW - MINUTE, "gone", NOW + HOUR)


@pytest.mark.parametrize(
    ("source", "is_switch"),
    [
        (SOURCE, False),
        (replace(SOURCE, stand_in=STAND_IN), True),  # its first visit
        (replace(SOURCE, stand_in=replace(STAND_IN, since=NOW - DAY)), False),
        (replace(SOURCE, health=SourceHealth(alerts=(AlertKind.STAND_IN,))), True),  # it is back
        (replace(SOURCE, kind=SourceKind.PAGE), True),
    ],
)
def test_the_first_visit_to_another_list_pushes_only_what_came_since(source: Source, is_switch: bool) -> None:
    fresh, old, undated = told("fresh", at=NOW - MINUTE), told("old", at=NOW - DAY), told("undated", at=None)
    update = visit([fresh, old, undated], source=source)
    assert update.held == ({"old", "undated"} if is_switch else frozenset())
    assert AlertKind.JUMP not in {alert.kind for alert in update.alerts}


def test_a_list_of_titles_changes_an_article_only_by_its_title() -> None:
    title = told("a", at=None)
    assert title.feed_hash != FIRST.feed_hash
    assert visit([title], stored(FIRST)).changed == ()
    assert len(visit([told("a", title="Мост открыт")], stored(FIRST)).changed) == 1


def test_a_stand_in_says_nothing_of_the_sources_own_kind_and_address() -> None:
    check = visit([FIRST], source=replace(SOURCE, stand_in=STAND_IN, moved_to="https://vesti.example/feed")).check
    assert (check.kind, check.moved_to, check.stand_in) == (None, None, STAND_IN)


@pytest.mark.parametrize(
    "news",
    [
        (),
        (told("new"),),
        (told("2", text=LONG),),  # corrected
        (told("new", url="https://vesti.example/2?utm_source=rss"),),  # at the page of an old one
        (told("new", title="Новость 2", url="https://vesti.example/2"),),
        (told("new", text=LONG, title="Новость long"),),  # with the words of an old one
        (told("2", title="Новость 5"), told("new", at=None)),
        (told("2", url="https://vesti.example/5", title="Совсем о другом", at=NOW),),  # its guid given once more
    ],
)
def test_what_was_seen_before_is_not_asked_for_and_nothing_else_is_decided(news: tuple[FeedEntry, ...]) -> None:
    old = [told(str(number)) for number in range(1, 5)] + [told("long", text=LONG)]
    archived = [stored(entry, number) for number, entry in enumerate(old, 1)]
    seen = [replace(entry, is_light=True, lead="", body=()) for entry in old]
    for place in (0, 3):
        whole, light = ([*part[:place], *news, *part[place:]] for part in (old, seen))
        said, said_lightly = visit(whole, *archived), visit(light, *archived)
        assert said_lightly.new == said.new
        assert said_lightly.held == said.held
        assert [(one.known, one.entry.identity) for one in said_lightly.changed] == [
            (one.known, one.entry.identity) for one in said.changed
        ]
        assert said_lightly.check == said.check
    assert len(asked_for([*news, *seen])) < len(asked_for([*news, *old]))
