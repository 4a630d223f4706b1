import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from bot.ingest.candidates import is_channel, readable
from bot.ingest.draft import draft_from_feed
from bot.ingest.errors import NotAFeed, ParseError
from bot.ingest.lists import parse_list
from bot.ingest.stages import FeedEntry, FeedKind, FetchedPage, ParsedFeed
from storage.records import BlockKind, SourceKind

URL = "https://t.me/s/vesti_tj"
STAMP = "2026-11-22T10:30:00+05:00"


def parse(body: str, url: str = URL, kind: SourceKind = SourceKind.TELEGRAM) -> ParsedFeed:
    return parse_list(FetchedPage(url, url, 200, "text/html", "utf-8", body.encode()), kind, "", "Asia/Dushanbe")


def message(number: int, text: str | None, *, before: str = "", classes: str = "") -> str:
    words = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>' if text is not None else ""
    return f"""<div class="tgme_widget_message_wrap js-widget_message_wrap">
<div class="tgme_widget_message {classes} js-widget_message" data-post="vesti_tj/{number}">
<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author"><span>Вести</span></div>
{before}{words}<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">1.2K</span>
<span class="tgme_widget_message_meta"><a class="tgme_widget_message_date" href="https://t.me/vesti_tj/{number}">
<time datetime="{STAMP}" class="time">10:30</time></a></span></div></div></div></div>"""


def channel(*messages: str) -> str:
    return f"""<!DOCTYPE html><html><head><title>Вести – Telegram</title></head><body>
<div class="tgme_channel_info_header_title"><span dir="auto">Вести Таджикистана</span></div>
<section class="tgme_channel_history js-message_history">{"".join(messages)}</section></body></html>"""


def only(text: str, **more: str) -> FeedEntry:
    (entry,) = parse(channel(message(7, text, **more))).entries
    return entry


def test_a_channel_is_read_the_newest_message_first() -> None:
    feed = parse(channel(message(7, "Мост через Вахш открыли."), message(8, "Снег закрыл Анзобский перевал.")))
    assert (feed.title, feed.kind) == ("Вести Таджикистана", FeedKind.TELEGRAM)
    assert [(entry.identity, entry.url, entry.title) for entry in feed.entries] == [
        ("https://t.me/vesti_tj/8", "https://t.me/vesti_tj/8", "Снег закрыл Анзобский перевал"),
        ("https://t.me/vesti_tj/7", "https://t.me/vesti_tj/7", "Мост через Вахш открыли"),
    ]
    assert feed.entries[0].published_at == datetime(2026, 11, 22, 5, 30, tzinfo=UTC)


def test_a_messages_own_text_is_the_article_and_its_link_leads_to_the_message() -> None:
    entry = only(
        "<b>⚡️ Мост через Вахш открыли</b><br/><br/>Движение началось в <i>воскресенье</i>.<br/>Проезд бесплатный."
    )
    assert (entry.title, entry.lead) == ("Мост через Вахш открыли", "Движение началось в воскресенье.")
    assert [block.text for block in entry.body] == ["Проезд бесплатный."]
    assert not entry.has_page
    draft = draft_from_feed(entry, "ru", datetime(2026, 11, 23, tzinfo=UTC))
    assert (draft.url, draft.title) == ("https://t.me/vesti_tj/7", "Мост через Вахш открыли")


def test_the_first_sentence_is_the_title_of_a_message_without_one() -> None:
    text = (
        "Срочно! Мост через Вахш открыли в 10 ч. утра после ремонта. Движение началось сразу, сообщили в министерстве."
    )
    entry = only(text)
    assert entry.title == "Срочно! Мост через Вахш открыли в 10 ч. утра после ремонта"
    assert entry.lead == text
    assert len(only("слово " * 300).title) <= 201


def test_quotes_links_lists_and_tags_are_kept() -> None:
    entry = only(
        'Новости дня коротко и ясно<br/><blockquote>«Ждали долго»</blockquote>Подробнее — <a href="https://vesti.example/7">'
        "на сайте</a> министерства<br/>#мост #новости_дня"
    )
    assert entry.title == "Новости дня коротко и ясно"
    assert [(block.kind, block.text) for block in entry.body[:2]] == [
        (BlockKind.QUOTE, "«Ждали долго»"),
        (BlockKind.PARAGRAPH, "Подробнее — на сайте министерства"),
    ]
    assert [link.url for link in entry.body[1].links] == ["https://vesti.example/7"]
    assert entry.tags == ("мост", "новости дня")


def test_pictures_are_found_where_telegram_puts_them() -> None:
    photo = """<a class="tgme_widget_message_photo_wrap" style="width:800px;background-image:url('https://cdn.example/p.jpg')"
     href="https://t.me/vesti_tj/7"><div></div></a>"""
    video = (
        '<i class="tgme_widget_message_video_thumb" style="background-image:url(\'https://cdn.example/v.jpg\')"></i>'
    )
    assert only("Мост через Вахш открыли.", before=photo).image == "https://cdn.example/p.jpg"
    assert only("Мост через Вахш открыли.", before=video).image == "https://cdn.example/v.jpg"


def test_a_forwarded_message_names_whose_it_is_and_an_answer_tells_only_its_own() -> None:
    forwarded = """<div class="tgme_widget_message_forwarded_from">Forwarded from&nbsp;
    <a class="tgme_widget_message_forwarded_from_name" href="https://t.me/mchs_tj/3"><span>МЧС</span></a></div>"""
    assert only("Перевал закрыт до утра.", before=forwarded).author == "МЧС"
    answered = """<a class="tgme_widget_message_reply" href="https://t.me/vesti_tj/5">
    <div class="tgme_widget_message_text js-message_reply_text">Старое сообщение</div></a>"""
    assert only("Перевал открыт.", before=answered).title == "Перевал открыт"


def test_service_messages_and_those_without_words_are_left_out() -> None:
    body = channel(
        message(1, "Channel created", classes="service_message"),
        message(2, None, before="<i class='tgme_widget_message_video_thumb'></i>"),
        message(3, "🔥🔥🔥"),
        message(4, "Мост через Вахш открыли."),
        message(4, "Мост через Вахш открыли."),
    )
    assert [entry.url for entry in parse(body).entries] == ["https://t.me/vesti_tj/4"]


def test_a_channel_is_known_by_its_make_on_any_host() -> None:
    feed = parse(channel(message(4, "Мост открыли.")), "http://127.0.0.1:8080/s/vesti_tj", SourceKind.FEED)
    assert (feed.kind, feed.entries[0].url) == (FeedKind.TELEGRAM, "https://t.me/vesti_tj/4")


def test_a_channel_that_shows_nothing_is_told() -> None:
    for kind in (SourceKind.TELEGRAM, SourceKind.FEED):
        with pytest.raises(NotAFeed, match="no preview"):
            parse("<html><body><div class='tgme_page'>Вести</div></body></html>", kind=kind)
    assert parse(channel()).entries == ()


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("@vesti_tj", "https://t.me/s/vesti_tj"),
        ("t.me/vesti_tj", "https://t.me/s/vesti_tj"),
        ("https://t.me/vesti_tj", "https://t.me/s/vesti_tj"),
        ("https://t.me/s/vesti_tj?before=5", "https://t.me/s/vesti_tj"),
        ("https://telegram.me/vesti_tj/412", "https://t.me/s/vesti_tj"),
        ("https://t.me/joinchat/AAAA", "https://t.me/joinchat/AAAA"),
        ("vesti.example/rss", "https://vesti.example/rss"),
        ("http://vesti.example", "http://vesti.example"),
        ("ftp://vesti.example/", "ftp://vesti.example/"),
        ("новости", "новости"),
    ],
)
def test_an_address_is_understood_as_people_write_it(written: str, address: str) -> None:
    assert readable(written) == address
    assert is_channel(address) == ("/s/" in address)


@pytest.mark.parametrize(
    "body",
    [
        channel(*(message(at, "Мост через Вахш открыли.") for at in range(3_000))),
        channel(message(1, "<b>" * 10_000 + "Мост")),
        channel(message(1, "<br/>" * 200_000)),
        channel(message(1, "а. " * 500_000)),
        channel(
            message(
                1, "Мост", before="<i class='link_preview_image' style='" + "background-image:url( " * 50_000 + "'>"
            )
        ),
        channel("<div class='tgme_widget_message' data-post='a/1'>" * 5_000),
        channel(message(1, "#" * 1_000_000)),
    ],
    ids=["many", "deep", "breaks", "sentences", "style", "nested", "hashes"],
)
def test_hostile_channels_cost_little(body: str) -> None:
    start = time.process_time()
    with suppress(ParseError):
        assert len(parse(body).entries) <= 200
    assert time.process_time() - start < 3  # seconds


def test_a_message_that_was_edited_is_the_same_and_says_something_else() -> None:
    """As long as it stands on the channel's page; how often it was read and liked is no part of what it says."""
    told = only("Мост через Вахш открыли.<br/>Движение началось в воскресенье.")
    edited = only("Мост через Вахш открыли.<br/>Движение началось в субботу.")
    liked = only(
        "Мост через Вахш открыли.<br/>Движение началось в воскресенье.",
        before='<div class="tgme_widget_message_reactions">34</div>',
    )
    assert edited.identity == told.identity
    assert edited.feed_hash != told.feed_hash
    assert liked.feed_hash == told.feed_hash
