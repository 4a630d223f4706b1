"""The common part of Rich Markdown as Rich HTML: headings, lists, quotes, code, rules, inline marks and links."""

import re
from html import escape

FENCE = re.compile(r"^```(\w*)\s*$")
HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*#*$")
BULLET = re.compile(r"^[-*+] +(.+)$")
NUMBER = re.compile(r"^(\d{1,9})[.)] +(.+)$")
RULE = re.compile(r"^(-{3,}|\*{3,}|_{3,})$")
PICTURE = re.compile(r'^!\[[^\]]*\]\((\S+?)(?: "([^"]*)")?\)$')
INLINE = (
    (re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)"), r'<a href="\2">\1</a>'),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"<b>\2</b>"),
    (re.compile(r"(?<!\w)([*_])(?=\S)(.+?)(?<=\S)\1(?!\w)"), r"<i>\2</i>"),
    (re.compile(r"~~(?=\S)(.+?)(?<=\S)~~"), r"<s>\1</s>"),
    (re.compile(r"==(?=\S)(.+?)(?<=\S)=="), r"<mark>\1</mark>"),
    (re.compile(r"\|\|(?=\S)(.+?)(?<=\S)\|\|"), r"<tg-spoiler>\1</tg-spoiler>"),
)


def to_html(markdown: str) -> str:
    """Rich HTML with the same meaning; what is not known stays as text."""
    out: list[str] = []
    lines = markdown.splitlines()
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        at = _block(lines, at, out)
    return "".join(out)


def _block(lines: list[str], at: int, out: list[str]) -> int:
    line = lines[at].strip()
    if fence := FENCE.match(line):
        end = next((i for i in range(at + 1, len(lines)) if lines[i].strip() == "```"), len(lines))
        language = f' class="language-{fence[1]}"' if fence[1] else ""
        out.append(f"<pre><code{language}>{escape(chr(10).join(lines[at + 1 : end]))}</code></pre>")
        return end + 1
    if heading := HEADING.match(line):
        size = len(heading[1])
        out.append(f"<h{size}>{_inline(heading[2])}</h{size}>")
        return at + 1
    if RULE.match(line):
        out.append("<hr/>")
        return at + 1
    if picture := PICTURE.match(line):
        caption = f"<figcaption>{_inline(picture[2])}</figcaption>" if picture[2] else ""
        out.append(f'<figure><img src="{escape(picture[1])}"/>{caption}</figure>')
        return at + 1
    for pattern, tag in ((BULLET, "ul"), (NUMBER, "ol")):
        if pattern.match(line):
            return _list(lines, at, out, pattern, tag)
    return _words(lines, at, out, quoted=line.startswith(">"))


def _list(lines: list[str], at: int, out: list[str], pattern: re.Pattern[str], tag: str) -> int:
    items = []
    while at < len(lines) and (item := pattern.match(lines[at].strip())):
        items.append(f"<li>{_inline(item[item.lastindex or 0])}</li>")
        at += 1
    out.append(f"<{tag}>{''.join(items)}</{tag}>")
    return at


def _words(lines: list[str], at: int, out: list[str], *, quoted: bool) -> int:
    words: list[str] = []
    while at < len(lines) and (line := lines[at].strip()) and line.startswith(">") == quoted:
        if words and any(pattern.match(line) for pattern in (FENCE, HEADING, RULE, PICTURE, BULLET, NUMBER)):
            break
        words.append(line.removeprefix(">").strip() if quoted else line)
        at += 1
    tag = "blockquote" if quoted else "p"
    out.append(f"<{tag}>{_inline(' '.join(words))}</{tag}>")
    return at


def _inline(text: str) -> str:
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # an odd sign is plain text
        pieces[-2:] = ["`".join(pieces[-2:])]
    return "".join(_marks(piece) if i % 2 == 0 else f"<code>{escape(piece)}</code>" for i, piece in enumerate(pieces))


def _marks(text: str) -> str:
    text = escape(text, quote=False)
    for pattern, marked in INLINE:
        text = pattern.sub(marked, text)
    return text
