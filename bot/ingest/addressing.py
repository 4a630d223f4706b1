"""What an address says by its form: an article, a section, neither. Rules of editors' systems, not of any site."""

import re
from datetime import datetime
from urllib.parse import unquote, urlsplit

from bot.ingest.text import words
from storage.addresses import page_key

# Parts of a path (or a query's names) that lead to lists and services. One that is an article's section may stand
# before the article's own name, so it counts only where nothing of an article follows.
_SERVICE = words(
    "tag tags teg author authors avtor avtory page pages search poisk login logout signin signup register"
    " registration account profile user users subscribe subscription podpiska rss feed feeds contact contacts"
    " kontakty about about-us o-nas o-kompanii reklama advertising advertise adv ads privacy privacy-policy terms"
    " rules sitemap archive archives arhiv category categories rubric rubrics rubrika rubriki topic topics tema"
    " temy label labels cart help faq vacancy vacancies jobs redaktsiya editorial cookie cookies policy agreement"
    " soglashenie donate support comments wp-login.php wp-admin cdn-cgi go redirect away click out share print wp-"
    " content static assets upload uploads"
)
_ALWAYS_SERVICE = words(
    "tag tags teg author authors avtor avtory search poisk login signin signup register account profile user"
    " users page cdn-cgi wp-admin wp-content go redirect away click share print label labels reklama"
)
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|css|js|json|xml|rss|atom|pdf|docx?|xlsx?|pptx?|zip|rar|7z|gz|mp3|mp4|avi|mov"
    r"|webm|m3u8?|apk|exe|txt|ics)$",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"/(?:(?P<year>20\d\d)[/._-]?(?P<month>1[0-2]|0?[1-9])[/._-]?(?P<day>[12]\d|3[01]|0?[1-9])"
    r"|(?P<day2>0[1-9]|[12]\d|3[01])[._-](?P<month2>0[1-9]|1[0-2])[._-](?P<year2>20\d\d))(?!\d)"
)
_YEAR_MONTH = re.compile(r"/20\d\d/(?:1[0-2]|0?[1-9])(?=/|$)")
_NUMBER = re.compile(r"(?<!\d)\d{3,20}(?!\d)")
_LONG_NUMBER = re.compile(r"\d{5,20}")
_PAGE_END = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|do|cfm)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_CODE = re.compile(r"(?=[a-z]{0,40}\d)(?=\d{0,40}[a-z])[a-z\d]{7,40}|[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE)
_QUERY_ID = re.compile(
    r"(?:^|&)(?:\w{0,20}?id|p|n|nid|article|news|story|item|a)=[\w-]{0,40}\d[\w-]{0,40}", re.IGNORECASE
)
_PAGING = re.compile(
    r"(?:^|&)(?:page|paged|p(?:age)?n|start|offset|pagen_\d{1,3})=\d|(?:^|&)(?:s|q|query|tag|author)=", re.IGNORECASE
)
_LONG_SLUG = 24  # letters


def likeness(address: str) -> int:
    """How much an address looks like an article's: below 0 a list or a service, 2 and more hardly anything else."""
    try:
        parts = urlsplit(address[:2000])
    except ValueError:
        return -3
    path = unquote(parts.path)
    folders = [part.lower() for part in path.split("/") if part]
    if _FILE.search(path) or _PAGING.search(parts.query) or any(part in _ALWAYS_SERVICE for part in folders[:-1]):
        return -3
    has_id = bool(_QUERY_ID.search(parts.query))
    if not folders or _is_index(folders):
        return 2 if has_id else -3
    last = _PAGE_END.sub("", folders[-1])
    dated = _DATED.search(path)
    rest = _rest_after_date(path, dated) if dated else ""
    if folders[-1] in _SERVICE or last in _SERVICE:
        return 2 if has_id and last not in _ALWAYS_SERVICE else -3
    if (dated and not rest) or (not dated and _YEAR_MONTH.search(path.rstrip("/")) and _is_end(path)):
        return -2  # the archive of a day or of a month
    score = 2 if dated or has_id or _YEAR_MONTH.search(path) else int(any(part.isdigit() for part in folders[:-1]))
    return score + _name_score(last, is_page=last != folders[-1], depth=len(folders))


def is_bare_word(address: str) -> bool:
    """Whether the last part of an address's path is one word and no number, as sections are called."""
    last = _PAGE_END.sub("", unquote(urlsplit(address[:2000]).path).rstrip("/").rpartition("/")[2])
    return len(_WORD.findall(last)) <= 1 and not any(map(str.isdigit, last))


def _name_score(name: str, *, is_page: bool, depth: int) -> int:
    """What the last part of a path says: a number, a code, words that make a headline."""
    found = _WORD.findall(name)
    score = 0
    if _NUMBER.search(name) or _CODE.fullmatch(name) or (name.isdigit() and depth > 1):
        score += 2 if len(found) >= 1 or _LONG_NUMBER.search(name) or depth > 1 else 1
    if len(found) >= 4 or (len(found) >= 3 and sum(map(len, found)) >= _LONG_SLUG - 6):
        score += 2
    elif len(found) == 3:
        score += 1
    return score + (1 if is_page and (found or score) and depth > 1 else 0)


def _is_index(folders: list[str]) -> bool:
    return len(folders) == 1 and _PAGE_END.sub("", folders[0]) in {"index", "default", "main", "home"} | _LANGUAGES


_LANGUAGES = words("ru en tj tg taj rus eng uz kz kg uk de fr fa")


def _rest_after_date(path: str, dated: re.Match[str]) -> str:
    return _PAGE_END.sub("", path[dated.end() :]).strip("/-_. ")


def _is_end(path: str) -> bool:
    found = _YEAR_MONTH.search(path)
    return found is not None and not path[found.end() :].strip("/")


def date_of(address: str) -> datetime | None:
    """The day that an address names, at midnight and without a zone; None where it names none."""
    found = _DATED.search(unquote(urlsplit(address[:2000]).path))
    if found is None:
        return None
    year, month, day = (
        found["year"] or found["year2"],
        found["month"] or found["month2"],
        found["day"] or found["day2"],
    )
    try:
        return datetime(int(year), int(month), int(day))  # noqa: DTZ001  the reader's zone is put in by whoever knows it
    except ValueError:
        return None


def site_of(address: str) -> str:
    """The host without what names an edition of the site (www, m, amp); "" for what is no address."""
    return page_key(address).partition("/")[0].partition("?")[0].partition("#")[0]


def is_same_site(one: str, other: str) -> bool:
    """Whether two hosts (of `site_of`) are one site: the same, or one a part of the other."""
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))


def shape_of(address: str) -> str:
    """An address with its own words and numbers taken out: what the articles of one site have in common."""
    parts = urlsplit(address[:2000])
    folders = [part for part in unquote(parts.path).lower().split("/") if part][-6:]
    names = ",".join(sorted(piece.partition("=")[0] for piece in parts.query.split("&") if piece))
    last = len(folders) - 1
    shape = "/".join(_shape(part, is_last=at == last) for at, part in enumerate(folders))
    return f"{shape}?{names}" if names else shape


def _shape(part: str, *, is_last: bool) -> str:
    name = _PAGE_END.sub("", part)
    end = part[len(name) :]
    if _NUMBER.search(name) or name.isdigit():
        return ("name-N" if _WORD.search(name) else "N") + end
    return ("name" if is_last or len(name) > _LONG_SLUG else name) + end
