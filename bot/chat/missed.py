"""Of a chat's follows that an article was not sent for: one that it matches after all, or one that it nearly does.

Only the text itself can tell. It is read once for all of them, in a thread, and other chats have their turn between one
follow and the next.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.chat.context import Visit
from bot.delivery.why import Because, Match, Rule
from bot.topics.matcher import Facts, Matcher
from bot.topics.quote import Quote, Spelled, quote_spelled
from storage.asking import Clause
from storage.records import Article, FollowView

MOST_FOLLOWS = 100  # that are looked at; what the others ask for is not explained
TOGETHER = 10  # topics whose names are looked up at once


class Asked:
    """What the topics of a chat's follows ask for, each worked out once for all articles of an answer."""

    def __init__(self, visit: Visit, follows: Sequence[FollowView]) -> None:
        self._visit = visit
        self._left = list(dict.fromkeys(one.follow.topic_id for one in follows if one.follow.topic_id is not None))
        self._known: dict[int, Matcher] = {}

    async def matcher(self, topic_id: int) -> Matcher:
        """The question of one of these topics; those that come next are worked out with it."""
        while topic_id not in self._known:
            at = self._left.index(topic_id)
            part = self._left[at : at + TOGETHER]
            del self._left[at : at + TOGETHER]
            topics = await self._visit.stores.topics.get_many(part)
            matchers = await self._visit.archive.matchers_of(self._visit.stores, topics)
            self._known |= {topic.id: matcher for topic, matcher in zip(topics, matchers, strict=True)}
            await asyncio.sleep(0)
        return self._known[topic_id]


@dataclass(frozen=True, slots=True)
class Missed:
    """`match`: the follow whose question the article answers all the same. Else `because`: the first that it nearly
    answers, with the sentence that has an unwanted word. Both None: it is about nothing that was asked for.
    """

    match: Match | None = None
    because: Because | None = None
    quote: Quote | None = None


async def find_missed(article: Article, spelled: Spelled, follows: Sequence[FollowView], asked: Asked) -> Missed:
    """What becomes of an article that was found to match none of the follows."""
    nearly = Missed()
    facts = Facts(article.source_name, article.language, article.published_at)
    for view in [one for one in follows if may_ask_for(one, article)][:MOST_FOLLOWS]:
        if view.follow.topic_id is None:
            continue
        matcher = await asked.matcher(view.follow.topic_id)
        if matcher.accepts(spelled.reading, facts):
            return Missed(Match(view, is_late=True))
        if nearly.because is None:
            nearly = _nearly(view, matcher, spelled, facts)
        await asyncio.sleep(0)
    return nearly


def may_ask_for(view: FollowView, article: Article) -> bool:
    """Whether the article's source is one that the follow takes."""
    return view.follow.source_id in {None, article.source_id}


def _nearly(view: FollowView, matcher: Matcher, spelled: Spelled, facts: Facts) -> Missed:
    """Whether nothing but the -words or the filters of a question that refuses an article are in its way."""
    filtered = replace(matcher, without=())
    if not Matcher(matcher.alternatives).holds(spelled.reading):
        return Missed()
    if not filtered.accepts(spelled.reading, facts):
        return Missed(because=Because(Rule.FILTERED, view))
    unwanted = Matcher(tuple((Clause((form,)),) for form in matcher.without))
    return Missed(because=Because(Rule.EXCLUDED, view), quote=quote_spelled(unwanted, spelled))
