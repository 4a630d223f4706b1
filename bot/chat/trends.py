"""/trends and a topic's own curve, each as a picture that can be turned dark or light."""

from collections.abc import Sequence
from datetime import timedelta

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.chat.context import Visit
from bot.chat.filters import command
from bot.chat.middleware import ONLY_READS
from bot.chat.replies import Draw, Picture, Repaint, Reply, Say
from bot.rendering.callbacks import ShowTopicTrend, ShowTrends
from bot.rendering.charts import MAX_CURVES, Theme
from bot.rendering.scripts import best_name
from bot.rendering.trends import topic_trend_chart, topic_trend_screen, trends_chart, trends_screen
from bot.topics.trends import FORTNIGHT, Counted, as_one, rising
from storage.naming import Entity, EntityKind

MONTH = 30  # days of a topic's curve
_DAY = timedelta(days=1)


async def trends(_: Message, visit: Visit) -> Reply:
    """/trends."""
    risen = await _risen(visit)
    chart = trends_chart(risen, visit.now.date(), visit.words)
    screen = trends_screen(risen, visit.words, theme=Theme.LIGHT)
    return Say(screen) if chart is None else Draw(Picture(screen, chart, Theme.LIGHT))


async def turn_trends(_: CallbackQuery, callback_data: ShowTrends, visit: Visit) -> Reply:
    """The same in the other theme, as it stands now."""
    risen = await _risen(visit)
    chart = trends_chart(risen, visit.now.date(), visit.words)
    screen = trends_screen(risen, visit.words, theme=callback_data.theme)
    return Say(screen) if chart is None else Repaint(Picture(screen, chart, callback_data.theme))


async def show_topic(_: CallbackQuery, callback_data: ShowTopicTrend, visit: Visit) -> Reply:
    """A topic by days; in the other theme where the button stands under such a picture already."""
    topic = await visit.stores.topics.get(callback_data.topic_id)
    today = visit.now.date()
    days = await visit.stores.trends.count_topic(topic.id, today, MONTH)
    theme = callback_data.theme or Theme.LIGHT
    picture = Picture(
        topic_trend_screen(topic.id, topic.name, days, visit.words, theme=theme),
        topic_trend_chart(topic.name, days, today, visit.words),
        theme,
    )
    return Draw(picture) if callback_data.theme is None else Repaint(picture)


async def _risen(visit: Visit) -> list[tuple[Entity, tuple[int, ...]]]:
    midnight = visit.now.replace(hour=0, minute=0, second=0, microsecond=0)
    counted = [Counted(*one) for one in await visit.stores.trends.count_top(visit.now.date(), FORTNIGHT)]
    things = await visit.archive.things_named(visit.stores, [one.entity.name for one in counted])
    together = [_together([counted[place] for place in one.places], one.others, visit) for one in things]
    found = rising(together, (visit.now - midnight) / _DAY, limit=MAX_CURVES)
    return [(one.entity, one.days) for one in found]


def _together(counted: Sequence[Counted], others: Sequence[str], visit: Visit) -> Counted:
    """Names of one thing as one, under that of the reader's language; of a person the fullest one."""
    is_person = counted[0].entity.kind is EntityKind.PERSON
    names = [one.entity.name for one in counted]
    names.sort(key=lambda name: -len(name.split()) if is_person else 0)
    return as_one(counted, best_name(names, () if is_person else others, visit.words.language))


def create_router() -> Router:
    """Handlers of this subject."""
    router = Router(name="trends")
    reads = {ONLY_READS: True}
    router.message.register(trends, command("trends"), flags=reads)
    router.callback_query.register(turn_trends, ShowTrends.filter(), flags=reads)
    router.callback_query.register(show_topic, ShowTopicTrend.filter(), flags=reads)
    return router
