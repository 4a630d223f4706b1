"""OPML is read as other programs write it, and written as the standard says."""

from pathlib import Path

import pytest

from bot.commands.opml import OpmlError, Refused, Subscription, read_opml, write_opml


def test_folders_within_folders_are_read_in_order() -> None:
    body = """<?xml version="1.0"?><opml version="1.0"><head><title>x</title></head><body>
      <outline text="Мир"><outline text="Азия">
        <outline type="rss" text="Перевал" title="Перевал: новости"
                 xmlUrl="https://pereval.example/rss" category="/news/ru"/>
      </outline></outline>
      <outline text="Долина" xmlurl=" https://dolina.example/feed " language="tg-TJ"/>
      <outline XMLURL="feed://www.third.example/rss"/>
      <outline text="again" xmlUrl="https://pereval.example/rss"/>
      <outline text="a note"/>
      <outline type="link" text="no feed" url="https://page.example/"/>
      <outline text="no address" xmlUrl="javascript:alert(1)"/>
    </body></opml>"""
    outlines = read_opml(body.encode())
    assert outlines.subscriptions == (
        Subscription("https://pereval.example/rss", "Перевал: новости", "ru", "Мир/Азия"),
        Subscription("https://dolina.example/feed", "Долина", "tg"),
        Subscription("http://www.third.example/rss", "third.example", None),
    )
    assert outlines.refused == (Refused("no address", "javascript:alert(1) is no http or https address"),)


def test_a_category_is_a_folder_where_there_is_none() -> None:
    body = """<opml><body>
      <outline text="A" type="rss" xmlUrl="https://a.example/" category="/Новости/Душанбе,/Прочее"/>
      <outline text="B" type="rss" xmlUrl="https://b.example/" category="/tg"/>
      <outline text="C" type="rss"/>
    </body></opml>"""
    outlines = read_opml(body.encode())
    assert outlines.subscriptions == (
        Subscription("https://a.example/", "A", None, "Новости/Душанбе"),
        Subscription("https://b.example/", "B", "tg"),
    )
    assert outlines.refused == (Refused("C", "it names no address"),)


def test_what_means_a_source_and_names_no_feed_is_told() -> None:
    body = """<opml><body>
      <outline text="Вестник" htmlUrl="https://vestnik.example/"/>
      <outline text="Хабар" type="rss" xmlUrl="" htmlUrl="https://khabar.example/"/>
      <outline text="Пусто" type="rss" xmlUrl=""/>
      <outline text="Долина" xmlUrl="dolina.example/rss.xml"/>
      <outline text="Порт" xmlUrl="port.example:8080/rss"/>
      <outline text="Лист" xmlUrl="news/feed"/>
    </body></opml>"""
    outlines = read_opml(body.encode())
    assert [one.url for one in outlines.subscriptions] == [
        "https://dolina.example/rss.xml",
        "https://port.example:8080/rss",
    ]
    assert outlines.refused == (
        Refused("Вестник", "it names no feed (xmlUrl), only the page https://vestnik.example/"),
        Refused("Хабар", "it names no feed (xmlUrl), only the page https://khabar.example/"),
        Refused("Пусто", "it names no address"),
        Refused("Лист", "news/feed is no http or https address"),
    )


def test_broken_files_give_what_can_be_read() -> None:
    cut_off = (
        b'<opml><body><outline text="A & B" xmlUrl="https://a.example/?x=1&y=2"/><outline text="C" xmlUrl="https://c'
    )
    assert read_opml(cut_off).subscriptions[0] == Subscription("https://a.example/?x=1&y=2", "A & B", None)
    quoted = b"""<opml><body><outline text="F <new>"><outline text="A "B" C" xmlUrl="https://a.example/"/></outline>
        <outline title='D' text="5 < 6 & 7" xmlUrl="https://b.example/"/>"""
    assert read_opml(quoted).subscriptions == (
        Subscription("https://a.example/", 'A "B" C', None, "F <new>"),
        Subscription("https://b.example/", "D"),
    )
    cyrillic = (
        '<?xml version="1.0" encoding="windows-1251"?><opml><body><outline text="Хабар" xmlUrl="http://a.example"/>'
    )
    assert read_opml(cyrillic.encode("windows-1251")).subscriptions[0].name == "Хабар"


@pytest.mark.parametrize("body", [b"", b"  ", b"hello", b"\x00\x01", b"<html><body>no</body></html>"])
def test_what_is_no_opml_is_refused(body: bytes) -> None:
    with pytest.raises(OpmlError):
        read_opml(body)


@pytest.mark.parametrize(
    "body", [b'<?xml version="1.0"?><opml><head><title>x</hea', b"<opml><body><outl", b'<opml><body><outline text="A']
)
def test_a_broken_file_that_gives_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(OpmlError, match="its XML is broken, and no feed can be read from it"):
        read_opml(body)


def test_a_list_without_a_source_is_no_fault() -> None:
    assert read_opml(b'<opml version="2.0"><head/><body></body></opml>').subscriptions == ()


def test_entities_read_no_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("sesame")
    body = (
        f'<!DOCTYPE opml [<!ENTITY x SYSTEM "file://{secret}">]>'
        '<opml><body><outline text="a &x;" xmlUrl="https://a.example"/></body></opml>'
    )
    assert all("sesame" not in one.name for one in read_opml(body.encode()).subscriptions)


def test_what_is_written_is_read_back() -> None:
    sources = (
        Subscription("https://a.example/rss?x=1&y=<2>", 'Тоҷикистон "имрӯз" & co', "tg", "Осиё/Тоҷикистон"),
        Subscription("https://b.example", "B", None, "tg"),
        Subscription("https://c.example", "C", None, "Осиё"),
        Subscription("https://d.example", "D", "ru"),
    )
    written = write_opml(sources, "Khabar")
    assert written.startswith(b"<?xml")
    assert set(read_opml(written).subscriptions) == set(sources)
    assert write_opml(read_opml(written).subscriptions, "Khabar") == written
