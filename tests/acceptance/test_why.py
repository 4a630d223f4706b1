"""/why: the words that brought a story stand in bold, and whatever held one back is said in one sentence."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.context import ChatContext
from bot.topics.lemmas import Lemmatiser, Sentence
from storage.database import Database
from storage.deliveries import Post, PostKind
from storage.names import NameStore
from storage.records import Block, BlockKind, StoryView
from tests.acceptance.newsroom import DEFENCE, LATEST, VALLEY
from tests.acceptance.person import LocalTelegram, Person
from tests.storage.samples import new_article, store


async def shown(database: Database, reader: Person, story_id: int, message_id: int) -> StoryView:
    """The ledger as it is once the worker has sent the reader this story."""
    async with database.transaction() as stores:
        view = await stores.stories.get_view(story_id)
        article = view.article
        post = Post(
            reader.number, message_id, story_id, article.id, article.revision, PostKind.TEXT, article.arrived_at
        )
        await stores.posts.add([post])
    return view


async def bold(telegram: LocalTelegram, chat: int) -> Sequence[str]:
    """What stands in bold in the newest message."""
    [*_, last] = (await telegram.look(f"/chats/{chat}/messages"))["messages"]
    units = last["text"].encode("utf-16-le")
    marks = [one for one in last.get("entities", ()) if one["type"] == "bold"]
    return [units[2 * m["offset"] : 2 * (m["offset"] + m["length"])].decode("utf-16-le") for m in marks]


async def test_the_words_that_brought_a_story(
    reader: Person, telegram: LocalTelegram, database: Database, news: dict[str, int]
) -> None:
    answer = await reader.says("/follow ОДКБ")
    await shown(database, reader, news[DEFENCE], answer.number)
    said = await reader.says("/why", reply_to=answer.number)
    assert "Новость пришла по теме «ОДКБ»" in said.text
    assert "На повестке учения Организации Договора о коллективной безопасности в горах." in said.text
    assert "Организации Договора о коллективной безопасности" in await bold(telegram, reader.number)


async def test_alone_it_is_about_the_last_story(reader: Person, database: Database, news: dict[str, int]) -> None:
    assert "/why https" in (await reader.says("/why")).text
    answer = await reader.says("/follow рис")
    await shown(database, reader, news[LATEST], answer.number)
    assert LATEST in (await reader.says("/why")).text


async def test_a_link_tells_which_rule_held_a_story_back(
    reader: Person, context: ChatContext, database: Database, news: dict[str, int]
) -> None:
    async with database.snapshot() as stores:
        address = (await stores.stories.get_view(news[DEFENCE])).article.url
    assert "вы ни на что не подписаны" in (await reader.says(f"/why {address}")).text
    await reader.says("/follow рис")
    assert "ни одна из ваших тем" in (await reader.says(f"/why {address}")).text
    await reader.says("/follow ОДКБ -журналисты")
    excluded = await reader.says(f"/why {address}")
    assert "есть слова, которые вы исключили" in excluded.text
    assert "Журналистов пустят только на открытие." in excluded.text
    await reader.says("/follow ОДКБ source:Пайки")
    await reader.says("/unfollow ОДКБ -журналисты")
    assert "(источник, язык или дата)" in (await reader.says(f"/why {address}")).text
    assert context


async def test_a_page_that_nobody_knows(reader: Person) -> None:
    assert "архиве нет" in (await reader.says("/why https://nowhere.example/1")).text


async def test_another_page_of_the_story_had_come(reader: Person, database: Database, news: dict[str, int]) -> None:
    """The reader has the story from one source; the link is another source's copy."""
    answer = await reader.says("/follow рис")
    view = await shown(database, reader, news[LATEST], answer.number)
    async with database.transaction() as stores:
        first = view.article
        other = new_article(900, first.source_id, url="https://copy.example/rice", title="Рис подорожал")
        article_id = await stores.articles.add(other, first.story_id, first.arrived_at, is_pushed=True)
        await stores.stories.grow(first.story_id, article_id, first.arrived_at)
    said = await reader.says("/why https://copy.example/rice")
    assert f"уже рассказала статья {LATEST}" in said.text


async def test_a_page_that_a_groups_post_showed_at_first_had_come(
    reader: Person, telegram: LocalTelegram, database: Database
) -> None:
    """A newer page stands in its place since: the group was shown both, but none of what came between them."""
    group = await telegram.chat("supergroup", "Соседи", reader, bot="administrator")
    answer = await reader.says("/help@khabar_demo_bot", group)
    now = datetime.now(UTC)
    async with database.transaction() as stores:
        await stores.chats.follow(group)
        source = await stores.sources.add(VALLEY)
        story_id = await stores.stories.open(now)
        first, between, newest = [
            await store(
                stores,
                new_article(910 + minute, source.id, title=f"Рис: {minute}", published_at=now),
                story_id=story_id,
                at=now + timedelta(minutes=minute),
            )
            for minute in (0, 2, 4)
        ]
        sent_at = now + timedelta(minutes=1)
        await stores.posts.add([Post(group, answer.number, story_id, newest, 1, PostKind.TEXT, sent_at)])
    assert first < between < newest
    for minute in (0, 4):
        said = await reader.says(f"/why@khabar_demo_bot https://agency.example/{910 + minute}", group)
        assert "вы получаете все новости" in said.text
        assert "рассказала" not in said.text
    said = await reader.says("/why@khabar_demo_bot https://agency.example/912", group)
    assert "уже рассказала статья Рис: 4" in said.text


async def test_what_answers_an_earlier_message_came_because_there_was_something_new(
    reader: Person, database: Database, news: dict[str, int]
) -> None:
    """In the reader's language it need not be the page with which the facts turned."""
    answer = await reader.says("/follow рис")
    view = await shown(database, reader, news[LATEST], answer.number)
    async with database.transaction() as stores:
        first = view.article
        page = await store(stores, new_article(920, first.source_id, title="Рис дешевеет"), story_id=first.story_id)
        given = Post(reader.number, answer.number + 1, first.story_id, page, 1, PostKind.TEXT, first.arrived_at)
        await stores.posts.add([given])
    said = await reader.says("/why https://agency.example/920")
    assert f"Об этом вам уже рассказала статья {LATEST}. С тех пор появилось новое" in said.text


async def test_a_topic_that_an_old_story_matches_is_not_said_to_refuse_it(
    reader: Person, database: Database, news: dict[str, int]
) -> None:
    """A topic takes only so much of the archive along: what is older is none of its articles, though it matches."""
    await reader.says("/follow ОДКБ source:Вестник language:ru")
    async with database.transaction() as stores:
        article = (await stores.stories.get_view(news[DEFENCE])).article
        await stores.topics.attach(article.id, ())
    said = (await reader.says(f"/why {article.url}")).text
    assert "источник, язык" not in said
    assert "Новость не пришла: тема «ОДКБ source:Вестник language:ru»" in said


async def test_what_came_with_an_import_or_a_sources_first_fetch_is_past(reader: Person, database: Database) -> None:
    await reader.says("/follow водохранилище")
    then = datetime(2021, 3, 4, tzinfo=UTC)
    async with database.transaction() as stores:
        source = await stores.sources.add(VALLEY)
        for number, is_past in ((901, True), (902, False)):
            url = f"https://valley.example/{number}"
            old = new_article(number, source.id, url=url, title="Водохранилище", published_at=then)
            story_id = await stores.stories.open(then)
            now = datetime.now(UTC)
            article_id = await stores.articles.add(old, story_id, now, is_pushed=False, is_past=is_past)
            await stores.stories.grow(story_id, article_id, then)
    for number in (901, 902):
        said = (await reader.says(f"/why https://valley.example/{number}")).text
        assert "она вышла до подключения источника" in said


async def test_many_follows_are_explained_by_one_reading(
    reader: Person, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reader.says("/start")
    async with database.transaction() as stores:
        source = await stores.sources.add(VALLEY)
        paragraph = "Председатель района рассказал о ремонте дорог, школ и каналов, а также о новых рынках. "
        body = (Block(BlockKind.PARAGRAPH, paragraph * 300),)
        long = new_article(903, source.id, url="https://valley.example/903", title="Отчёт", body=body)
        story_id = await stores.stories.open(long.published_at)
        article_id = await stores.articles.add(long, story_id, long.published_at, is_pushed=True)
        await stores.stories.grow(story_id, article_id, long.published_at)
        for number in range(60):
            topic = await stores.topics.add(f"ремонт дорог -снег{number} source:Пайки", f"ремонт{number}")
            await stores.chats.follow(reader.number, topic_id=topic.id)
    read: list[str] = []
    looked_up: list[int] = []
    sentences, get = Lemmatiser.sentences, NameStore.get

    def count_read(self: Lemmatiser, text: str, language: str | None = None) -> list[Sentence]:
        read.append(text)
        return sentences(self, text, language)

    async def count_names(self: NameStore, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        looked_up.append(len(keys))
        return await get(self, keys)

    monkeypatch.setattr(Lemmatiser, "sentences", count_read)
    monkeypatch.setattr(NameStore, "get", count_names)
    assert "(источник, язык или дата)" in (await reader.says("/why https://valley.example/903")).text
    assert len(read) == 2  # the title and the text
    assert len(looked_up) <= 2 * 60 / 10
