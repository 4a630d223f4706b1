"""Every word that people read, in their language: gettext catalogues under `locales/`, read as they are.

The .po files are compiled in memory at start, so no compiled file can lag behind its source.
"""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Text
from aiogram.utils.i18n import I18n
from babel.dates import get_month_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("ru", "tg", "en")
DOMAIN = "khabar"
FOLDER = Path(__file__).parent / "locales"

_NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language. An unknown key is a mistake of ours: KeyError."""

    language: str
    catalog: gettext.GNUTranslations

    def text(self, key: str, **values: str | int) -> str:
        """The sentence of this key with its values in place."""
        return self._known(key, self.catalog.gettext(key)).format_map(values)

    def plural(self, key: str, n: int, **values: str | int) -> str:
        """The form that goes with `n`, which the sentence calls {n}."""
        return self._known(key, self.catalog.ngettext(key, key, n)).format_map({"n": self.number(n), **values})

    def node(self, key: str, **values: Text | str) -> Text:
        """Like `text`, for values that carry formatting of their own (a bold name, a link)."""
        parts: list[Text | str] = []
        for literal, name, _, _ in Formatter().parse(self._known(key, self.catalog.gettext(key))):
            parts.append(literal)
            if name is not None:
                parts.append(values[name])
        return Text(*parts)

    def number(self, n: int) -> str:
        """12 345 in Russian and Tajik, 12,345 in English; up to 9999 without a gap."""
        if abs(n) < 10_000:
            return str(n)
        return f"{n:,}" if self.language == "en" else f"{n:,}".replace(",", _NO_BREAK)

    def date(self, at: datetime, *, timezone: ZoneInfo, now: datetime) -> str:
        """21 ноября; with the year when it is another one than now."""
        local = at.astimezone(timezone)
        # Babel writes Tajik months with a capital, which no newspaper does; ours is lower case but in English.
        month = get_month_names("wide", context="format", locale=self.language)[local.month]
        month = month if self.language == "en" else month.lower()
        if local.year == now.astimezone(timezone).year:
            return self.text("date.day", day=local.day, month=month)
        return self.text("date.day_of_year", day=local.day, month=month, year=local.year)

    def stamp(self, at: datetime, *, timezone: ZoneInfo, now: datetime) -> str:
        """A time for a message that stays: 14:05, or 21 ноября, 14:05 when that is not the day of `now`."""
        local = at.astimezone(timezone)
        if local.date() == now.astimezone(timezone).date():
            return f"{local:%H:%M}"
        return self.text("date.at", date=self.date(at, timezone=timezone, now=now), time=f"{local:%H:%M}")

    def moment(self, at: datetime, *, timezone: ZoneInfo, now: datetime) -> str:
        """A time for an answer that is read at once: сегодня, 14:05 · вчера, 14:05 · 21 ноября, 14:05."""
        local = at.astimezone(timezone)
        days = (now.astimezone(timezone).date() - local.date()).days
        if days not in {0, 1}:
            return self.stamp(at, timezone=timezone, now=now)
        day = self.text("date.yesterday") if days else self.text("date.today")
        return self.text("date.at", date=day, time=f"{local:%H:%M}")

    @staticmethod
    def _known(key: str, found: str) -> str:
        if found == key:
            raise KeyError(key)
        return found


class Locales(I18n):
    """The three catalogues. `default` is the language of whoever has not chosen and whose own we do not speak."""

    def __init__(self, default: str = "ru") -> None:
        if default not in LANGUAGES:
            raise ValueError(f"language {default!r} is none of {', '.join(LANGUAGES)}")
        super().__init__(path=FOLDER, default_locale=default, domain=DOMAIN)
        self._words: Mapping[str, Words] = {name: Words(name, catalog) for name, catalog in self.locales.items()}

    def find_locales(self) -> dict[str, gettext.GNUTranslations]:
        """The catalogues by language, compiled from their .po."""
        return {language: _compiled(language, self.domain) for language in LANGUAGES}

    def pick(self, code: str | None) -> str:
        """Our language for Telegram's `language_code` (IETF: `ru`, `en-GB`); the default for all others."""
        base = (code or "").replace("_", "-").split("-")[0].lower()
        return base if base in LANGUAGES else self.default_locale

    def words(self, language: str | None) -> Words:
        """The words of a chat's language; None is the default."""
        return self._words[self.pick(language)]


def _compiled(language: str, domain: str) -> gettext.GNUTranslations:
    path = FOLDER / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as source:
        catalog = read_po(source, locale=language, domain=domain, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
