"""What an admin of the bot reads about one article: that it goes first, that it is taken back, or why not."""

from enum import StrEnum

from aiogram.utils.formatting import Text

from bot.rendering.callbacks import WithdrawArticle
from bot.rendering.headlines import linked_title
from bot.rendering.keyboards import button, keyboard
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing, compose
from storage.records import Article

MAX_TITLE = 200  # code points


class Unnamed(StrEnum):
    """Why it is not known which article a command means."""

    URGENT_HOW = "admin.urgent_how"  # neither a link nor an answer to a message
    WITHDRAW_HOW = "admin.withdraw_how"
    NOT_FOUND = "admin.not_found"
    SEVERAL = "admin.several"  # the message that was answered shows more than one


class Verdict(StrEnum):
    """How it went."""

    HASTENED = "admin.hastened"
    ALREADY_URGENT = "admin.already_urgent"
    TOO_OLD = "admin.too_old"
    ARCHIVED = "admin.archived"  # it only stands in the archive, which is never sent
    WITHDRAWN = "admin.withdrawn"
    ALREADY_WITHDRAWN = "admin.already_withdrawn"
    KEPT = "admin.kept"


def unnamed(why: Unnamed, words: Words) -> Outgoing:
    """Which article is meant is not clear; how to say it."""
    return compose(words.text(why.value))


def verdict(how: Verdict, article: Article, words: Words) -> Outgoing:
    """What was done with the article, or why nothing was."""
    return compose(words.node(how.value, title=_title(article)))


def withdraw_question(article: Article, words: Words) -> Outgoing:
    """/withdraw asks once more: readers will see it, and nothing brings the messages back."""
    yes, no = (WithdrawArticle(article_id=article.id, confirm=confirm) for confirm in (True, False))
    return compose(
        words.node("admin.withdraw_ask", title=_title(article)),
        keyboard=keyboard(
            [button(words.text("admin.withdraw_yes"), yes, style="danger")],
            [button(words.text("admin.withdraw_no"), no)],
        ),
    )


def admins_notice(words: Words) -> str:
    """For whoever presses a button that is an admin's."""
    return words.text("admin.only")


def _title(article: Article) -> Text:
    return linked_title(article, MAX_TITLE)
