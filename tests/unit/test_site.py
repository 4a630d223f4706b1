"""The sample site: its texts, feeds, pages, pictures and its clock of publication, over real HTTP on loopback."""

import io
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import feedparser
import pytest
import trafilatura
from PIL import Image

from bot.sandbox.site import NotPublished, SampleSite, start_site
from bot.sandbox.site.markup import to_html
from bot.sandbox.site.newsroom import FIRST_STORIES, Newsroom
from bot.sandbox.site.pictures import MAX_BYTES, paint
from bot.sandbox.site.scenes import SCENES
from bot.sandbox.site.texts import Story, load_editions, load_stories

OPENED = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
STORIES = load_stories()
EDITIONS = load_editions()


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(OPENED)


@pytest.fixture
async def site(clock: Clock) -> AsyncIterator[SampleSite]:
    running = await start_site("127.0.0.1", 0, every=0, clock=clock)
    yield running
    await running.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def read(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as response:
        assert response.status == 200, url
        return await response.text()


def text_of(story: Story) -> str:
    return f"{story.title}\n{story.lead}\n{story.body}"


def language_of(story: Story) -> str:
    return EDITIONS[story.edition].language


def test_there_are_enough_stories_in_each_language() -> None:
    languages = [language_of(story) for story in STORIES]
    assert len(STORIES) >= 45
    assert languages.count("tg") >= 7
    assert languages.count("en") >= 6


def test_outlets_share_events_and_some_events_cross_languages() -> None:
    editions: dict[str, set[str]] = defaultdict(set)
    languages: dict[str, set[str]] = defaultdict(set)
    for story in STORIES:
        editions[story.event].add(story.edition.partition("-")[0])
        languages[story.event].add(language_of(story))
    assert sum(len(names) >= 2 for names in editions.values()) >= 8
    assert sum(len(names) >= 2 for names in languages.values()) >= 3


@pytest.mark.parametrize(
    "words",
    [
        "ОДКБ", "Организация Договора о коллективной безопасности", "Организацией Договора", "CSTO",
        "Collective Security Treaty Organization", "Эмомали Рахмон", "Рахмона ", "Рахмоном", "Рахмону", "Рогунской ГЭС",
        "ЕАЭС", "ШОС", "джиу-джитсу", "Футбол", "Погода", "Сель", "цен", "Школ", "Прививки", "Культура", "Технологии",
    ],
)  # fmt: skip
def test_a_topic_of_the_demo_occurs_in_the_stories(words: str) -> None:
    assert any(words.lower() in f"{story.section} {text_of(story)}".lower() for story in STORIES)


def test_the_full_name_stands_alone_in_some_stories() -> None:
    full_name = [story for story in STORIES if "Договора о коллективной безопасности" in text_of(story)]
    assert [story for story in full_name if "ОДКБ" not in text_of(story)]


def test_tajik_stories_use_tajik_letters() -> None:
    for story in STORIES:
        if language_of(story) == "tg":
            assert set("ғӣқӯҳҷ") & set(text_of(story).lower()), story.slug
    everything = "".join(text_of(story).lower() for story in STORIES if language_of(story) == "tg")
    assert set("ғӣқӯҳҷ") <= set(everything)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_a_story_has_three_to_nine_blocks_and_a_scene(story: Story) -> None:
    assert 3 <= len(to_html(story.body)) <= 9
    assert story.scene in SCENES


def test_markup_becomes_escaped_html() -> None:
    body = "## A & B\n\n- one\n- <two>\n\n> said\n\n| x | y |\n| 1 | 2 |\n\nplain\n[text](/a/b) & [x](no)"
    assert to_html(body) == [
        "<h2>A &amp; B</h2>",
        "<ul><li>one</li><li>&lt;two&gt;</li></ul>",
        "<blockquote><p>said</p></blockquote>",
        "<table><thead><tr><th>x</th><th>y</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
        '<p>plain <a href="/a/b">text</a> &amp; [x](no)</p>',
    ]


def test_the_programme_brings_the_alliance_early_and_three_corrections() -> None:
    newsroom = Newsroom(STORIES, OPENED)
    steps = []
    while (published := newsroom.step(OPENED)) is not None:
        steps.append(published)
    assert newsroom.is_finished
    assert any("ОДКБ" in one.story.title and not one.is_corrected for one in steps[:7])
    assert sum(one.is_corrected for one in steps) >= 3
    assert len(steps) - sum(one.is_corrected for one in steps) == len(STORIES) - FIRST_STORIES


def test_the_first_stories_spread_over_the_last_hours() -> None:
    newsroom = Newsroom(STORIES, OPENED)
    moments = sorted(one.published_at for key in EDITIONS for one in newsroom.newest(key))
    assert len(moments) == FIRST_STORIES
    assert moments[-1] < OPENED
    assert timedelta(hours=5) < OPENED - moments[0] < timedelta(hours=10)


async def test_feeds_are_three_kinds_and_feedparser_reads_the_xml(
    site: SampleSite, http: aiohttp.ClientSession
) -> None:
    kinds = set()
    for feed in site.feeds:
        body = await read(http, feed.url)
        if body.startswith("{"):
            kinds.add("json")
            assert all("utm_source=" in item["url"] for item in json.loads(body)["items"])
            continue
        parsed = feedparser.parse(io.BytesIO(body.encode()))
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert parsed.entries
        assert all("utm_source=" in entry.link and entry.published_parsed for entry in parsed.entries)
        kinds.add(parsed.version[:3])
    assert kinds == {"rss", "ato", "json"}


async def test_the_agency_writes_local_dates_and_html_in_titles(site: SampleSite, http: aiohttp.ClientSession) -> None:
    body = await read(http, site.feeds[0].url)
    assert "+0500</pubDate>" in body
    assert "&lt;b&gt;" in body


async def test_a_page_carries_its_text_and_its_clutter(site: SampleSite, http: aiohttp.ClientSession) -> None:
    for edition in EDITIONS.values():
        story = next(story for story in STORIES[:FIRST_STORIES] if story.edition == edition.key)
        page = await read(http, f"{site.url}{story.path}")
        clutter = (edition.share, edition.login, edition.cookie, edition.ad, edition.archive[0], edition.footer)
        assert all(words.replace("&", "&amp;") in page for words in clutter)
        assert page.count("<li>") >= 20
        assert to_html(story.body)[-1] in page


async def test_extraction_gets_the_article_without_the_page_around_it(
    site: SampleSite, http: aiohttp.ClientSession
) -> None:
    while site.publish_next():
        pass
    for story in STORIES:
        edition = EDITIONS[story.edition]
        page = await read(http, f"{site.url}{story.path}")
        text = trafilatura.extract(page, fast=True, include_comments=False) or ""
        assert story.body.strip().rpartition("\n")[2] in text, story.slug
        assert edition.login not in text
        assert not any(headline in text for headline in edition.archive), story.slug


async def test_the_alliance_stands_in_the_sidebar_of_pages_about_other_things(
    site: SampleSite, http: aiohttp.ClientSession
) -> None:
    page = await read(http, f"{site.url}/pereval/kor-privivki-raiony")
    assert page.count("ОДКБ") >= 2
    assert "ОДКБ" not in (trafilatura.extract(page, fast=True, include_comments=False) or "")


async def test_some_pages_have_metadata_and_some_have_none(site: SampleSite, http: aiohttp.ClientSession) -> None:
    full = await read(http, f"{site.url}/pereval/muka-podeshevela-dushanbe")
    assert f'<link rel="canonical" href="{site.url}/pereval/muka-podeshevela-dushanbe">' in full
    assert "application/ld+json" in full
    assert "og:image" in full
    bare = await read(http, f"{site.url}/pereval/kor-privivki-raiony")
    assert "og:" not in bare
    assert "canonical" not in bare


async def test_a_correction_changes_the_words_and_keeps_the_identity(
    site: SampleSite, http: aiohttp.ClientSession, clock: Clock
) -> None:
    published = site.publish_next()
    assert published is not None
    before = feedparser.parse(io.BytesIO((await read(http, site.feeds[0].url)).encode())).entries[0]
    clock.now += timedelta(minutes=1)
    assert site.correct(published, title="Иной заголовок <b>&", lead="Иной лид") == published
    after = feedparser.parse(io.BytesIO((await read(http, site.feeds[0].url)).encode())).entries[0]
    assert (after.id, after.link, after.published) == (before.id, before.link, before.published)
    assert before.title != "Иной заголовок <b>&"
    page = await read(http, published)
    assert "<h1>Иной заголовок &lt;b&gt;&amp;</h1>" in page
    assert "Исправлено в" in page


async def test_a_story_that_is_not_out_cannot_be_corrected_or_read(
    site: SampleSite, http: aiohttp.ClientSession
) -> None:
    hidden = f"{site.url}{STORIES[-1].path}"
    with pytest.raises(NotPublished):
        site.correct(hidden, title="Рано")
    async with http.get(hidden) as response:
        assert response.status == 404


async def test_a_feed_that_did_not_change_answers_304(site: SampleSite, http: aiohttp.ClientSession) -> None:
    url = site.feeds[0].url
    async with http.get(url) as response:
        etag, changed = response.headers["ETag"], response.headers["Last-Modified"]
        assert response.headers["Content-Encoding"] == "gzip"
    for condition in ({"If-None-Match": etag}, {"If-Modified-Since": changed}):
        async with http.get(url, headers=condition) as response:
            assert response.status == 304
            assert await response.read() == b""
    site.publish_next()
    async with http.get(url, headers={"If-None-Match": etag}) as response:
        assert response.status == 200


async def test_the_site_publishes_by_itself_until_it_is_closed(http: aiohttp.ClientSession) -> None:
    site = await start_site("127.0.0.1", 0, every=0.005)
    first = len(feedparser.parse(io.BytesIO((await read(http, site.feeds[0].url)).encode())).entries)
    async with http.get(site.feeds[0].url) as response:
        etag = response.headers["ETag"]
    status = 304
    while status == 304:
        async with http.get(site.feeds[0].url, headers={"If-None-Match": etag}) as response:
            status = response.status
    assert len(feedparser.parse(io.BytesIO((await read(http, site.feeds[0].url)).encode())).entries) > first
    await site.close()


async def test_pictures_are_served_and_strangers_cannot_order_others(
    site: SampleSite, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{site.url}{STORIES[0].picture_path}") as response:
        assert response.content_type == "image/jpeg"
        assert Image.open(io.BytesIO(await response.read())).size == (1280, 720)
    async with http.get(f"{site.url}/media/dam-99999.jpg") as response:
        assert response.status == 404


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_picture_is_small_enough(scene: str) -> None:
    seed = next(story.order for story in STORIES if story.scene == scene)
    assert len(paint(scene, seed)) <= MAX_BYTES


def test_a_picture_never_changes() -> None:
    assert paint("growth", 410) == paint("growth", 410)
