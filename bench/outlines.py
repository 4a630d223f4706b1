"""How much of real OPML files is recovered, and whether what was read is written and read again as the same.

Which addresses a file holds is found here without its XML: each `xmlUrl=` in the text and what stands in the quotation
marks after it. A name counts as recovered where it is not one that we make of the address.
"""

import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from bot.commands.opml import OpmlError, read_opml, write_opml
from config.values import name_from_url

_WRITTEN = re.compile(r"""\bxmlurl\s*=\s*(["'])(.*?)\1""", re.IGNORECASE | re.DOTALL)


@dataclass
class Recovered:
    """What came of the files. `addresses` are those in their texts, each once a file."""

    files: int = 0
    broken: int = 0  # not well-formed
    refused: list[str] = field(default_factory=list)
    addresses: int = 0
    found: int = 0
    named: int = 0
    in_folders: int = 0
    unused: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # files that are not the same after a round trip


def read_outlines(paths: Sequence[Path]) -> Recovered:
    """Read all of them."""
    all_read = Recovered()
    for path in paths:
        body = path.read_bytes()
        all_read.files += 1
        all_read.broken += not is_well_formed(body)
        written = {
            html.unescape(value).strip() for _, value in _WRITTEN.findall(body.decode("utf-8", "replace")) if value
        }
        all_read.addresses += len(written)
        try:
            read = read_opml(body)
        except OpmlError as error:
            all_read.refused.append(f"{path}: {error}")
            continue
        urls = {one.url for one in read.subscriptions}
        all_read.found += len(written & urls)
        all_read.missed += [f"{path}: {url}" for url in sorted(written - urls)]
        all_read.named += sum(one.name != name_from_url(one.url) for one in read.subscriptions if one.url in written)
        all_read.in_folders += sum(bool(one.folder) for one in read.subscriptions)
        all_read.unused.update(one.reason for one in read.refused)
        if read_opml(write_opml(read.subscriptions, "Khabar")).subscriptions != read.subscriptions:
            all_read.changed.append(str(path))
    return all_read


def is_well_formed(body: bytes) -> bool:
    """Whether a strict parser takes it."""
    try:
        etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return False
    return True


def report(read: Recovered, *, is_verbose: bool) -> None:
    """The numbers, and what is behind them where that is asked for."""
    share = read.found / read.addresses if read.addresses else 0.0
    print(f"{read.files} OPML files, {read.broken} of them not well-formed; {len(read.refused)} refused")
    print(f"addresses: {read.found} of {read.addresses} recovered ({share:.2%}), {read.named} with their own name")
    print(f"sources in folders or categories: {read.in_folders}; refused outlines: {read.unused.total()}")
    print(f"the same after writing and reading again: {read.files - len(read.refused) - len(read.changed)} files")
    if is_verbose:
        print(*read.refused, *read.missed, *read.changed, sep="\n  ")
        print(*(f"{number:5}  {reason}" for reason, number in read.unused.most_common()), sep="\n  ")
