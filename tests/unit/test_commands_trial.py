"""`sources test` tells an article from a page of headlines, and shows what would be stored."""

import json
from collections.abc import AsyncIterator

import pytest

from bot.commands.trial import try_source
from bot.ingest.errors import NoArticle, NotAFeed
from config.settings import Settings
from tests.unit.fake_site import FakeSite

FEED = '<link rel="alternate" type="application/rss+xml" title="Новости" href="/rss">'
HEADLINE = '<a href="/news/{n}">В районе {n} открыли новую школу на триста мест и отремонтировали дорогу</a>'
SUMMARY = "<p>Работы длились полгода, и на открытие пришли жители всех окрестных сёл района {n}.</p>"
PARAGRAPH = (
    '<p>Новый мост соединил два берега, движение по нему начнётся в декабре. <a href="/tag/{n}">Рабочие</a> закончили'
    " отделку {n} октября, теперь очередь за дорогой.</p>"
)
ALSO = '<p><a href="/news/{n}">Читайте также: как строили школу номер {n} в верховьях реки</a></p>'


def page(body: str, head: str = FEED) -> str:
    return f'<html lang="ru"><head><title>Перевал</title>{head}</head><body><main>{body}</main></body></html>'


def headlines(item: str) -> str:
    return f"<h1>Новости</h1><ul>{''.join(f'<li>{item.format(n=n)}</li>' for n in range(20))}</ul>"


def article(*, also: int = 0) -> str:
    told = "".join(PARAGRAPH.format(n=n) for n in range(6)) + "".join(ALSO.format(n=n) for n in range(also))
    return f"<article><h1>Мост открыт</h1>{told}</article>"


@pytest.fixture
async def site() -> AsyncIterator[FakeSite]:
    async with FakeSite() as site:
        yield site


async def answer(site: FakeSite, path: str, body: str) -> int:
    url = site.serve(path, body, Content_Type="text/html; charset=utf-8")
    settings = Settings.model_validate({"collect": {"allow_private": [site.host]}})
    return await try_source(settings, url, as_json=True)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", headlines(HEADLINE)),
        ("/", article()),  # no article stands at the root of a site
        ("/news", headlines(HEADLINE)),
        ("/news", headlines(HEADLINE + SUMMARY)),
    ],
)
async def test_a_page_of_headlines_stands_for_the_feed_that_it_announces(
    site: FakeSite, path: str, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    item = "<item><title>Паром встал на ремонт</title><guid>7</guid><description>До весны.</description></item>"
    site.serve("/rss", f"<rss version='2.0'><channel><title>Перевал</title>{item}</channel></rss>")
    assert await answer(site, path, page(body)) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["title"] == "Паром встал на ремонт"
    assert said.err == f"Read as rss from {site.url('/rss')}\n"


async def test_headlines_are_the_stories_where_there_is_no_feed(
    site: FakeSite, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(20):
        site.serve(f"/news/{number}", page(article(), head=""), Content_Type="text/html; charset=utf-8")
    assert await answer(site, "/news", page(headlines(HEADLINE), head="")) == 0
    said = capsys.readouterr()
    stories = [json.loads(line) for line in said.out.splitlines()]
    assert {story["url"] for story in stories} == {site.url(f"/news/{number}") for number in range(20)}
    assert all("соединил два берега" in story["text"] for story in stories)
    assert said.err == f"Read as page from {site.url('/news')}\n"


async def test_a_page_with_nothing_to_read_says_what_to_do(site: FakeSite, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotAFeed, match="give the address of the site's feed or of a page with headlines"):
        await answer(site, "/news", page("<p>Сайт обновляется.</p>", head=""))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("also", [0, 3])
async def test_an_article_is_shown_and_the_feeds_it_announces_are_noted(
    site: FakeSite, also: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await answer(site, "/news/1", page(article(also=also))) == 0
    said = capsys.readouterr()
    assert "соединил два берега" in json.loads(said.out)["text"]
    assert said.err == f"The page announces feeds: {site.url('/rss')}\n"


async def test_an_article_without_feeds_is_shown_alone(site: FakeSite, capsys: pytest.CaptureFixture[str]) -> None:
    assert await answer(site, "/", page(article(), head="")) == 0
    said = capsys.readouterr()
    assert "соединил два берега" in json.loads(said.out)["text"]
    assert said.err == ""


async def test_an_article_that_is_refused_says_why(site: FakeSite) -> None:
    site.serve("/", page(headlines(HEADLINE), ""), Content_Type="text/html; charset=utf-8")
    wall = "<h1>Мост открыт</h1><p>Чтобы читать дальше, войдите или оформите подписку.</p>"
    with pytest.raises(NoArticle):
        await answer(site, "/news/2026/11/20/most-cherez-vakhsh-otkryli-481516.html", page(wall, ""))


async def test_a_bare_host_is_tried_without_https(site: FakeSite, capsys: pytest.CaptureFixture[str]) -> None:
    site.serve("/news", page(article(), ""), Content_Type="text/html; charset=utf-8")
    settings = Settings.model_validate({"collect": {"allow_private": [site.host]}})
    assert await try_source(settings, f"{site.host}/news", as_json=False) == 0
    said = capsys.readouterr()
    assert "Мост открыт" in said.out
    assert said.err.endswith("1 story; nothing was stored.\n")


@pytest.mark.parametrize(("selector", "is_told"), [("div.gone", True), ("article", False)])
async def test_a_selector_that_finds_nothing_is_told(
    site: FakeSite, capsys: pytest.CaptureFixture[str], selector: str, is_told: bool
) -> None:
    story = site.serve("/news/1", page(article(), ""), Content_Type="text/html; charset=utf-8")
    item = f"<item><title>Мост открыт</title><link>{story}</link></item>"
    feed = site.serve("/rss", f"<rss version='2.0'><channel>{item}</channel></rss>", Content_Type="application/rss+xml")
    named = {"url": feed, "text": selector}
    settings = Settings.model_validate({"collect": {"allow_private": [site.host]}, "source": [named]})
    assert await try_source(settings, feed, as_json=True) == 0
    assert (f"text = '{selector}' matches nothing on {story}" in capsys.readouterr().err) is is_told
