"""/why: as a reply to a card, with a link, or alone for the last story that came."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from aiogram import Router
from aiogram.filters import CommandObject
from aiogram.types import Message

from bot.chat.context import Visit
from bot.chat.filters import command
from bot.chat.middleware import ONLY_READS
from bot.chat.missed import Asked, find_missed, may_ask_for
from bot.chat.named import find_named
from bot.chat.replies import Reply, Say
from bot.delivery.why import Because, Case, Match, Rule, decide_why, gave_way
from bot.rendering.admin import Unnamed, unnamed
from bot.rendering.headlines import Snippet
from bot.rendering.why import MAX_REASONS, MAX_SHOWN, Explained, Reason, Why, why_how, why_screen
from bot.topics.quote import Quote, Spelled, quote_spelled
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
    explainer = _Explainer(visit, await visit.stores.chats.get_follows(visit.chat.id))
    explained = [await explainer.explain(article) for article in found[:MAX_SHOWN]]
    return Say(why_screen(explained, visit.words, timezone=visit.zone, now=visit.now))


class _Explainer:
    """Explains articles to one chat."""

    def __init__(self, visit: Visit, follows: Sequence[FollowView]) -> None:
        self._visit = visit
        self._follows = follows
        self._asked = Asked(visit, follows)

    async def explain(self, article: Article) -> Explained:
        """The reasons why an article came, or the one why it did not."""
        case = await self._case(article)
        rules = self._decide(case)
        if rules[0].rule is Rule.NO_MATCH:
            return Explained(article, (await self._missed(case),))
        spelled = await self._spell(article) if any(one.rule is Rule.TOPIC for one in rules) else None
        return Explained(article, tuple([await self._reason(case, one, spelled) for one in rules[:MAX_REASONS]]))

    async def _case(self, article: Article) -> Case:
        stores, chat_id = self._visit.stores, self._visit.chat.id
        posts = await stores.readers.get_told(chat_id, article.story_id)
        attached = await stores.topics.get_attached(article.id)
        first = await stores.articles.get_first_arrival(article.source_id)
        is_told_by_another = bool(posts) and posts[0].article_id != article.id
        case = Case(
            chat=self._visit.chat,
            article=article,
            matches=tuple(match for view in self._follows if (match := _match(view, article, attached)) is not None),
            follows=len(self._follows),
            is_posted=any(post.article_id == article.id for post in posts),
            is_pushed=await stores.articles.is_pushed(article.id),
            is_past=article.id < 0 or (first is not None and article.published_at < first),
            told=await stores.articles.get(posts[0].article_id) if is_told_by_another else None,
        )
        if posts and gave_way(case, posts[0].posted_at):
            return replace(case, is_posted=True, told=None)
        return case

    def _decide(self, case: Case) -> Sequence[Because]:
        max_age = self._visit.context.settings.delivery.max_age
        return decide_why(case, now=self._visit.now, zone=self._visit.zone, max_age=max_age)

    async def _missed(self, case: Case) -> Reason:
        """Of an article that is no topic's of the chat: whether it ought to be, or what is in its way."""
        spelled = await self._spell(case.article)
        missed = await find_missed(case.article, spelled, self._follows, self._asked)
        if missed.match is not None:
            [because] = self._decide(replace(case, matches=(missed.match,)))
            return await self._reason(case, because, spelled)
        because = missed.because or Because(Rule.NO_MATCH)
        return _reason(case, because, missed.quote)

    async def _reason(self, case: Case, because: Because, spelled: Spelled | None) -> Reason:
        topic_id = because.view.follow.topic_id if because.view else None
        if because.rule is not Rule.TOPIC or topic_id is None or spelled is None:
            return _reason(case, because)
        found = quote_spelled(await self._asked.matcher(topic_id), spelled)
        await asyncio.sleep(0)
        return _reason(case, because, found)

    async def _spell(self, article: Article) -> Spelled:
        # A long article takes a tenth of a second, in which others have their turns.
        return await asyncio.to_thread(self._visit.archive.spell, article)


def _match(view: FollowView, article: Article, attached: Mapping[int, bool]) -> Match | None:
    """`attached` are the topics of the article, each with whether it came late."""
    topic_id = view.follow.topic_id
    if not may_ask_for(view, article):
        return None
    if topic_id is None:
        return Match(view)
    return Match(view, attached[topic_id]) if topic_id in attached else None


def _reason(case: Case, because: Because, found: Quote | None = None) -> Reason:
    name = because.view.name if because.view else ""
    cited = Snippet(found.text, found.spans) if found else None
    return Reason(Why[because.rule.name], name, because.at, case.told, cited)


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="why")
    router.message.register(why, command("why"), flags={ONLY_READS: True})
    return router
