import codecs

import pytest

from bot.ingest.decode import decode_feed, decode_html

TEXT = "<rss><title>Ҳаво имрӯз: мороз</title></rss>"
RUSSIAN = "<rss><title>Мороз и солнце, снег и ветер</title></rss>"
CAPITALS = "<rss><title>ДОРОГУ НА ПЕРЕВАЛЕ ЗАКРЫЛИ ДО УТРА</title></rss>"
TITLES = "<rss><title>САММИТ ОДКБ: Главы МИД и МВД в Душанбе</title></rss>"


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        (TEXT.encode(), None, TEXT),
        (TEXT.encode(), "windows-1251", TEXT),
        (codecs.BOM_UTF8 + TEXT.encode(), "koi8-r", TEXT),
        (TEXT.encode("utf-16"), None, TEXT),
        (TEXT.encode("utf-16-be"), None, TEXT),
        (TEXT.encode("utf-32-le"), None, TEXT),
        (RUSSIAN.encode("cp1251"), None, RUSSIAN),
        (RUSSIAN.encode("cp1251"), "utf-8", RUSSIAN),
        (RUSSIAN.encode("cp1251"), "no-such-thing", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "koi8-r", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), None, RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "utf-8", RUSSIAN),
        (TITLES.encode("koi8-r"), None, TITLES),
        (RUSSIAN.encode() + b"\xed\xa0\x80" * 3, None, RUSSIAN + "\ufffd" * 9),
        (TITLES.encode("cp1251"), None, TITLES),
        (CAPITALS.encode("koi8-r"), None, CAPITALS),
        (CAPITALS.encode("cp1251"), None, CAPITALS),
        ("<rss>ОДКБ</rss>".encode("cp1251"), None, "<rss>ОДКБ</rss>"),
        ("<rss>日本</rss>".encode("iso2022_jp"), "iso-2022-jp", "<rss>日本</rss>"),
        (TEXT.encode() + b"\xd1", None, TEXT + "\ufffd"),
        (b"<rss>caf\xe9</rss>", "iso-8859-1", "<rss>café</rss>"),
        (b"<rss>\x93quoted\x94</rss>", "iso-8859-1", "<rss>“quoted”</rss>"),
        (RUSSIAN.encode("cp1251"), "unicode_escape", RUSSIAN),
        (b"", None, ""),
    ],
)
def test_bytes_become_the_text_that_was_meant(body: bytes, charset: str | None, text: str) -> None:
    assert decode_feed(body, charset) == text


@pytest.mark.parametrize("encoding", ["koi8-r", "windows-1251", "cp866", "iso-8859-5"])
def test_a_declared_encoding_counts(encoding: str) -> None:
    declared = f"<?xml version='1.0' encoding='{encoding}'?>{RUSSIAN}"
    assert decode_feed(declared.encode(encoding), None) == declared


def test_a_servers_default_does_not_overrule_the_document() -> None:
    declared = "<?xml version='1.0' encoding='koi8-r'?>" + RUSSIAN
    assert decode_feed(declared.encode("koi8-r"), "iso-8859-1") == declared


@pytest.mark.parametrize(
    "meta", ['<meta charset="koi8-r">', '<META http-equiv="Content-Type" content="text/html; charset=KOI8-R">']
)
def test_a_page_declares_itself_in_a_meta_element(meta: str) -> None:
    html = f"<html><head>{'<!-- x -->' * 300}{meta}</head><body>{RUSSIAN}</body></html>"
    assert decode_html(html.encode("koi8-r"), None) == html
