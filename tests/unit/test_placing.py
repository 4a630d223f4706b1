"""Pages about one event land in one story, whoever stores them, and whatever breaks on the way."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.annotator import Annotator
from bot.ingest.draft import Draft
from bot.landing import Known, Landing
from bot.metrics import Metrics
from bot.placing import PastPlacing, StoryDesk
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.database import Database
from storage.records import Block, BlockKind, NewSource, Source, Story
from storage.schema import migrate

NOW = datetime.now(UTC)
LEMMATISER = Lemmatiser()

BRIDGE = (
    (
        "В Хороге обрушился мост через Гунт, погибли трое",
        (
            "Автомобильный мост через реку Гунт обрушился утром в Хороге, когда по нему шёл самосвал. Погибли три "
            "человека, ещё двое в больнице, сообщил Комитет по чрезвычайным ситуациям. Мост построили в 1971 году."
        ),
    ),
    (
        "Мост рухнул под самосвалом в Хороге: три жертвы",
        (
            "Три человека погибли при обрушении моста в Хороге. Конструкция над Гунтом не выдержала "
            "самосвала с щебнем. Двое пострадавших госпитализированы, движение пустили в объезд через кишлак Тем."
        ),
    ),
    (
        "КЧС: при обрушении моста в столице Бадахшана погибли трое",
        (
            "Комитет по чрезвычайным ситуациям уточнил, что под обломками моста через Гунт погибли водитель "
            "самосвала и два пешехода. Мосту было больше пятидесяти лет, ремонт откладывали с 2019 года."
        ),
    ),
)
HARVEST = (
    "Хатлон собрал рекордный урожай лимонов",
    (
        "Хозяйства Хатлонской области сняли с деревьев 14 тысяч тонн лимонов, это на пятую часть больше прошлогоднего. "
        "Половину урожая отправят в Россию и Казахстан, сказали в управлении сельского хозяйства."
    ),
)


class PowerCut(Exception):
    """Before the transaction was committed."""


@dataclass(frozen=True, slots=True)
class Newsroom:
    """Three sources that tell of the same things."""

    database: Database
    annotator: Annotator
    sources: tuple[Source, ...]

    def landing(self, settings: Settings | None = None) -> Landing:
        """As another process has it."""
        return Landing(self.database, self.annotator, LEMMATISER, settings or Settings(), Metrics())

    def landing_of_the_past(self) -> Landing:
        """As `khabar import` has it."""
        placing = PastPlacing(Settings().stories)
        return Landing(self.database, self.annotator, LEMMATISER, Settings(), Metrics(), placing)

    async def tell(self, landing: Landing, source: int, title: str, text: str, *, at: datetime = NOW) -> int:
        """The story that an article of a source came into."""
        one = draft(title, text, at)
        await landing.land(self.sources[source], [Known(one)], frozenset({one.identity}))
        async with self.database.snapshot() as stores:
            found = await stores.articles.get_by_url(one.url)
        assert found is not None
        return found.story_id

    async def story(self, story_id: int) -> Story:
        async with self.database.snapshot() as stores:
            return await stores.stories.get(story_id)


def draft(title: str, text: str, at: datetime = NOW) -> Draft:
    return Draft(
        identity=title,
        feed_hash=f"{title} {text}",
        url=f"https://agency.example/{abs(hash((title, at)))}",
        title=title,
        lead="",
        body=(Block(BlockKind.PARAGRAPH, text),),
        language="ru",
        published_at=at,
    )


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'khabar.db'}")
    await migrate(database, NOW)
    names = ("Памир-Информ", "Вахш-Пресс", "Азия-Новости")
    async with database.transaction() as stores:
        new = [NewSource(f"https://{place}.example/rss", name) for place, name in enumerate(names)]
        sources = tuple([await stores.sources.add(one) for one in new])
    async with Annotator(LEMMATISER) as annotator:
        yield Newsroom(database, annotator, sources)
    await database.close()


async def test_three_agencies_tell_one_story_and_a_fourth_page_another(newsroom: Newsroom) -> None:
    landing = newsroom.landing()
    told = {await newsroom.tell(landing, source, *page) for source, page in enumerate(BRIDGE)}
    assert len(told) == 1
    story = await newsroom.story(told.pop())
    assert (story.articles, story.sources) == (3, 3)
    assert await newsroom.tell(landing, 0, *HARVEST) != story.id


async def test_a_process_that_starts_anew_goes_on_where_the_last_one_stood(newsroom: Newsroom) -> None:
    first = await newsroom.tell(newsroom.landing(), 0, *BRIDGE[0])
    assert await newsroom.tell(newsroom.landing(), 1, *BRIDGE[1]) == first


async def test_what_another_process_stored_is_known_at_once(newsroom: Newsroom) -> None:
    one, other = newsroom.landing(), newsroom.landing()
    await newsroom.tell(one, 0, *HARVEST)
    first = await newsroom.tell(other, 0, *BRIDGE[0])
    assert await newsroom.tell(one, 1, *BRIDGE[1]) == first


async def test_what_was_rolled_back_is_no_story_to_join(newsroom: Newsroom) -> None:
    landing = newsroom.landing()
    await newsroom.tell(landing, 0, *HARVEST)
    ready = await landing.read(newsroom.sources[0], [Known(draft(*BRIDGE[0]))])
    with suppress(PowerCut):
        async with newsroom.database.transaction() as stores:
            await landing.store(stores, ready)
            raise PowerCut
    story = await newsroom.story(await newsroom.tell(landing, 1, *BRIDGE[1]))
    assert (story.articles, story.sources) == (1, 1)


async def test_a_page_that_an_admin_split_off_stays_apart_and_later_pages_glue_nothing(newsroom: Newsroom) -> None:
    landing = newsroom.landing()
    desk = StoryDesk(landing.placing)
    first = await newsroom.tell(landing, 0, *BRIDGE[0])
    assert await newsroom.tell(landing, 1, *BRIDGE[1]) == first
    async with newsroom.database.transaction() as stores:
        page = (await stores.stories.get_tellings(first))[1]
        split = await desk.split(stores, page.article_id, NOW)
    assert split != first
    assert await newsroom.tell(landing, 2, *BRIDGE[2]) in {first, split}
    stories = [await newsroom.story(one) for one in (first, split)]
    assert sorted(one.articles for one in stories) == [1, 2]
    assert all(one.merged_into is None for one in stories)


async def test_stories_that_an_admin_made_one_take_later_pages_together(newsroom: Newsroom) -> None:
    landing = newsroom.landing()
    desk = StoryDesk(landing.placing)
    one = await newsroom.tell(landing, 0, *BRIDGE[0])
    other = await newsroom.tell(landing, 0, *HARVEST)
    async with newsroom.database.transaction() as stores:
        await desk.merge(stores, other, one, NOW)
    assert await newsroom.tell(landing, 1, *BRIDGE[1]) == other
    assert (await newsroom.story(one)).id == other, "an old button leads to the story that it became"


async def test_a_site_whose_pages_all_show_one_text_tells_as_many_stories_as_it_has_headlines(
    newsroom: Newsroom,
) -> None:
    landing = newsroom.landing()
    text = " ".join(page[1] for page in BRIDGE)
    titles = ("Мост через Гунт рухнул", "Лимонов стало больше", "Открыта школа")
    assert len({await newsroom.tell(landing, 0, title, text) for title in titles}) == len(titles)


async def test_a_preferred_source_leads_whenever_it_tells(newsroom: Newsroom) -> None:
    landing = newsroom.landing(Settings.model_validate({"stories": {"preferred": ["Азия-Новости"]}}))
    for source, page in enumerate(BRIDGE):
        story_id = await newsroom.tell(landing, source, *page)
    async with newsroom.database.snapshot() as stores:
        assert (await stores.stories.get_view(story_id)).article.source_name == "Азия-Новости"


async def test_an_echo_after_the_story_closed_opens_one_that_points_back(newsroom: Newsroom) -> None:
    landing = newsroom.landing()
    first = await newsroom.tell(landing, 0, *BRIDGE[0], at=NOW - timedelta(days=6))
    echo = await newsroom.story(await newsroom.tell(landing, 1, *BRIDGE[1]))
    assert echo.id != first
    assert echo.follows_id == first


async def test_the_past_finds_its_stories_among_its_own_days(newsroom: Newsroom) -> None:
    past = newsroom.landing_of_the_past()
    then = NOW - timedelta(days=400)
    first = await import_past(newsroom, past, 0, draft(*BRIDGE[0], then))
    assert await import_past(newsroom, past, 1, draft(*BRIDGE[1], then + timedelta(hours=2))) == first
    assert await import_past(newsroom, past, 2, draft(*BRIDGE[2], then + timedelta(days=200))) != first


async def import_past(newsroom: Newsroom, landing: Landing, source: int, one: Draft) -> int:
    """As `khabar import` does it; the story that the page came into."""
    ready = await landing.read(newsroom.sources[source], [Known(one)])
    await landing.prepare(ready)
    async with newsroom.database.transaction() as stores:
        await landing.store(stores, ready, is_past=True)
        found = await stores.articles.get_by_url(one.url)
    assert found is not None
    return found.story_id


async def test_a_bot_hears_of_pages_of_these_days_that_are_imported_beside_it(newsroom: Newsroom) -> None:
    live = newsroom.landing()
    await newsroom.tell(live, 0, *HARVEST)
    past = newsroom.landing_of_the_past()
    earlier = await import_past(newsroom, past, 0, draft(*BRIDGE[0], NOW - timedelta(hours=5)))
    assert await newsroom.tell(live, 1, *BRIDGE[1]) == earlier


async def test_a_page_of_the_past_that_is_corrected_stays_in_its_story(newsroom: Newsroom) -> None:
    live = newsroom.landing()
    one = draft(*BRIDGE[0], NOW - timedelta(hours=5))
    earlier = await import_past(newsroom, newsroom.landing_of_the_past(), 0, one)
    async with newsroom.database.snapshot() as stores:
        known = await stores.articles.get_by_url(one.url)
    assert known is not None
    await live.land(newsroom.sources[0], [Known(replace(one, feed_hash="2", title=BRIDGE[2][0]), known.id)])
    await newsroom.tell(live, 2, *HARVEST)
    assert await newsroom.tell(live, 1, *BRIDGE[1]) == earlier


async def test_an_echo_in_the_past_points_back_as_one_of_today_does(newsroom: Newsroom) -> None:
    past = newsroom.landing_of_the_past()
    then = NOW - timedelta(days=400)
    first = await import_past(newsroom, past, 0, draft(*BRIDGE[0], then))
    echo = await newsroom.story(await import_past(newsroom, past, 1, draft(*BRIDGE[1], then + timedelta(days=6))))
    assert echo.follows_id == first


async def test_nobody_joins_a_story_whose_only_page_an_admin_withdrew(newsroom: Newsroom) -> None:
    landing = newsroom.landing()
    first = await newsroom.tell(landing, 0, *BRIDGE[0])
    await newsroom.tell(landing, 0, *HARVEST)
    async with newsroom.database.transaction() as stores:
        page = (await stores.stories.get_tellings(first))[0]
        await StoryDesk(landing.placing).withdraw(stores, page.article_id, NOW)
    assert await newsroom.tell(landing, 1, *BRIDGE[1]) != first


async def test_a_preferred_source_leads_what_an_admin_merges_before_anything_came(newsroom: Newsroom) -> None:
    landing = newsroom.landing()
    one = await newsroom.tell(landing, 0, *BRIDGE[0])
    other = await newsroom.tell(landing, 2, *HARVEST)
    settings = Settings.model_validate({"stories": {"preferred": ["азия-новости"]}})
    async with newsroom.database.transaction() as stores:
        await StoryDesk(newsroom.landing(settings).placing).merge(stores, one, other, NOW)
        assert (await stores.stories.get_view(one)).article.source_name == "Азия-Новости"


async def test_a_new_revision_is_compared_by_what_it_says_now(newsroom: Newsroom) -> None:
    landing = newsroom.landing()
    plain = draft("Срочно", "Подробности сообщим позже.")
    await landing.land(newsroom.sources[0], [Known(plain)], frozenset())
    async with newsroom.database.snapshot() as stores:
        known = await stores.articles.get_by_url(plain.url)
    assert known is not None
    whole = replace(plain, title=BRIDGE[0][0], body=draft(*BRIDGE[0]).body, feed_hash="2")
    await landing.land(newsroom.sources[0], [Known(whole, known.id)], frozenset())
    assert await newsroom.tell(landing, 1, *BRIDGE[1]) == known.story_id
