"""Answers to callback and inline queries."""

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import inline_keyboard
from bot.sandbox.params import Params
from bot.sandbox.telegram import Telegram
from bot.sandbox.text import message_text

MAX_ANSWER = 200  # characters
MAX_RESULTS = 50
MAX_RESULT_ID_BYTES = 64


async def answer_callback_query(telegram: Telegram, params: Params) -> Any:
    """What the person sees after pressing a button."""
    question = telegram.questions.check(params.text("callback_query_id"))
    text = params.text("text")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    alert, url = params.flag("show_alert"), params.text("url")
    answer = {"text": text or None, "show_alert": alert, "url": url or None}
    telegram.questions.close(question, answer)
    telegram.events.emit(
        "callback_answer",
        question.chat_id,
        query_id=question.id,
        user_id=question.user_id,
        text=text or None,
        show_alert=alert,
    )
    return True


async def answer_inline_query(telegram: Telegram, params: Params) -> Any:
    """The list under `@bot query`: at most 50, ids unique and of 1-64 bytes."""
    question = telegram.questions.check(params.text("inline_query_id"))
    results = params.array("results")
    if results is None:
        raise bad_request("can't parse results JSON array")
    if len(results) > MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    seen: set[str] = set()
    for result in results:
        _check_result(result, seen)
    if len(params.text("next_offset").encode()) > MAX_RESULT_ID_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    telegram.questions.close(question, {"results": results, "next_offset": params.text("next_offset")})
    return True


def _check_result(result: Any, seen: set[str]) -> None:
    if not isinstance(result, dict) or not result.get("type"):
        raise bad_request("can't parse inline query result: can't find field \"type\"")
    result_id = str(result.get("id") or "")
    if not 1 <= len(result_id.encode()) <= MAX_RESULT_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if result_id in seen:
        raise bad_request("RESULT_ID_DUPLICATE")
    seen.add(result_id)
    if markup := result.get("reply_markup"):
        inline_keyboard(markup.get("inline_keyboard"))
    content = result.get("input_message_content")
    if isinstance(content, dict) and "message_text" in content:
        message_text(str(content["message_text"]), str(content.get("parse_mode") or ""), content.get("entities"))
    if result["type"] == "article":
        if not str(result.get("title") or "").strip():
            raise bad_request("ARTICLE_TITLE_EMPTY")
        if not content:
            raise bad_request("MESSAGE_EMPTY")


METHODS = {"answerCallbackQuery": answer_callback_query, "answerInlineQuery": answer_inline_query}
