"""Bodies that are hostile to whoever reads them: entities, depth, patterns, numbers, letters, other files."""

import json
import zlib
from collections.abc import Callable

from tests.acceptance.hostile.answers import MEGA, NO_FEED
from tests.acceptance.hostile.site import Ask, Case, document, feed, item

ENTITIES = "declares entities|no feed"
TOO_HARD = "took longer than|the worker process died|the text broke a library"


def _with(name: str, body: bytes | Callable[[Ask], bytes], says: str = "", kind: str = "application/rss+xml") -> Case:
    return Case(name, document(body, kind), says=says)


def _told(ask: Ask, text: str) -> bytes:
    return text.replace("{canary}", ask.canary.host).replace("{file}", str(ask.canary.file)).encode()


def _dtd(name: str, inside: str, use: str = "&a;", says: str = ENTITIES) -> Case:
    before = f'<?xml version="1.0"?><!DOCTYPE rss [{inside}]>'

    def body(ask: Ask) -> bytes:
        return _told(ask, feed(item(title=f"Новость {use}"), before=before).decode())

    return _with(f"XML: {name}", body, says)


_LAUGHS = '<!ENTITY a0 "ха">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))

XML = [
    _dtd("a billion laughs", _LAUGHS, "&a9;"),
    _dtd("quadratic blow-up", f'<!ENTITY a "{"ха" * 50_000}">', "&a;" * 5000),
    _dtd("a file of the machine", '<!ENTITY a SYSTEM "file://{file}">'),
    _dtd("a server of the house", '<!ENTITY a SYSTEM "http://{canary}/">'),
    _dtd("a server by parameter", '<!ENTITY % p SYSTEM "http://{canary}/x.dtd"> %p;'),
    _dtd("entities in other letters", '<!entity a SYSTEM "file://{file}">', says=f"{ENTITIES}|^$"),
    _dtd("an entity of itself", '<!ENTITY a "&b;"><!ENTITY b "&a;">'),
    _with(
        "XML: a DTD from elsewhere",
        lambda ask: feed(before=f'<!DOCTYPE rss SYSTEM "http://{ask.canary.host}/rss.dtd">'),
    ),
    _with(
        "XML: a DTD in UTF-16",
        lambda ask: (
            _told(
                ask,
                '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE rss [<!ENTITY a SYSTEM "file://{file}">]>'
                + feed(item(title="&a;")).decode(),
            )
            .decode()
            .encode("utf-16")
        ),
        ENTITIES,
    ),
    _with("XML: a DTD behind the root", feed(item(title="<!DOCTYPE x [<!ENTITY a 'b'>]>&a;")), f"{ENTITIES}|^$"),
    _with(
        "XML: a style from elsewhere",
        lambda ask: feed(before=f'<?xml-stylesheet href="http://{ask.canary.host}/"?>'),
    ),
    _with(
        "XML: included files",
        lambda ask: feed(
            item(text=f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{ask.canary.file}" parse="text"/>')
        ),
    ),
    _with(
        "XML: a base inside",
        lambda ask: feed(item()).replace(b"<rss ", f'<rss xml:base="http://{ask.canary.host}/" '.encode()),
    ),
    _with("XML: deep", b"<rss><channel>" + b"<x>" * 300_000, f"{NO_FEED}|{TOO_HARD}|^$"),
    _with("XML: deep inside an entry", feed(item(text="<b>" * 100_000)), f"{TOO_HARD}|^$"),
    _with("XML: names without end", feed(item(text="<" + "x" * MEGA + ">")), f"{TOO_HARD}|^$"),
    _with(
        "XML: a million attributes",
        feed(item(text="<x " + "".join(f'a{n}="" ' for n in range(200_000)) + "/>")),
        f"{TOO_HARD}|^$",
    ),
    _with(
        "XML: a million namespaces",
        feed(item(text="".join(f'<n{n}:x xmlns:n{n}="u:{n}"/>' for n in range(30_000)))),
        f"{TOO_HARD}|^$",
    ),
    _with("XML: sections without end", feed(item(text="<![CDATA[" * 100_000)), f"{NO_FEED}|{TOO_HARD}|^$"),
    _with("XML: comments without end", feed(item(text="<!--" * 200_000)), f"{NO_FEED}|{TOO_HARD}|^$"),
    _with("XML: instructions without end", feed(item(text="<?x " * 200_000)), f"{NO_FEED}|{TOO_HARD}|^$"),
]

PATTERNS = [
    _with(
        "pattern: an author of 200 KB",
        feed(item(), "<item xml:base='/'><author>" + "a" * 200_000 + "</author></item>"),
        TOO_HARD,
    ),
    _with(
        "pattern: authors with blanks",
        feed(item(text="x</description><author>" + "a " * 100_000 + "</author><description>")),
        f"{TOO_HARD}|^$",
    ),
    _with("pattern: a title of a megabyte", feed(item(title="новость " * 80_000))),
    _with("pattern: a title of markup", feed(item(title="<b " * 100_000)), f"{TOO_HARD}|{NO_FEED}|^$"),
    _with("pattern: titles that never close", feed("<item>" + "<title><b>" * 50_000), f"{TOO_HARD}|{NO_FEED}|^$"),
    _with("pattern: angle brackets", feed(item(text="<" * 500_000)), f"{TOO_HARD}|{NO_FEED}|^$"),
    _with("pattern: ampersands", feed(item(text="&" * 500_000)), f"{TOO_HARD}|^$"),
    _with("pattern: entities that end nowhere", feed(item(text="&amp" * 200_000)), f"{TOO_HARD}|^$"),
    _with("pattern: entities in entities", feed(item(text="&amp;" + "amp;" * 200_000))),
    _with("pattern: dates without end", feed(item().replace("Mon, 23 Nov", "Mon, " + "23 Nov " * 50_000))),
    _with("pattern: dates of digits", feed(item().replace("2026", "2" * 100_000)), f"{TOO_HARD}|^$"),
    _with("pattern: blanks", feed(item(title="а" + " " * 500_000 + "б"))),
    _with("pattern: quotes", feed(item(text="&lt;a href='" + '"' * 300_000))),
    _with("pattern: a link of a megabyte", feed(item(link="http://news.example/" + "a" * MEGA))),
    _with("pattern: a guid of a megabyte", feed(item(guid="g" * MEGA))),
    _with(
        "pattern: a style of a megabyte", feed(item(text="&lt;p style='" + "a:b;" * 200_000 + "'&gt;Слова&lt;/p&gt;"))
    ),
    _with("pattern: pictures by the thousand", feed(item(text="&lt;img src='/a.jpg'&gt;" * 50_000)), f"{TOO_HARD}|^$"),
    _with("pattern: tables in tables", feed(item(text="&lt;table&gt;&lt;tr&gt;&lt;td&gt;" * 20_000)), f"{TOO_HARD}|^$"),
    _with("pattern: lists in lists", feed(item(text="&lt;ul&gt;&lt;li&gt;" * 50_000)), f"{TOO_HARD}|^$"),
    _with(
        "pattern: tags by the thousand",
        feed(item(text="x</description>" + "<category>y</category>" * 50_000 + "<description>")),
        f"{TOO_HARD}|^$",
    ),
]

NUMBERS = [
    _with(
        "number: ten thousand entries",
        feed(*(item(f"Новость номер {n}", f"/{n}", str(n), "Слова") for n in range(10_000))),
        f"{TOO_HARD}|^$",
    ),
    _with(
        "number: a million entries",
        b"<rss><channel>" + b"<item/>" * 700_000 + b"</channel></rss>",
        f"{NO_FEED}|{TOO_HARD}|^$",
    ),
    _with("number: entries with a letter each", feed("<item><title>a</title></item>" * 150_000), f"{TOO_HARD}|^$"),
    _with("number: one guid for all", feed(*(item(f"Новость {n}", f"/{n}", "same") for n in range(150)))),
    _with("number: a wait of ages", feed(head="<ttl>999999</ttl>")),
    _with("number: a wait that is none", feed(head="<ttl>" + "9" * 5000 + "</ttl>")),
    _with("number: the year 99999", feed(item().replace("2026", "99999"))),
    _with("number: the year 0", feed(item().replace("2026", "0000"))),
    _with("number: a zone of no world", feed(item().replace("+0500", "+9999"))),
    _with("number: digits that are none", feed(item().replace("2026", "²⁰²⁶"))),
    _with(
        "JSON: deep",
        b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 500_000,
        f"{NO_FEED}|{TOO_HARD}",
        "application/json",
    ),
    _with(
        "JSON: a number of a megabyte",
        b'{"version":"https://jsonfeed.org/version/1","items":[{"id":' + b"9" * MEGA + b"}]}",
        f"{NO_FEED}|{TOO_HARD}|^$",
        "application/json",
    ),
    _with(
        "JSON: not what it should be",
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": [],
                "items": [None, 7, [], {"id": {}, "url": 5, "title": [1], "tags": "x", "attachments": {"a": 1}}],
            }
        ).encode(),
        f"{NO_FEED}|^$",
        "application/json",
    ),
    _with(
        "JSON: infinite",
        b'{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":1e999,"title":"a","date_published":NaN}]}',
        f"{NO_FEED}|^$",
        "application/json",
    ),
]

LETTERS = [
    _with("letters: NUL bytes", feed(item(title="Нов\x00ость\x00")).replace(b"</channel>", b"\x00</channel>")),
    _with("letters: NUL alone", bytes(100_000), f"{NO_FEED}|{TOO_HARD}"),
    _with(
        "letters: halves of pairs",
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "\ud800",
                "items": [
                    {
                        "id": "\udfff",
                        "url": "http://news.example/\ud801",
                        "title": "Новость \ud800",
                        "content_text": "Слова \udc00",
                    }
                ],
            }
        ).encode(),
        kind="application/json",
    ),
    _with("letters: halves of pairs by number", feed(item(title="Новость &#xD800;&#xDFFF;&#0;&#x110000;"))),
    _with("letters: UTF-7", feed(item(title="+ADw-script+AD4-")), kind="application/rss+xml; charset=utf-7"),
    _with("letters: UTF-16 without a mark", feed().decode().encode("utf-16-le")),
    _with("letters: UTF-32 without a mark", feed().decode().encode("utf-32-be")),
    _with(
        "letters: overlong UTF-8",
        feed(item(title="Новость MARK")).replace(b"MARK", b"\xc0\xbcscript\xc0\xbe \xf8\x88\x80\x80\x80"),
    ),
    _with(
        "letters: declared three times",
        feed(before='<?xml version="1.0" encoding="koi8-r"?>'),
        kind="text/xml; charset=windows-1251; charset=utf-16",
    ),
    _with(
        "letters: a codec that runs",
        feed(before='<?xml version="1.0" encoding="unicode_escape"?>'),
        kind="text/xml; charset=idna",
    ),
    _with(
        "letters: a codec that unpacks",
        feed(before='<?xml version="1.0" encoding="zlib_codec"?>'),
        kind="text/xml; charset=hex",
    ),
    _with(
        "letters: a codec of a path",
        feed(before='<?xml version="1.0" encoding="../../etc/passwd"?>'),
        kind="text/xml; charset=../../etc/passwd",
    ),
    _with("letters: turned round", feed(item(title="\u202eьтсовон\u202c и \u2066ещё\u2069 одна"))),
    _with("letters: marks upon marks", feed(item(title="Н" + "\u0301" * 100_000 + "овость"))),
    _with("letters: one ligature of eighteen", feed(item(title="\ufdfa" * 100_000))),
]

OTHERS = [
    _with("body: a path of the machine", b"/etc/passwd", NO_FEED),
    _with("body: the canary's path", lambda ask: str(ask.canary.file).encode(), NO_FEED),
    _with("body: the canary's path as an address", lambda ask: ask.canary.file.as_uri().encode(), NO_FEED),
    _with("body: an address", lambda ask: ask.canary.url.encode(), NO_FEED),
    _with("body: a device", b"/dev/zero", NO_FEED),
    _with("body: a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 500, NO_FEED),
    _with("body: a program", b"\x7fELF" + bytes(range(256)) * 500, NO_FEED),
    _with("body: an archive", b"PK\x03\x04" + zlib.compress(bytes(MEGA)), NO_FEED),
    _with("body: a pickle", b"\x80\x05cos\nsystem\n(S'true'\ntR.", NO_FEED),
    _with("body: YAML that runs", b"!!python/object/apply:os.system ['true']", NO_FEED),
]

DOCUMENTS = [*XML, *PATTERNS, *NUMBERS, *LETTERS, *OTHERS]
