"""Texts as Telegram reads them: TDLib's own parser decides about markup, entities and their errors."""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import orjson
from tdjson import td_execute

from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.world import Entity

MAX_TEXT = 4096  # code points after parsing
MAX_CAPTION = 1024
MAX_RAW_BYTES = 32_768
MAX_ENTITIES = 100  # the rest is ignored in silence
PARSE_MODES = {
    "html": {"@type": "textParseModeHTML"},
    "markdown": {"@type": "textParseModeMarkdown", "version": 1},
    "markdownv2": {"@type": "textParseModeMarkdown", "version": 2},
}
# Wire name -> TDLib's name; only these may be given by a bot.
TD_TYPES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "blockquote": "BlockQuote",
    "expandable_blockquote": "ExpandableBlockQuote",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "text_mention": "MentionName",
    "custom_emoji": "CustomEmoji",
    "date_time": "DateTime",
}
AUTOMATIC = ("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number")
WIRE_TYPES = {
    **{td: wire for wire, td in TD_TYPES.items()},
    "PreCode": "pre",
    "Mention": "mention",
    "Hashtag": "hashtag",
    "Cashtag": "cashtag",
    "BotCommand": "bot_command",
    "Url": "url",
    "EmailAddress": "email",
    "PhoneNumber": "phone_number",
    "BankCardNumber": "bank_card_number",
}
SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
MAYBE_AUTOMATIC = re.compile(r"\.\w|[@#$/]|\d[\d -]{11}")
UNCLEAN = re.compile("[\x00-\x09\x0b-\x1f\u2028-\u202e\u0300-\u036f\x7f-\x9f\xad]")
# parseMarkdown is the one offline call that checks given entities; its own signs are hidden from it.
MARKDOWN_SIGNS = "*_~|`[]()"
HIDE_SIGNS = {ord(sign): 0xF8A0 + i for i, sign in enumerate(MARKDOWN_SIGNS)}
SHOW_SIGNS = {hidden: sign for sign, hidden in HIDE_SIGNS.items()}


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A text that Telegram accepts, and what is marked in it."""

    text: str
    entities: tuple[Entity, ...] = ()


def _execute(call: dict[str, Any]) -> dict[str, Any]:
    _silence()
    answer: dict[str, Any] = orjson.loads(td_execute(orjson.dumps(call)) or b"")
    if answer["@type"] == "error":
        raise bad_request(answer["message"])
    return answer


@cache
def _silence() -> None:
    """TDLib logs to stderr unless told otherwise; once a process is enough."""
    td_execute(orjson.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}))


def message_text(raw: str, parse_mode: str, given: Any) -> FormattedText:
    """The text of a message: 1-4096 code points after parsing."""
    if not raw:
        raise bad_request("message text is empty")
    formatted = formatted_text(raw, parse_mode, given)
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if len(formatted.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return formatted


def caption_text(raw: str, parse_mode: str, given: Any) -> FormattedText:
    """The caption of a photo or a file: 0-1024 code points after parsing."""
    formatted = formatted_text(raw, parse_mode, given)
    if len(formatted.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return formatted


def formatted_text(raw: str, parse_mode: str, given: Any) -> FormattedText:
    """Parses markup or checks given entities, trims blanks, adds links, hashtags, mentions and commands."""
    if len(raw) * 4 > MAX_RAW_BYTES and len(raw.encode()) > MAX_RAW_BYTES:
        raise bad_request("text is too long")
    if parse_mode and parse_mode.lower() != "none":
        formatted = _parse_markup(raw, parse_mode)
    elif given:
        formatted = _check_entities(raw, given)
    else:
        formatted = FormattedText(_clean(raw))
    formatted = _trim(formatted)
    entities = formatted.entities
    if MAYBE_AUTOMATIC.search(formatted.text):
        entities = _merge(entities, find_entities(formatted.text))
    return FormattedText(formatted.text, entities[:MAX_ENTITIES])


def find_entities(text: str) -> tuple[Entity, ...]:
    """What Telegram marks by itself: links, addresses, mentions, hashtags, commands."""
    return _read_entities(_execute({"@type": "getTextEntities", "text": text})["entities"])


def link_fault(url: str) -> str | None:
    """What TDLib has against a link (it takes http, https, tg, ton); None when it is good."""
    entity = {"@type": "textEntity", "offset": 0, "length": 1, "type": {"@type": "textEntityTypeTextUrl", "url": url}}
    try:
        _execute({"@type": "parseMarkdown", "text": {"@type": "formattedText", "text": "x", "entities": [entity]}})
    except ApiError as error:
        return error.description.rsplit("' is invalid: ", 1)[-1]
    return None


def is_good_link(url: str) -> bool:
    """Whether Telegram takes the address for a link."""
    return link_fault(url) is None


def _parse_markup(raw: str, parse_mode: str) -> FormattedText:
    mode = PARSE_MODES.get(parse_mode.lower())
    if mode is None:
        raise bad_request("unsupported parse_mode")
    parsed = _execute({"@type": "parseTextEntities", "text": raw, "parse_mode": mode})
    # The offline call leaves control characters in place; a sent text loses them.
    if UNCLEAN.search(parsed["text"]):
        parsed = _execute({"@type": "parseMarkdown", "text": {**parsed, "text": parsed["text"].translate(HIDE_SIGNS)}})
    return FormattedText(parsed["text"].translate(SHOW_SIGNS), _read_entities(parsed["entities"]))


def _check_entities(raw: str, given: Any) -> FormattedText:
    if not isinstance(given, list):
        raise bad_request("expected an Array of MessageEntity")
    entities = [td for item in given if (td := _to_td(item)) is not None]
    text = {"@type": "formattedText", "text": raw.translate(HIDE_SIGNS), "entities": entities}
    checked = _execute({"@type": "parseMarkdown", "text": text})
    return FormattedText(checked["text"].translate(SHOW_SIGNS), _read_entities(checked["entities"]))


def _clean(raw: str) -> str:
    if not UNCLEAN.search(raw):
        return raw
    text = {"@type": "formattedText", "text": raw.translate(HIDE_SIGNS), "entities": []}
    cleaned: str = _execute({"@type": "parseMarkdown", "text": text})["text"]
    return cleaned.translate(SHOW_SIGNS)


def _to_td(item: Any) -> dict[str, Any] | None:
    if not isinstance(item, dict):
        raise bad_request("can't parse MessageEntity: Expected an Object")
    kind = item.get("type")
    offset, length = _number(item, "offset"), _number(item, "length")
    if kind in AUTOMATIC:
        return None
    if kind not in TD_TYPES:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    body: dict[str, Any] = {"@type": f"textEntityType{TD_TYPES[kind]}", **_td_details(kind, item)}
    if kind == "pre" and item.get("language"):
        body = {"@type": "textEntityTypePreCode", "language": str(item["language"])}
    return {"@type": "textEntity", "offset": offset, "length": length, "type": body}


def _td_details(kind: str, item: dict[str, Any]) -> dict[str, Any]:
    if kind == "text_link":
        return {"url": str(_required(item, "url"))}
    if kind == "text_mention":
        user = _required(item, "user")
        return {"user_id": _number(user, "id") if isinstance(user, dict) else 0}
    if kind == "custom_emoji":
        return {"custom_emoji_id": str(_number(item, "custom_emoji_id"))}
    if kind == "date_time":
        form = _td_date_format(str(item.get("date_time_format") or ""))
        return {"unix_time": _number(item, "unix_time"), "formatting_type": form}
    return {}


def _required(item: dict[str, Any], name: str) -> Any:
    if item.get(name) is None:
        raise bad_request(f"can't parse MessageEntity: Can't find field \"{name}\"")
    return item[name]


def _number(item: dict[str, Any], name: str) -> int:
    try:
        return int(_required(item, name))
    except (TypeError, ValueError) as error:
        raise bad_request(f'can\'t parse MessageEntity: Field "{name}" must be a valid Number') from error


def _td_date_format(form: str) -> dict[str, Any] | None:
    if not form:
        return None
    if form == "r":
        return {"@type": "dateTimeFormattingTypeRelative"}
    precision = {"@type": "dateTimePartPrecisionNone"}
    parts = {"t": "Short", "T": "Long", "d": "Short", "D": "Long"}
    time = next(({"@type": f"dateTimePartPrecision{parts[c]}"} for c in form if c in "tT"), precision)
    date = next(({"@type": f"dateTimePartPrecision{parts[c]}"} for c in form if c in "dD"), precision)
    return {
        "@type": "dateTimeFormattingTypeAbsolute",
        "time_precision": time,
        "date_precision": date,
        "show_day_of_week": "w" in form,
    }


def _wire_date_format(form: dict[str, Any] | None) -> str:
    if form is None:
        return ""
    if form["@type"] == "dateTimeFormattingTypeRelative":
        return "r"
    letters = {"dateTimePartPrecisionShort": 0, "dateTimePartPrecisionLong": 1}
    date = letters.get(form["date_precision"]["@type"])
    time = letters.get(form["time_precision"]["@type"])
    week = "w" if form.get("show_day_of_week") else ""
    return week + ("" if date is None else "dD"[date]) + ("" if time is None else "tT"[time])


def _read_entities(found: list[dict[str, Any]]) -> tuple[Entity, ...]:
    return tuple(_read_entity(item) for item in found if item["type"]["@type"][14:] in WIRE_TYPES)


def _read_entity(item: dict[str, Any]) -> Entity:
    body = item["type"]
    kind = WIRE_TYPES[body["@type"].removeprefix("textEntityType")]
    entity = Entity(kind, item["offset"], item["length"])
    if len(body) == 1:
        return entity
    return replace(
        entity,
        url=body.get("url"),
        user_id=body.get("user_id"),
        language=body.get("language"),
        custom_emoji_id=body.get("custom_emoji_id"),
        unix_time=body.get("unix_time"),
        date_time_format=_wire_date_format(body.get("formatting_type")) if kind == "date_time" else None,
    )


def _trim(formatted: FormattedText) -> FormattedText:
    """Cuts blanks at both ends as TDLib does when it sends; before the first entity only."""
    text = formatted.text.rstrip(" \n")
    end = _utf16_length(text)
    entities = [
        replace(e, length=min(e.length, end - e.offset)) if e.offset + e.length > end else e
        for e in formatted.entities
        if e.offset < end
    ]
    first = min((e.offset for e in entities), default=end)
    lead = min(len(text) - len(text.lstrip(" \n")), first)
    if lead:
        text = text[lead:]
        entities = [replace(e, offset=e.offset - lead) for e in entities]
    return FormattedText(text, tuple(entities))


def _merge(given: tuple[Entity, ...], found: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Found entities give way to given links, code and mentions, and never cross a quote's edge."""
    if not given:
        return found
    kept = [e for e in found if not any(_clash(e, other) for other in given)]
    return tuple(sorted([*given, *kept], key=lambda e: (e.offset, -e.length)))


def _clash(found: Entity, given: Entity) -> bool:
    end, other_end = found.offset + found.length, given.offset + given.length
    if end <= given.offset or other_end <= found.offset or given.type in SPLITTABLE:
        return False
    inside = given.offset <= found.offset and end <= other_end
    return not (given.type in QUOTES and inside)


def _utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
