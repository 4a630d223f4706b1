"""/why: as a reply to a card, with a link, or alone for the last story that came."""

from dataclasses import replace

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from bot.archive import Archive
from bot.chat.context import Visit
from bot.chat.filters import command
from bot.chat.middleware import ONLY_READS
from bot.chat.named import find_named
from bot.chat.replies import Reply, Say
from bot.delivery.why import Because, Case, Match, Rule, decide_why
from bot.rendering.admin import Unnamed, unnamed
from bot.rendering.why import MAX_SHOWN, Cited, Explained, Reason, Why, why_how, why_screen
from bot.topics.matcher import Matcher
from bot.topics.quote import Quote
from storage.asking import Clause
from storage.records import Article, FollowView


async def why(message: Message, command: CommandObject, visit: Visit) -> Reply:
    """/why, /why LINK."""
    found = await find_named(message, command.args, visit)
    if found is None:
        last = await visit.stores.posts.get_last(visit.chat.id)
        if last is None:
            return Say(why_how(visit.words))
        found = tuple(view.article for view in await visit.stores.posts.get_posted(visit.chat.id, last.message_id))
    if not found:
        return Say(unnamed(Unnamed.NOT_FOUND, visit.words))
    explained = [await _explain(visit, article) for article in found[:MAX_SHOWN]]
    return Say(why_screen(explained, visit.words, timezone=visit.zone, now=visit.now))


async def _explain(visit: Visit, article: Article) -> Explained:
    case = await _case(visit, article)
    max_age = visit.context.settings.delivery.max_age
    rules = decide_why(case, now=visit.now, zone=visit.zone, max_age=max_age)
    return Explained(article, tuple([await _reason(visit, case, because) for because in rules]))


async def _case(visit: Visit, article: Article) -> Case:
    stores, chat_id = visit.stores, visit.chat.id
    given = await stores.posts.get_of_story(chat_id, article.story_id)
    follows = await stores.chats.get_follows(chat_id)
    attached = await stores.topics.get_attached(article.id)
    others = [one for one in given if one != article.id]
    return Case(
        chat=visit.chat,
        article=article,
        matches=tuple(match for view in follows if (match := _match(view, article, attached)) is not None),
        follows=len(follows),
        is_posted=article.id in given,
        is_pushed=await stores.articles.is_pushed(article.id),
        told=await stores.articles.get(others[0]) if others else None,
    )


def _match(view: FollowView, article: Article, attached: dict[int, bool]) -> Match | None:
    """`attached` are the topics of the article, each with whether it came late."""
    follow = view.follow
    if follow.source_id is not None and follow.source_id != article.source_id:
        return None
    if follow.topic_id is None:
        return Match(view)
    return Match(view, attached[follow.topic_id]) if follow.topic_id in attached else None


async def _reason(visit: Visit, case: Case, because: Because) -> Reason:
    if because.rule is Rule.NO_MATCH:
        return await _missed(visit, case.article)
    name = because.view.name if because.view else ""
    topic_id = because.view.follow.topic_id if because.view else None
    cited = None
    if because.rule is Rule.TOPIC and topic_id is not None:
        matcher = await _matcher(visit, topic_id)
        cited = _cited(visit.archive.quote(matcher, case.article))
    return Reason(Why[because.rule.name], name, because.at, case.told, cited)


async def _missed(visit: Visit, article: Article) -> Reason:
    """Of follows that do not match: one that nearly does, kept away by its own -words or filters."""
    for view in await visit.stores.chats.get_follows(visit.chat.id):
        follow = view.follow
        if follow.topic_id is None or (follow.source_id is not None and follow.source_id != article.source_id):
            continue
        matcher = await _matcher(visit, follow.topic_id)
        if not visit.archive.accepts(Matcher(matcher.alternatives), article):
            continue
        unwanted = Matcher(tuple((Clause((form,)),) for form in matcher.without))
        if (cited := _cited(visit.archive.quote(unwanted, article))) is not None:
            return Reason(Why.EXCLUDED, view.name, cited=cited)
        if visit.archive.accepts(replace(matcher, sources=(), language=None, after=None), article):
            return Reason(Why.FILTERED, view.name)
    return Reason(Why.NO_MATCH)


async def _matcher(visit: Visit, topic_id: int) -> Matcher:
    archive: Archive = visit.archive
    return await archive.matcher_of(visit.stores, await visit.stores.topics.get(topic_id))


def _cited(found: Quote | None) -> Cited | None:
    return Cited(found.text, found.spans) if found else None


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="why")
    router.message.register(why, command("why"), flags={ONLY_READS: True})
    return router
