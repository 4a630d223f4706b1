"""The wait between two requests that a site's robots.txt asks for.

A robots.txt is as hostile as any other page, and protego is generous: each rule is kept once for every robot its group
names (half a megabyte of two long lists takes gigabytes), so it is given only the lines that bear on the wait.
"""

import re

from protego import Protego

LONGEST_ROBOTS = 500 * 1024  # bytes that a reader must be ready to take (RFC 9309, 2.5)
LONGEST_DELAY = 30.0  # seconds; a site that asks for more gets so much
MOST_LINES = 1000  # that bear on the wait; the rest is not read
_LINE_ENDS = re.compile(r"[\r\n]+")
# A line's field, and its value up to a comment; white space around is protego's to take off.
_LINE = re.compile(
    r"^[ \t\ufeff]*(?:(?P<agent>user[- ]?agent)|(?P<delay>crawl[- ]delay)|(?P<rule>(?:dis)?allow))"
    r"[ \t]*:[ \t]*(?P<value>[^\n#]*)",
    re.IGNORECASE | re.MULTILINE,
)


def read_delay(body: bytes, user_agent: str) -> float:
    """Seconds between two requests of this robot, 0 where nothing is said and at most `LONGEST_DELAY`."""
    if b"crawl" not in body.lower():
        return 0.0
    text = _LINE_ENDS.sub("\n", body.decode("utf-8", "replace"))
    delay = Protego.parse("\n".join(_bearing(text, user_agent.lower()))).crawl_delay(user_agent)
    return min(delay or 0.0, LONGEST_DELAY)


def _bearing(text: str, user_agent: str) -> list[str]:
    """The lines that say which robots a group is for and how long they wait.

    Robots that are not this one become one stranger, and a run of rules one empty rule, which still ends the list of a
    group's robots.
    """
    lines: list[str] = []
    for match in _LINE.finditer(text):
        line = _kept(match, user_agent)
        if not lines or line != lines[-1]:
            lines.append(line)
            if len(lines) == MOST_LINES:
                break
    return lines


def _kept(match: re.Match[str], user_agent: str) -> str:
    value = match["value"].strip()
    if match["agent"]:
        robot = value if value == "*" else value.replace("*", "").lower()
        return f"User-agent: {robot if robot and (robot == '*' or robot in user_agent) else 'a-stranger'}"
    return f"Crawl-delay: {value}" if match["delay"] else "Disallow:"
