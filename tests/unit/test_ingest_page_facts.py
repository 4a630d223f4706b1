"""Dates, authors, sections, pictures and addresses of pages, wherever a page writes them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.ingest.draft import draft_from_page
from bot.ingest.extract import extract_article
from bot.ingest.pointing import Pointer
from bot.ingest.stages import ExtractedPage, FeedEntry

URL = "https://paper.example/news/most"
TEXT = "".join(
    f"<p>Мост через реку закрыли на ремонт, объезд номер {at} идёт через соседний посёлок, сообщили в управлении.</p>"
    for at in range(4)
)
DUSHANBE = ZoneInfo("Asia/Dushanbe")


def extract(head: str = "", above: str = "", below: str = "", url: str = URL) -> ExtractedPage:
    html = (
        f"<html lang='ru'><head><title>Мост закрыли</title>{head}</head><body><div class='top'><a href='/'>Газета</a>"
        f"<span class='date'>Сегодня 1 января 2020</span></div><article><h1>Мост закрыли</h1>{above}{TEXT}{below}"
        f"</article></body></html>"
    )
    return extract_article(html.encode(), url, None, zone=DUSHANBE)


def linked(data: str) -> str:
    return f"<script type='application/ld+json'>{data}</script>"


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "above", "moment"),
    [
        ("<meta property='article:published_time' content='2026-10-18T12:00:00+03:00'>", "", utc(2026, 10, 18, 9)),
        (
            linked('{"@type":"NewsArticle","datePublished":"2026-10-18T12:00:00Z",}'),
            "",
            utc(2026, 10, 18, 12),
        ),
        ("", "<time datetime='2026-10-18T09:15+05:00'>утром</time>", utc(2026, 10, 18, 4, 15)),
        ("", "<span itemprop='datePublished' content='2026-10-18T10:00'></span>", utc(2026, 10, 18, 5)),
        ("", "<div class='news-date'>18 октября 2026, 14:30</div>", utc(2026, 10, 18, 9, 30)),
        ("", "<div>14:30 / 18.10.2026</div>", utc(2026, 10, 18, 9, 30)),
        ("", "<p class='when'>18 октябри соли 2026, соати 14:30</p>", utc(2026, 10, 18, 9, 30)),
        ("", "<div class='info'>Опубликовано: 18.10.2026 14:30 | Просмотров: 31</div>", utc(2026, 10, 18, 9, 30)),
        ("<meta name='date' content='2026-10-18'>", "<i>18.10.2026 14:30</i>", utc(2026, 10, 18, 9, 30)),
    ],
)
def test_when_it_was_published(head: str, above: str, moment: datetime) -> None:
    assert extract(head, above).published_at == moment


def test_the_address_gives_the_day_where_nothing_else_does() -> None:
    html = f"<html><body><article><h1>Мост закрыли</h1>{TEXT}</article></body></html>".encode()
    article = extract_article(html, "https://paper.example/2026/10/18/most/", None, zone=DUSHANBE)
    assert article.published_at == utc(2026, 10, 17, 19)


def test_a_change_is_later_than_the_publication() -> None:
    stamp = "<div class='d'>18 октября 2026, 14:30</div><div class='updated'>Обновлено: 18 октября 2026, 16:00</div>"
    article = extract(above=stamp)
    assert (article.published_at, article.modified_at) == (utc(2026, 10, 18, 9, 30), utc(2026, 10, 18, 11))
    machine = (
        "<meta property='article:published_time' content='2026-10-18T12:00Z'>"
        "<meta property='article:modified_time' content='2026-10-17T12:00Z'>"
    )
    assert extract(machine).modified_at is None


@pytest.mark.parametrize(
    ("head", "above", "author"),
    [
        ("<meta name='author' content='Отдел новостей'>", "", "Отдел новостей"),
        ("<meta name='author' content='admin'>", "<span class='byline'>Автор: Отдел новостей</span>", "Отдел новостей"),
        ("", "<a rel='author' href='/people/7'>Отдел новостей</a>", "Отдел новостей"),
        ("", "<div class='article-author'>Текст: Редакция «Моста»</div>", "Редакция «Моста»"),
        ("", "<p>Муаллиф: Бахши хабар</p>", "Бахши хабар"),
        ("", "<div itemprop='author'><span itemprop='name'>Отдел новостей</span></div>", "Отдел новостей"),
        ("", "<div class='author-box'><p>Пишем о мостах и дорогах с 1999 года, нам верят.</p></div>", None),
    ],
)
def test_who_wrote_it(head: str, above: str, author: str | None) -> None:
    assert extract(head, above).author == author


@pytest.mark.parametrize(
    ("head", "above", "section"),
    [
        ("<meta property='article:section' content='Дороги'>", "", "Дороги"),
        (
            linked('{"@type":"BreadcrumbList","itemListElement":[{"name":"Главная"},{"name":"Дороги"}]}'),
            "",
            "Дороги",
        ),
        ("", "<div class='breadcrumbs'><a href='/'>Главная</a> / <a href='/d'>Дороги</a></div>", "Дороги"),
        ("", "", None),
    ],
)
def test_the_section_is_the_last_step_before_the_article(head: str, above: str, section: str | None) -> None:
    assert extract(head, above).section == section


@pytest.mark.parametrize(
    ("address", "picture"),
    [
        ("/i/most.jpg", "https://paper.example/i/most.jpg"),
        ("/i/logo.png", "https://paper.example/i/real.jpg"),
        ("/img/no-photo.jpg", "https://paper.example/i/real.jpg"),
        ("/i/share-default.png", "https://paper.example/i/real.jpg"),
        ("/i/default-judgement.jpg", "https://paper.example/i/default-judgement.jpg"),
    ],
)
def test_a_logo_is_no_picture_of_a_story(address: str, picture: str) -> None:
    head = f"<meta property='og:image' content='{address}'>"
    assert extract(head, "<figure><img src='/i/real.jpg'></figure>").image == picture


@pytest.mark.parametrize(
    ("said", "canonical"),
    [
        ("/news/most", "https://paper.example/news/most"),
        ("https://www.paper.example/news/most", "https://www.paper.example/news/most"),
        ("https://paper.example/", None),
        ("https://agency.example/most", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_page_speaks_for_its_own_site_alone(said: str, canonical: str | None) -> None:
    assert extract(f"<link rel='canonical' href='{said}'>").canonical_url == canonical


@pytest.mark.parametrize(
    ("told", "said", "found_at", "url"),
    [
        (
            "https://m.paper.example/news/most",
            "https://paper.example/news/most",
            None,
            "https://paper.example/news/most",
        ),
        ("https://paper.example/news/most/amp", "https://paper.example/news/most", None, URL),
        ("https://paper.example/go?id=9", URL, URL, URL),
        ("https://paper.example/news/most", "https://paper.example/news/other", None, URL),
        ("https://paper.example/news/most", "http://paper.example/news/most", None, URL),
    ],
)
def test_the_address_of_a_variant_is_that_of_the_page(told: str, said: str, found_at: str | None, url: str) -> None:
    now = utc(2026, 11, 1)
    entry = FeedEntry(told, None, told, "Мост закрыли", "", (), now, None, None, None, (), "h")
    page = ExtractedPage("Мост закрыли", "Закрыли.", (), None, None, None, "ru", said, (), section="Дороги")
    draft = draft_from_page(entry, page, now, found_at)
    assert (draft.url, draft.section) == (url, "Дороги")


@pytest.mark.parametrize(
    ("said", "title", "headline", "own"),
    [
        ("h", "Мост закрыт", "Мост закрыт", "Мост закрыт"),  # a feed's
        ("h", "", "Мост закрыли", "Мост закрыли"),
        (str(Pointer.of(URL)), "Почему все говорят о мосте", "Мост закрыли", "Мост закрыли"),
        (str(Pointer.of(URL, "Мост", utc(2026, 11, 1))), "Мост…", "Мост закрыли", "Мост закрыли"),
        (str(Pointer.of(URL)), "Мост закрыт", "", "Мост закрыт"),
    ],
)
def test_a_headline_of_a_list_is_no_title_of_an_article(said: str, title: str, headline: str, own: str) -> None:
    entry = FeedEntry(URL, None, URL, title, "", (), None, None, None, None, (), said)
    page = ExtractedPage(headline, "Закрыли.", (), None, None, None, "ru", None, ())
    assert draft_from_page(entry, page, utc(2026, 11, 2)).title == own
