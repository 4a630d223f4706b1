"""/why: the words that brought a story stand in bold, and whatever held one back is said in one sentence."""

from collections.abc import Sequence

from bot.chat.context import ChatContext
from storage.database import Database
from storage.deliveries import Post, PostKind
from storage.records import StoryView
from tests.acceptance.newsroom import DEFENCE, LATEST
from tests.acceptance.person import LocalTelegram, Person
from tests.storage.samples import new_article


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
    assert "Пришло по теме «ОДКБ»" in said.text
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
    assert "её условия" in (await reader.says(f"/why {address}")).text
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
