from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import pytest_asyncio

from bot.ingest.discover import Found, Prospector, Way
from bot.ingest.errors import BadAddress, HttpError, NotAFeed, Unreachable
from bot.ingest.fetch import Fetcher
from bot.ingest.pointing import Pointer, says_anew
from bot.ingest.stages import FeedEntry, Look, NotModified, SourceRules
from bot.ingest.visit import MOST_SITEMAPS, Visitor, newest
from bot.ingest.workers import Workers
from config.settings import CollectSettings
from storage.records import SourceKind
from tests.unit.fake_site import FakeSite

# One worker process for all: starting it takes longer than the searches.
pytestmark = pytest.mark.asyncio(loop_scope="module")

TODAY = datetime.now(UTC).replace(microsecond=0)
HEADLINES = (
    ("most-cherez-vakhsh-otkryli", "Мост через Вахш открыли после ремонта"),
    ("khlopok-ubrali-v-srok", "Хлопок в Хатлонской области убрали в срок"),
    ("shkola-v-rudaki-prinyala-uchenikov", "Новая школа в районе Рудаки приняла первых учеников"),
    ("sneg-zakryl-anzobskiy-pereval", "Снег закрыл дорогу через Анзобский перевал"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """A site to look at, and who looks."""

    site: FakeSite
    prospector: Prospector
    visitor: Visitor

    async def find(self, path: str = "/", rules: SourceRules | None = None) -> Found:
        return await self.prospector.find(self.site.url(path), rules or SourceRules())

    async def stand_in(self, path: str, kind: SourceKind = SourceKind.FEED) -> Found | None:
        return await self.prospector.find_stand_in(self.site.url(path), kind)

    @property
    def asked(self) -> list[str]:
        return [seen.path for seen in self.site.seen]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers() -> AsyncIterator[Workers]:
    async with Workers(1, zone="Asia/Dushanbe") as workers:
        yield workers


@pytest_asyncio.fixture(loop_scope="module")
async def field(workers: Workers) -> AsyncIterator[Field]:
    async with FakeSite() as site:
        settings = CollectSettings(allow_private=(site.host,), timeout=timedelta(seconds=2))
        async with Fetcher(settings) as fetcher:
            yield Field(site, Prospector(fetcher, workers), Visitor(fetcher, workers))


def rss(*titles: str, name: str = "Вести", age: timedelta = timedelta(hours=1)) -> str:
    stamp = format_datetime(TODAY - age)
    items = "".join(
        f"<item><title>{title}</title><link>/news/{at}</link><pubDate>{stamp}</pubDate></item>"
        for at, title in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'


def page(*, head: str = "", body: str = "") -> str:
    return f"<!DOCTYPE html><html lang='ru'><head><title>Вести</title>{head}</head><body>{body}</body></html>"


def announce(*feeds: tuple[str, str]) -> str:
    return "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{at}">' for at, title in feeds
    )


def front_page(head: str = "") -> str:
    cards = "".join(
        f'<div class="card"><h3><a href="/news/{slug}-41{at}">{title}</a></h3></div>'
        for at, (slug, title) in enumerate(HEADLINES)
    )
    return page(head=head, body=f"<nav><a href='/news'>Новости</a></nav><main>{cards}</main>")


def sitemap(*entries: tuple[str, datetime], news: bool = True) -> str:
    told = "".join(
        f"<url><loc>{loc}</loc>"
        + (
            f"<news:news><news:publication_date>{at.isoformat()}</news:publication_date>"
            f"<news:title>Снег закрыл перевал</news:title></news:news>"
            if news
            else f"<lastmod>{at.isoformat()}</lastmod>"
        )
        + "</url>"
        for loc, at in entries
    )
    return (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{told}</urlset>'
    )


def index(*sitemaps: tuple[str, datetime | None]) -> str:
    told = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{at.isoformat()}</lastmod>' if at else ''}</sitemap>"
        for loc, at in sitemaps
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{told}</sitemapindex>'


CHANNEL = """<html><body><section class="tgme_channel_history"><div class="tgme_widget_message_wrap">
<div class="tgme_widget_message" data-post="vesti_tj/7"><div class="tgme_widget_message_text">Снег закрыл перевал.</div>
</div></div></section></body></html>"""


async def test_a_feed_is_its_own_address(field: Field) -> None:
    field.site.serve("/rss", rss("Мост открыли"))
    found = await field.find("/rss")
    assert (found.address, found.kind, found.way) == (field.site.url("/rss"), SourceKind.FEED, Way.ITSELF)
    assert [entry.title for entry in found.look.feed.entries] == ["Мост открыли"]
    assert len(field.asked) == 1 or set(field.asked) == {"/rss", "/robots.txt"}


async def test_a_feed_that_moved_for_good_is_found_where_it_stands_now(field: Field) -> None:
    field.site.serve("/new", rss("Мост открыли"))
    field.site.redirect("/old", "/new", status=301)
    field.site.redirect("/sometimes", "/new", status=302)
    assert (await field.find("/old")).address == field.site.url("/new")
    assert (await field.find("/sometimes")).address == field.site.url("/sometimes")


async def test_an_announced_feed_is_taken_and_the_others_are_named(field: Field) -> None:
    field.site.serve("/", page(head=announce(("/a.xml", "Все"), ("/b.xml", "Спорт"))))
    field.site.serve("/a.xml", rss("Мост открыли"))
    field.site.serve("/b.xml", rss("Матч отложен"))
    found = await field.find()
    assert (found.address, found.way) == (field.site.url("/a.xml"), Way.ANNOUNCED)
    assert [(feed.url, feed.title) for feed in found.others] == [(field.site.url("/b.xml"), "Спорт")]


async def test_a_feed_of_comments_an_empty_and_an_abandoned_one_lose_to_a_better_one(field: Field) -> None:
    field.site.serve(
        "/",
        page(
            head=announce(("/comments/feed", "Комментарии"), ("/empty", "Все"), ("/old", "Архив"), ("/live", "Лента"))
        ),
    )
    field.site.serve("/comments/feed", rss("Согласен", name="Комментарии: Вести"))
    field.site.serve("/empty", rss())
    field.site.serve("/old", rss("Было давно", age=timedelta(days=900)))
    field.site.serve("/live", rss("Мост открыли"))
    assert (await field.find()).address == field.site.url("/live")


async def test_a_section_gets_its_own_feed(field: Field) -> None:
    field.site.serve("/sport/", page(head=announce(("/rss.xml", "Все"), ("/sport/rss.xml", "Спорт"))))
    field.site.serve("/rss.xml", rss("Мост открыли"))
    field.site.serve("/sport/rss.xml", rss("Матч отложен"))
    assert (await field.find("/sport/")).address == field.site.url("/sport/rss.xml")


async def test_an_empty_feed_is_better_than_nothing(field: Field) -> None:
    field.site.serve("/", page(head=announce(("/empty", "Все"))))
    field.site.serve("/empty", rss())
    found = await field.find()
    assert (found.address, found.look.feed.entries) == (field.site.url("/empty"), ())


async def test_an_article_that_announces_a_feed_gives_the_feed(field: Field) -> None:
    text = "<article><h1>Мост открыли</h1><p>Мост через Вахш открыли в воскресенье.</p></article>"
    field.site.serve("/news/2026/11/22/most-otkryli", page(head=announce(("/rss", "Все")), body=text))
    field.site.serve("/rss", rss("Мост открыли"))
    assert (await field.find("/news/2026/11/22/most-otkryli")).address == field.site.url("/rss")


@pytest.mark.parametrize("path", ["/rss", "/feed", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml"])
async def test_a_feed_that_nobody_announces_is_found_at_a_common_path(field: Field, path: str) -> None:
    field.site.serve("/", page(body="<p>Вести</p>"))
    field.site.serve(path, rss("Мост открыли"))
    found = await field.find()
    assert (found.address, found.way) == (field.site.url(path), Way.COMMON_PATH)


async def test_a_site_that_answers_everything_with_its_front_page_has_no_feed(field: Field) -> None:
    for path in ("/", "/rss", "/feed", "/rss.xml", "/robots.txt", "/sitemap.xml"):
        field.site.serve(path, front_page(), Content_Type="text/html")
    found = await field.find()
    assert (found.kind, found.way) == (SourceKind.PAGE, Way.HEADLINES)


async def test_a_news_sitemap_that_robots_txt_names_is_found(field: Field) -> None:
    field.site.serve("/", page(body="<p>Вести</p>"))
    field.site.serve(
        "/robots.txt",
        f"User-agent: *\nSitemap: {field.site.url('/all.xml')}\nsitemap : {field.site.url('/news-map.xml')}\n",
    )
    field.site.serve("/news-map.xml", sitemap((field.site.url("/news/1"), TODAY)))
    found = await field.find()
    assert (found.address, found.kind, found.way) == (field.site.url("/news-map.xml"), SourceKind.SITEMAP, Way.SITEMAP)


async def test_a_sitemap_at_a_common_path_counts_only_with_recent_pages(field: Field) -> None:
    long_ago = TODAY - timedelta(days=700)
    field.site.serve("/", front_page())
    field.site.serve("/sitemap.xml", sitemap((field.site.url("/news/most-otkryli-71"), long_ago), news=False))
    assert (await field.find()).way is Way.HEADLINES
    field.site.serve("/sitemap.xml", sitemap((field.site.url("/news/most-otkryli-71"), TODAY), news=False))
    assert (await field.find()).way is Way.SITEMAP


async def test_a_page_with_headlines_is_a_source_by_itself(field: Field) -> None:
    field.site.serve("/", front_page())
    found = await field.find()
    assert (found.address, found.kind, found.way) == (field.site.url("/"), SourceKind.PAGE, Way.HEADLINES)
    assert [entry.title for entry in found.look.feed.entries] == [title for _, title in HEADLINES]


async def test_an_article_without_a_feed_leads_to_the_front_page(field: Field) -> None:
    field.site.serve("/", front_page())
    field.site.serve("/news/2026/11/22/most-cherez-vakhsh", page(body="<article><h1>Мост</h1><p>Текст.</p></article>"))
    assert (await field.find("/news/2026/11/22/most-cherez-vakhsh")).address == field.site.url("/")


async def test_an_operators_selector_makes_a_page_the_source(field: Field) -> None:
    body = "<ul class='lenta'><li><a href='/n/1'>Снег</a></li><li><a href='/n/2'>Матч</a></li></ul>"
    field.site.serve("/", page(head=announce(("/rss", "Все")), body=body))
    field.site.serve("/rss", rss("Мост открыли"))
    found = await field.find("/", SourceRules(links=".lenta a"))
    assert (found.kind, [entry.title for entry in found.look.feed.entries]) == (SourceKind.PAGE, ["Снег", "Матч"])


async def test_a_channels_page_is_known_by_its_make(field: Field) -> None:
    field.site.serve("/s/vesti_tj", CHANNEL)
    found = await field.find("/s/vesti_tj")
    assert (found.kind, found.way) == (SourceKind.TELEGRAM, Way.CHANNEL)


async def test_a_page_with_nothing_says_what_to_do(field: Field) -> None:
    field.site.serve("/", page(body="<p>Сайт закрыт на ремонт.</p>"))
    with pytest.raises(NotAFeed, match=r"give the address of .*feed.*links = "):
        await field.find()
    assert len(field.asked) < 40


async def test_failures_of_the_address_itself_are_told_as_they_are(field: Field) -> None:
    with pytest.raises(HttpError, match="404"):
        await field.find("/nowhere")
    with pytest.raises(BadAddress):
        await field.prospector.find("новости дня")
    with pytest.raises(Unreachable):
        await field.prospector.find("https://nowhere.invalid/rss")


async def test_a_site_that_stops_answering_is_not_asked_at_every_path(field: Field, workers: Workers) -> None:
    field.site.serve("/", page(body="<p>Вести</p>"))
    for path in ("/rss", "/feed", "/rss.xml"):
        field.site.drip(path, 0.05)
    settings = CollectSettings(allow_private=(field.site.host,), timeout=timedelta(seconds=0.5))
    async with Fetcher(settings) as impatient:
        with pytest.raises(NotAFeed):
            await Prospector(impatient, workers).find(field.site.url("/"))
    assert set(field.asked) <= {"/", "/rss", "/feed", "/rss.xml", "/robots.txt"}


async def test_an_index_is_followed_to_its_newest_sitemaps_those_of_news_first(field: Field) -> None:
    site = field.site
    days = [TODAY - timedelta(days=count) for count in range(6)]
    old = [(site.url(f"/map-{count}.xml"), days[count]) for count in range(1, 6)]
    site.serve("/index.xml", index(*old, (site.url("/news-map.xml"), None)), ETag='"1"')
    for count in range(1, 6):
        site.serve(f"/map-{count}.xml", sitemap((site.url(f"/news/story-number-10{count}"), days[count]), news=False))
    site.serve(
        "/news-map.xml", sitemap((site.url("/news/fresh"), TODAY), (site.url("/news/story-number-101"), days[1]))
    )
    look = await field.visitor.read(site.url("/index.xml"), SourceKind.SITEMAP)
    assert isinstance(look, Look)
    told = [entry.url for entry in look.feed.entries]
    assert told == [site.url("/news/fresh"), site.url("/news/story-number-101"), site.url("/news/story-number-102")]
    assert sum(path != "/robots.txt" for path in field.asked) == 1 + MOST_SITEMAPS
    # The index stays the same while its sitemaps change: its validators would hide them.
    assert (look.page.url, look.page.etag, look.feed.more) == (site.url("/index.xml"), None, ())


async def test_an_index_is_read_though_one_of_its_sitemaps_fails(field: Field) -> None:
    site = field.site
    site.serve("/index.xml", index((site.url("/gone.xml"), TODAY), (site.url("/here.xml"), TODAY - timedelta(days=1))))
    site.serve("/here.xml", sitemap((site.url("/news/fresh"), TODAY)))
    look = await field.visitor.read(site.url("/index.xml"), SourceKind.SITEMAP)
    assert isinstance(look, Look)
    assert [entry.url for entry in look.feed.entries] == [site.url("/news/fresh")]
    site.serve("/here.xml", status=500)
    with pytest.raises(HttpError):
        await field.visitor.read(site.url("/index.xml"), SourceKind.SITEMAP)


async def test_an_index_of_itself_ends(field: Field) -> None:
    site = field.site
    site.serve("/a.xml", index((site.url("/b.xml"), TODAY)))
    site.serve("/b.xml", index((site.url("/a.xml"), TODAY), (site.url("/b.xml"), TODAY)))
    look = await field.visitor.read(site.url("/a.xml"), SourceKind.SITEMAP)
    assert isinstance(look, Look)
    assert look.feed.entries == ()
    assert sum(path != "/robots.txt" for path in field.asked) <= 1 + MOST_SITEMAPS


async def test_an_unchanged_list_is_said_to_be_unchanged(field: Field) -> None:
    field.site.serve("/rss", status=304, ETag='"7"')
    look = await field.visitor.read(field.site.url("/rss"), SourceKind.FEED, etag='"7"')
    assert isinstance(look, NotModified)


async def test_a_preview_shows_the_newest(field: Field) -> None:
    old, new = (rss(title, age=age) for title, age in (("Старое", timedelta(days=3)), ("Новое", timedelta(hours=1))))
    joined = old.replace("</channel></rss>", new[new.index("<item>") :].replace("/news/0", "/news/1"))
    field.site.serve("/rss", joined)
    found = await field.find("/rss")
    assert [entry.title for entry in newest(found.look.feed, 1)] == ["Новое"]


async def test_a_dead_feed_is_replaced_by_another_feed_of_its_site(field: Field) -> None:
    field.site.serve("/", front_page(head=announce(("/dead.xml", "Старая лента"), ("/live.xml", "Лента"))))
    field.site.serve("/live.xml", rss("Мост открыли"))
    found = await field.stand_in("/dead.xml")
    assert found is not None
    assert (found.address, found.kind, found.way) == (field.site.url("/live.xml"), SourceKind.FEED, Way.ANNOUNCED)


async def test_a_dead_feed_is_replaced_by_a_sitemap_else_by_the_front_page(field: Field) -> None:
    field.site.serve("/", front_page(head=announce(("/dead.xml", "Лента"))))
    field.site.serve("/sitemap-news.xml", sitemap((field.site.url("/news/1"), TODAY)))
    found = await field.stand_in("/dead.xml")
    assert found is not None
    assert found.kind is SourceKind.SITEMAP
    again = await field.stand_in("/sitemap-news.xml", SourceKind.SITEMAP)
    assert again is not None
    assert (again.kind, again.address) == (SourceKind.PAGE, field.site.url("/"))


async def test_a_dead_address_never_stands_in_for_itself(field: Field) -> None:
    field.site.serve("/", front_page(head=announce(("/rss?utm_source=site", "Лента"), ("/other", "Другая"))))
    field.site.serve("/rss", rss("Мост открыли"))
    field.site.redirect("/other", "/rss")
    found = await field.stand_in("/rss")
    assert found is not None
    assert found.kind is SourceKind.PAGE
    assert await field.stand_in("/", SourceKind.PAGE) is not None
    field.site.answers.pop("/rss")
    assert await field.stand_in("/", SourceKind.PAGE) is None


async def test_nothing_stands_in_where_the_whole_site_is_gone(field: Field) -> None:
    assert await field.prospector.find_stand_in("https://nowhere.invalid/rss", SourceKind.FEED) is None
    field.site.serve("/", status=429)
    assert await field.stand_in("/rss") is None
    assert await field.prospector.find_stand_in("https://t.me/s/vesti_tj", SourceKind.TELEGRAM) is None


def serve_feed(site: FakeSite) -> None:
    site.serve("/", front_page(head=announce(("/lenta", "Лента"))))
    site.redirect("/lenta", "/lenta.xml", status=301)
    site.serve("/lenta.xml", rss("Мост открыли", "Снег закрыл перевал"))


def serve_sitemap(site: FakeSite) -> None:
    site.serve("/", front_page())
    site.serve("/robots.txt", f"User-agent: *\nSitemap: {site.url('/index.xml')}\n")
    site.serve("/index.xml", index((site.url("/news-map.xml"), TODAY)))
    site.serve("/news-map.xml", sitemap((site.url("/news/1"), TODAY), (site.url("/news/2"), TODAY)))


def serve_page(site: FakeSite) -> None:
    site.redirect("/", "/ru/")
    site.serve("/ru/", front_page())


@pytest.mark.parametrize(
    ("serve", "kind"),
    [(serve_feed, SourceKind.FEED), (serve_sitemap, SourceKind.SITEMAP), (serve_page, SourceKind.PAGE)],
)
async def test_what_stands_in_is_read_again_without_the_rules_of_the_source(
    field: Field, serve: Callable[[FakeSite], None], kind: SourceKind
) -> None:
    serve(field.site)
    rules = SourceRules(links=".lenta a", text=".text", remove="h3")
    found = await field.prospector.find_stand_in(field.site.url("/novosti"), SourceKind.PAGE, rules)
    assert found is not None
    assert found.kind is kind
    look = await field.visitor.read(found.address, found.kind, SourceRules(proxy=rules.proxy))
    assert isinstance(look, Look)
    assert len(look.feed.entries) >= 2
    assert [(one.identity, one.feed_hash) for one in look.feed.entries] == [
        (one.identity, one.feed_hash) for one in found.look.feed.entries
    ]


async def test_what_nobody_would_read_never_stands_in(field: Field) -> None:
    field.site.serve("/", page(head=announce(("/comments/feed", "Комментарии"), ("/empty", "Все"), ("/old", "Архив"))))
    field.site.serve("/comments/feed", rss("Согласен", name="Комментарии: Вести"))
    field.site.serve("/empty", rss())
    field.site.serve("/old", rss("Было давно", age=timedelta(days=900)))
    assert await field.stand_in("/rss") is None


@pytest.mark.parametrize("kind", [SourceKind.FEED, SourceKind.PAGE])
async def test_a_page_that_needs_a_selector_is_itself_again_when_it_is_back(field: Field, kind: SourceKind) -> None:
    """Of a source that was never read nobody knows yet that it is a page."""
    address, rules = field.site.url("/culture"), SourceRules(links=".lenta a")
    field.site.serve("/", front_page())
    with pytest.raises(HttpError, match="404"):
        await field.visitor.read(address, kind, rules)
    with pytest.raises(HttpError, match="404"):
        await field.prospector.find(address, rules)
    body = "<ul class='lenta'><li><a href='/n/1'>Снег</a></li><li><a href='/n/2'>Матч</a></li></ul>"
    field.site.serve("/culture", page(head=announce(("/rss", "Все")), body=body))
    look = await field.visitor.read(address, kind, rules)
    assert isinstance(look, Look)
    assert [entry.title for entry in look.feed.entries] == ["Снег", "Матч"]
    field.site.serve("/culture", rss("Мост открыли"))
    look = await field.visitor.read(address, kind, rules)
    assert isinstance(look, Look)
    assert [entry.title for entry in look.feed.entries] == ["Мост открыли"]


async def test_an_index_of_sitemaps_tells_when_its_news_were_changed(field: Field) -> None:
    site, story = field.site, field.site.url("/news/story-number-101")
    site.serve("/index.xml", index((site.url("/map.xml"), TODAY), (site.url("/news-map.xml"), TODAY)))
    site.serve("/news-map.xml", sitemap((story, TODAY - timedelta(days=1))))
    told: list[FeedEntry] = []
    for changed in (TODAY - timedelta(days=1), TODAY):
        site.serve("/map.xml", sitemap((story, changed), news=False))
        look = await field.visitor.read(site.url("/index.xml"), SourceKind.SITEMAP)
        assert isinstance(look, Look)
        told += look.feed.entries
    before, after = (Pointer.read(entry.feed_hash) for entry in told)
    assert [entry.title for entry in told] == ["Снег закрыл перевал"] * 2
    assert before is not None
    assert after is not None
    assert says_anew(after, before, TODAY - timedelta(days=1), TODAY)
