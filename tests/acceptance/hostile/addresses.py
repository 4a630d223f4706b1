"""Ways to a private network: its addresses in every spelling, and redirects to what is no web page."""

from collections.abc import Callable

from tests.acceptance.hostile.site import Ask, Canary, Case, by_path, document, feed, item, redirect

INSIDE = "private network|not an address|too long to be one|no host named|only http and https|does not take connections"
ROUND = "redirects more than|did not answer in full"
HOUSE = "http://169.254.169.254/latest/meta-data/"

# The canary's host, as people who mean no good write 127.0.0.1.
SPELLINGS = {
    "plain": "127.0.0.1",
    "short": "127.1",
    "decimal": "2130706433",
    "hexadecimal": "0x7f000001",
    "hexadecimal by parts": "0x7f.0x0.0x0.0x1",
    "octal": "0177.0.0.1",
    "octal in one": "017700000001",
    "another of loopback": "127.9.8.7",
    "zero": "0",
    "nowhere": "0.0.0.0",
    "by its name": "localhost",
    "by its name with a dot": "localhost.",
    "IPv6": "[::1]",
    "IPv6 nowhere": "[::]",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped in hex": "[::ffff:7f00:1]",
    "compatible": "[::127.0.0.1]",
    "NAT64": "[64:ff9b::7f00:1]",
    "local NAT64": "[64:ff9b:1::7f00:1]",
    "6to4": "[2002:7f00:1::]",
    "Teredo": "[2001:0:7f00:1::80ff:fffe]",
    "link local": "[fe80::1]",
    "site local": "[fec0::1]",
    "multicast": "[ff02::1]",
    "behind a user": "news.example@127.0.0.1",
    "behind a user and a password": "news.example:80@127.0.0.1",
    "full-width dots": "127。0。0。1",
    "circled digits": "①②⑦.⓪.⓪.①",
    "full-width digits": "１２７.０.０.１",
    "a dot at the end": "127.0.0.1.",
    "a NUL in it": "127.0.0.1%00.news.example",
    "a backslash": "127.0.0.1\\@news.example",
}


def _at(host: str) -> Callable[[Canary], str]:
    return lambda canary: f"http://{host}:{canary.port}/"


SPELLED = [Case(f"address: {name}", address=_at(host), says=INSIDE) for name, host in SPELLINGS.items()]

SCHEMES = [
    Case("address: the cloud's own data", address=lambda _: HOUSE, says=INSIDE),
    Case("address: a network of an office", address=lambda _: "http://10.0.0.1/rss", says=INSIDE),
    Case("address: a file", address=lambda canary: canary.file.as_uri(), says=INSIDE),
    Case("address: a bare path", address=lambda canary: str(canary.file), says=INSIDE),
]


def _redirect(name: str, location: str | Callable[[Ask], str], says: str = INSIDE, status: int = 302) -> Case:
    return Case(f"redirect: {name}", redirect(location, status), says=says)


def _towards(host: str) -> Callable[[Ask], str]:
    return lambda ask: f"http://{host}:{ask.canary.port}/"


REDIRECTS = [
    *(_redirect(f"to {name}", _towards(host)) for name, host in SPELLINGS.items()),
    _redirect("to the cloud's own data", HOUSE),
    _redirect("for ever to the canary", lambda ask: ask.canary.url, status=301),
    _redirect("without a scheme", lambda ask: f"//{ask.canary.host}/"),
    _redirect("to a file", lambda ask: ask.canary.file.as_uri()),
    _redirect("to FTP", lambda ask: f"ftp://{ask.canary.host}/rss"),
    _redirect("to gopher", lambda ask: f"gopher://{ask.canary.host}/_GET%20/"),
    _redirect("to data", "data:application/rss+xml,<rss/>"),
    _redirect("to a script", "javascript:alert(1)"),
    _redirect("to itself", "/feed", ROUND),
    _redirect("ever deeper", lambda ask: f"{ask.path}/x", ROUND),
    _redirect("to nothing", "", ROUND + "|not an address|302"),
    _redirect("to no host", "http:///rss", f"{INSIDE}|{ROUND}"),
    _redirect("to a port that is none", "http://127.0.0.1:99999/"),
    _redirect("to an address that never ends", "http://" + "a" * 5000 + ".example/", INSIDE + "|broke the connection"),
    _redirect("to an open bracket", "http://[::1/"),
]


def _leading(name: str, head: str = "", text: str = "", link: str = "/1") -> Case:
    def body(ask: Ask) -> bytes:
        known = {"canary": ask.canary.host, "file": ask.canary.file}
        return feed(item(link=link.format(**known), text=text.format(**known) or "Слова"), head=head.format(**known))

    return Case(f"leading inside: {name}", by_path({"/feed": document(body)}, redirect(lambda ask: ask.canary.url)))


LEADING = [
    _leading("a story's page", link="http://{canary}/story"),
    _leading("a story's page is a file", link="file://{file}"),
    _leading("a story's page redirects"),
    _leading("a picture", text='&lt;img src="http://{canary}/1.jpg"&gt; Слова'),
    _leading("the feed's own picture", head="<image><url>http://{canary}/logo.png</url></image>"),
    _leading("a hub", head='<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="http://{canary}/"/>'),
    _leading("its home", head="<link>http://{canary}/</link>"),
    _leading(
        "the next page of it",
        head='<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="http://{canary}/"/>',
    ),
    _leading(
        "the cloud it updates by",
        head='<cloud domain="{canary}" port="80" path="/" registerProcedure="" protocol="xml-rpc"/>',
    ),
]

ADDRESSES = [*SPELLED, *SCHEMES, *REDIRECTS, *LEADING]
