"""/stats, /urgent, /withdraw: for the admins whom the settings name. To all others these commands do not exist."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from aiogram import F, Router
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot.chat.context import ChatContext, Visit
from bot.chat.filters import command
from bot.chat.middleware import ONLY_READS
from bot.chat.named import find_named
from bot.chat.replies import Notice, Redraw, Reply, Say
from bot.rendering.admin import Unnamed, Verdict, admins_notice, unnamed, verdict, withdraw_question
from bot.rendering.callbacks import RefreshStats, WithdrawArticle
from bot.rendering.message import Outgoing
from bot.rendering.stats import Stats, stats_screen
from storage.records import Article

log = structlog.get_logger("khabar.admin")

WEEK = 7  # days, today among them


async def stats(_: Message, visit: Visit) -> Reply:
    """/stats."""
    return Say(await _draw_stats(visit))


async def refresh_stats(_: CallbackQuery, visit: Visit) -> Reply:
    """The button under it."""
    return Redraw(await _draw_stats(visit))


async def urgent(message: Message, command: CommandObject, visit: Visit) -> Reply:
    """/urgent LINK, or in answer to a card: the article goes first."""
    found = await _named(message, command.args, visit)
    if found is None:
        return Say(unnamed(Unnamed.URGENT_HOW, visit.words))
    if isinstance(found, Unnamed):
        return Say(unnamed(found, visit.words))
    is_pushed = await visit.stores.articles.is_pushed(found.id)
    how = decide_urgent(found, visit.now, visit.context.settings.delivery.max_age, is_pushed=is_pushed)
    if how is Verdict.HASTENED:
        await visit.stores.waves.hasten(found.id, visit.now)
        log.info("an article was made urgent", article=found.id, admin=visit.user_id)
    return Say(verdict(how, found, visit.words))


async def ask_withdraw(message: Message, command: CommandObject, visit: Visit) -> Reply:
    """/withdraw LINK, or in answer to a card, asks once more."""
    found = await _named(message, command.args, visit)
    if found is None:
        return Say(unnamed(Unnamed.WITHDRAW_HOW, visit.words))
    if isinstance(found, Unnamed):
        return Say(unnamed(found, visit.words))
    if found.withdrawn_at is not None:
        return Say(verdict(Verdict.ALREADY_WITHDRAWN, found, visit.words))
    return Say(withdraw_question(found, visit.words))


async def withdraw(_: CallbackQuery, callback_data: WithdrawArticle, visit: Visit) -> Reply:
    """The answer to that question."""
    article = await visit.stores.articles.get(callback_data.article_id)
    if article.withdrawn_at is not None:  # an older question about it was answered already
        return Redraw(verdict(Verdict.ALREADY_WITHDRAWN, article, visit.words))
    if not callback_data.confirm:
        return Redraw(verdict(Verdict.KEPT, article, visit.words))
    if not await visit.context.desk.withdraw(visit.stores, article.id, visit.now):
        return Redraw(verdict(Verdict.ALREADY_WITHDRAWN, article, visit.words))
    log.info("an article was withdrawn", article=article.id, admin=visit.user_id)
    return Redraw(verdict(Verdict.WITHDRAWN, article, visit.words))


async def not_yours(_: CallbackQuery, visit: Visit) -> Reply:
    """An admin's button under a message in a group, pressed by somebody else."""
    return Notice(admins_notice(visit.words))


def decide_urgent(article: Article, now: datetime, max_age: timedelta, *, is_pushed: bool) -> Verdict:
    """Whether an article can go first: only what is sent at all, and is not too old for that."""
    if article.withdrawn_at is not None:
        return Verdict.ALREADY_WITHDRAWN
    if article.is_urgent:
        return Verdict.ALREADY_URGENT
    if not is_pushed:
        return Verdict.ARCHIVED
    if article.arrived_at < now - max_age:
        return Verdict.TOO_OLD
    return Verdict.HASTENED


async def _draw_stats(visit: Visit) -> Outgoing:
    """Counting a million chats takes a fifth of a second, in which others must be able to write."""
    now, today, stores = visit.now, visit.now.date(), visit.stores
    found = Stats(
        archive=await stores.articles.count(),
        failing_sources=sum(source.failures > 0 for source in await stores.sources.get_all()),
        chats=await stores.tallies.count_chats(),
        load=await stores.tallies.get_load(now),
        today=await stores.tallies.get(today),
        week=await stores.tallies.get(today - timedelta(days=WEEK - 1)),
    )
    return stats_screen(found, visit.words, timezone=visit.zone, now=now)


async def _named(message: Message, words: str | None, visit: Visit) -> Article | Unnamed | None:
    """The one article that a command means; None when neither words nor an answered message name any."""
    found = await find_named(message, words, visit)
    if found is None:
        return None
    if len(found) > 1:
        return Unnamed.SEVERAL
    return found[0] if found else Unnamed.NOT_FOUND


def create_router(context: ChatContext) -> Router:
    """Handlers of this subject, for the settings' admins alone; others' commands fall through to the last router."""
    router = Router(name="admin")
    is_admin: Any = F.from_user.id.in_(context.settings.admins)
    router.message.filter(is_admin)
    reads = {ONLY_READS: True}
    router.message.register(stats, command("stats"), flags=reads)
    router.message.register(urgent, command("urgent"))
    router.message.register(ask_withdraw, command("withdraw"))
    router.callback_query.register(refresh_stats, RefreshStats.filter(), is_admin, flags=reads)
    router.callback_query.register(withdraw, WithdrawArticle.filter(), is_admin)
    for data in (RefreshStats, WithdrawArticle):
        router.callback_query.register(not_yours, data.filter())
    return router
