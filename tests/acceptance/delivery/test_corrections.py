"""What stands in chats reads as its article does now, and goes or is marked where the article was taken back."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from bot.delivery.compose import Composer
from bot.delivery.corrections import DELETABLE, EDIT_WAIT, REFUSED_WAIT, Corrector, forget_old_posts
from bot.delivery.pace import Pacer
from bot.delivery.results import Sent
from bot.delivery.sender import Sender, TokenRefused
from bot.metrics import Metrics
from bot.rendering.locales import Locales
from config.settings import DeliverySettings, StorySettings
from storage import deliveries
from storage.deliveries import Bundle, PostKind
from storage.records import Chat, ChatKind, ChatState
from tests.acceptance.delivery.conftest import Post
from tests.acceptance.person import Person
from tests.storage.samples import new_article, store
from tests.unit.fake_site import FakeSite

MARK = "Публикация отозвана."
SECOND = timedelta(seconds=1)
OTHER = 78


@dataclass(slots=True)
class Desk:
    """Messages that stand, a corrector, and a clock that a test may turn."""

    post: Post
    sender: Sender = field(init=False)
    metrics: Metrics = field(default_factory=Metrics)
    turned: timedelta = timedelta()
    articles: int = 0
    composer: Composer = field(default_factory=lambda: Composer(Locales("ru"), "Asia/Dushanbe"))

    def __post_init__(self) -> None:
        self.forget_waits()

    def forget_waits(self) -> None:
        """A sender that knows of no `retry_after`: its own clock cannot be turned."""
        self.sender = Sender(self.post.bot, Pacer(1000, 1000), time.monotonic)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.turned

    def corrector(self, **settings: object) -> Corrector:
        given = DeliverySettings.model_validate(settings)
        return Corrector(self.post.database, self.sender, self.composer, self.metrics, given, StorySettings(), self.now)

    async def publish(self, title: str, **changes: object) -> int:
        """A new article in the archive; its id."""
        self.articles += 1
        async with self.post.database.transaction() as stores:
            return await store(stores, new_article(self.articles, self.post.source_id, title=title, **changes))

    async def stands(self, chat_id: int, *article_ids: int, kind: PostKind | None = None) -> int:
        """A message with these articles that the bot sent now and wrote down; its number."""
        async with self.post.database.snapshot() as stores:
            chat = await stores.chats.get(chat_id)
            views = await stores.posts.get_views(chat_id, article_ids)
        is_list = PostKind.LIST if len(views) > 1 else None
        message = self.composer.message(Bundle(chat, tuple(views), until=0), self.now(), kind=is_list)
        sent = await self.sender.send(chat, message)
        assert isinstance(sent, Sent)
        async with self.post.database.transaction() as stores:
            await stores.posts.add(
                [
                    deliveries.Post(
                        chat_id=chat_id,
                        message_id=sent.message_id,
                        story_id=view.story_id,
                        article_id=view.article.id,
                        revision=view.article.revision,
                        kind=kind or is_list or sent.kind,
                        posted_at=self.now(),
                        image=view.article.image,
                        place=place,
                    )
                    for place, view in enumerate(views)
                ]
            )
        return sent.message_id

    async def change(self, article_id: int, title: str, **changes: object) -> None:
        async with self.post.database.transaction() as stores:
            new = new_article(article_id, self.post.source_id, title=title, **changes)
            assert await stores.articles.revise(article_id, new, self.now())

    async def withdraw(self, article_id: int) -> None:
        async with self.post.database.transaction() as stores:
            assert await stores.articles.withdraw(article_id, self.now())

    async def is_done(self) -> bool:
        """Whether nothing waits for an edit."""
        async with self.post.database.snapshot() as stores:
            return not await stores.posts.has_corrections()

    async def whole(self, chat_id: int) -> list[str]:
        """The bot's messages in a chat, as they read."""
        return [seen.text for seen in await self.post.telegram.messages(chat_id) if seen.is_bots]

    async def asked(self) -> list[tuple[str, int]]:
        """The bot's edits and deletions: the method and the chat."""
        calls = await self.post.telegram.calls("")
        changing = [call for call in calls if call["method"].lower().startswith(("edit", "delete"))]
        return [(call["method"].lower(), int(call["params"]["chat_id"])) for call in changing]


@pytest.fixture
def desk(post: Post) -> Desk:
    return Desk(post)


@pytest.fixture
async def picture() -> AsyncIterator[str]:
    """The address of a picture that Telegram can fetch."""
    drawn = BytesIO()
    Image.new("RGB", (640, 360), "teal").save(drawn, "PNG")
    async with FakeSite() as site:
        yield site.serve("/1.png", drawn.getvalue(), Content_Type="image/png")


async def test_a_correction_edits_channels_and_leaves_private_chats_alone(
    desk: Desk, channel: int, reader: Person
) -> None:
    article_id = await desk.publish("Погибли трое")
    for chat in (channel, reader.number):
        await desk.stands(chat, article_id)
    await desk.change(article_id, "Пострадали трое, погибших нет")
    assert await desk.corrector().correct() == 1
    assert await desk.corrector().correct() == 0
    assert await desk.post.texts(channel) == ["Пострадали трое, погибших нет"]
    assert await desk.post.texts(reader.number) == ["Погибли трое"]
    assert await desk.is_done()


async def test_where_the_settings_ask_for_it_private_chats_follow_the_channels(
    desk: Desk, channel: int, reader: Person
) -> None:
    article_id = await desk.publish("Погибли трое")
    for chat in (reader.number, channel):
        await desk.stands(chat, article_id)
    await desk.change(article_id, "Пострадали трое, погибших нет")
    corrector = desk.corrector(correct_private=True)
    assert [await corrector.correct() for _ in range(3)] == [1, 1, 0]
    assert await desk.asked() == [("editmessagetext", channel), ("editmessagetext", reader.number)]
    assert await desk.post.texts(reader.number) == ["Пострадали трое, погибших нет"]
    assert await desk.is_done()


async def test_an_answer_still_says_that_it_is_news_of_a_story_once_it_was_corrected(
    desk: Desk, reader: Person
) -> None:
    """In the reader's language it need not be the page with which the facts turned."""
    told = await desk.publish("Погибли трое")
    await desk.stands(reader.number, told)
    async with desk.post.database.transaction() as stores:
        story_id = (await stores.articles.get(told)).story_id
        page = await store(stores, new_article(2, desk.post.source_id, title="Погибших двенадцать"), story_id=story_id)
    await desk.stands(reader.number, page)
    await desk.change(page, "Погибли двенадцать человек")
    assert await desk.corrector(correct_private=True).correct() == 1
    assert (await desk.post.texts(reader.number))[-1] == "🆕 Новые подробности"


async def test_readers_corrections_take_a_share_of_the_pace_so_that_news_come_first(desk: Desk, reader: Person) -> None:
    other = await desk.post.telegram.person(OTHER, "Фирдавс")
    await other.writes("/start")
    await desk.post.follow(Chat(id=OTHER, kind=ChatKind.PRIVATE, title="Фирдавс", state=ChatState.ACTIVE))
    article_id = await desk.publish("Было")
    for chat in (reader.number, OTHER):
        await desk.stands(chat, article_id)
    await desk.change(article_id, "Стало")
    corrector = desk.corrector(correct_private=True, messages_per_second=9)
    assert [await corrector.correct() for _ in range(3)] == [1, 1, 0]
    assert await desk.is_done()


async def test_a_withdrawn_story_is_deleted_in_channels_first_and_in_private_chats_whatever_the_settings_say(
    desk: Desk, channel: int, reader: Person
) -> None:
    article_id = await desk.publish("Выдумка")
    for chat in (reader.number, channel):
        await desk.stands(chat, article_id)
    await desk.withdraw(article_id)
    corrector = desk.corrector()
    assert [await corrector.correct() for _ in range(3)] == [1, 1, 0]
    assert await desk.asked() == [("deletemessage", channel), ("deletemessage", reader.number)]
    assert await desk.whole(channel) == await desk.whole(reader.number) == []
    assert await desk.is_done()
    assert desk.metrics.messages.labels("withdrawn")._value.get() == 2


async def test_what_telegram_no_longer_deletes_is_marked(desk: Desk, channel: int, reader: Person) -> None:
    article_id = await desk.publish("Выдумка <b>редактора</b>")
    for chat in (channel, reader.number):
        await desk.stands(chat, article_id)
    await desk.withdraw(article_id)
    desk.turned = DELETABLE + SECOND
    corrector = desk.corrector()
    assert [await corrector.correct() for _ in range(3)] == [1, 1, 0]
    for chat in (channel, reader.number):
        [seen] = [one for one in await desk.post.telegram.messages(chat) if one.is_bots]
        assert seen.text == f"Выдумка <b>редактора</b>\n\n{MARK}"
        assert (seen.links, seen.labels) == ((), ())
    calls = await desk.post.telegram.calls("editMessageText")
    assert all("is_disabled" in str(call["params"]["link_preview_options"]) for call in calls)
    assert {method for method, _ in await desk.asked()} == {"editmessagetext"}


async def test_what_may_not_be_deleted_is_marked(desk: Desk, channel: int) -> None:
    article_id = await desk.publish("Выдумка")
    await desk.stands(channel, article_id)
    await desk.withdraw(article_id)
    refusal = "Bad Request: message can't be deleted for everyone"
    await desk.post.fault("error", method="deleteMessage", error_code=400, description=refusal)
    assert await desk.corrector().correct() == 1
    assert await desk.whole(channel) == [f"Выдумка\n\n{MARK}"]
    assert await desk.is_done()


@pytest.mark.parametrize("kind", [PostKind.PHOTO, PostKind.ALBUM])
async def test_under_pictures_the_caption_is_marked(desk: Desk, channel: int, picture: str, kind: PostKind) -> None:
    """Of an album only the first message is known, so none of it is deleted."""
    article_id = await desk.publish("Выдумка", image=picture)
    await desk.stands(channel, article_id, kind=kind)
    await desk.withdraw(article_id)
    if kind is PostKind.PHOTO:
        desk.turned = DELETABLE + SECOND
    assert await desk.corrector().correct() == 1
    assert await desk.whole(channel) == [f"Выдумка\n\n{MARK}"]
    assert await desk.asked() == [("editmessagecaption", channel)]


async def test_a_list_loses_the_story_that_was_taken_back(desk: Desk, channel: int) -> None:
    first, second, third = [await desk.publish(title) for title in ("Первая", "Выдумка", "Третья")]
    await desk.stands(channel, third, second, first)
    await desk.withdraw(second)
    assert await desk.corrector().correct() == 1
    [seen] = await desk.post.telegram.messages(channel)
    assert [words for words, _ in seen.links] == ["Третья", "Первая"]
    assert "Выдумка" not in seen.text
    await desk.change(first, "Первая, уточнённая")
    assert await desk.corrector().correct() == 1
    [seen] = await desk.post.telegram.messages(channel)
    assert [words for words, _ in seen.links] == ["Третья", "Первая, уточнённая"]


async def test_a_list_of_which_nothing_is_left_is_marked(desk: Desk, channel: int) -> None:
    first, second = await desk.publish("Выдумка"), await desk.publish("Вторая выдумка")
    await desk.stands(channel, first, second)
    for article_id in (first, second):
        await desk.withdraw(article_id)
    assert await desk.corrector().correct() == 1
    assert await desk.whole(channel) == ["Выдумка\nВторая выдумка\n\nПубликации отозваны."]
    assert await desk.is_done()


@pytest.mark.parametrize("is_withdrawn", [False, True])
async def test_a_message_that_people_deleted_is_forgotten(desk: Desk, channel: int, is_withdrawn: bool) -> None:
    article_id = await desk.publish("Было")
    number = await desk.stands(channel, article_id)
    await desk.post.bot.delete_message(channel, number)
    await (desk.withdraw(article_id) if is_withdrawn else desk.change(article_id, "Стало"))
    assert await desk.corrector().correct() == 0
    assert await desk.whole(channel) == []
    assert await desk.is_done()


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        ({"kind": "status", "status": 502}, EDIT_WAIT),
        ({"kind": "drop_after"}, EDIT_WAIT),
        ({"kind": "error", "error_code": 429, "description": "Too Many Requests: retry after 90",
          "parameters": {"retry_after": 90}}, 3 * EDIT_WAIT),
        ({"kind": "error", "error_code": 400, "description": "Bad Request: CHAT_SOMETHING_NEW"}, REFUSED_WAIT),
    ],
)  # fmt: skip
async def test_an_edit_that_did_not_come_through_is_tried_again_in_its_time(
    desk: Desk, channel: int, fault: dict[str, object], wait: timedelta
) -> None:
    article_id = await desk.publish("Было")
    await desk.stands(channel, article_id)
    await desk.change(article_id, "Стало")
    await desk.post.fault(method="editMessageText", **fault)  # type: ignore[arg-type]  # `kind` is among them
    corrector = desk.corrector()
    assert await corrector.correct() == 0
    desk.turned = wait - 5 * SECOND
    assert await corrector.correct() == 0
    assert len(await desk.asked()) == 1
    desk.turned = wait + 5 * SECOND
    desk.forget_waits()
    assert await desk.corrector().correct() == 1
    assert await desk.post.texts(channel) == ["Стало"]


async def test_a_wrong_token_ends_correcting_and_loses_no_edit(desk: Desk, channel: int) -> None:
    article_id = await desk.publish("Было")
    await desk.stands(channel, article_id)
    await desk.change(article_id, "Стало")
    await desk.post.fault("error", method="editMessageText", error_code=401, description="Unauthorized")
    with pytest.raises(TokenRefused, match="Unauthorized"):
        await desk.corrector().correct()
    assert await desk.corrector().correct() == 1


async def test_a_reader_who_blocked_the_bot_costs_no_request(desk: Desk, reader: Person) -> None:
    article_id = await desk.publish("Выдумка")
    await desk.stands(reader.number, article_id)
    await desk.withdraw(article_id)
    async with desk.post.database.transaction() as stores:
        await stores.chats.save(replace(await stores.chats.get(reader.number), state=ChatState.BLOCKED))
    assert await desk.corrector().correct() == 0
    assert await desk.asked() == []
    assert await desk.is_done()


async def test_a_reader_who_blocked_the_bot_unnoticed_is_asked_once(desk: Desk, reader: Person) -> None:
    article_id = await desk.publish("Было")
    await desk.stands(reader.number, article_id)
    await desk.change(article_id, "Стало")
    await desk.post.telegram.act("/block", user=reader.number, blocked=True)
    corrector = desk.corrector(correct_private=True)
    assert await corrector.correct() == 0
    assert await desk.is_done()
    desk.turned = 2 * REFUSED_WAIT
    assert await corrector.correct() == 0
    assert len(await desk.asked()) == 1


async def test_what_the_ledger_has_forgotten_stays_as_it_is(desk: Desk, channel: int) -> None:
    first = await desk.publish("Было")
    await desk.stands(channel, first)
    desk.turned = timedelta(days=20)
    second = await desk.publish("Недавно")
    await desk.stands(channel, second)
    await forget_old_posts(desk.post.database, desk.now() - timedelta(days=15))
    for article_id in (first, second):
        await desk.change(article_id, "Стало")
    assert await desk.corrector().correct() == 1
    assert await desk.post.texts(channel) == ["Было", "Стало"]


async def test_a_stop_begins_no_further_edit(desk: Desk, channel: int) -> None:
    article_id = await desk.publish("Было")
    await desk.stands(channel, article_id)
    await desk.change(article_id, "Стало")
    corrector = desk.corrector()
    corrector.begin_to_stop()
    assert await corrector.correct() == 0
    assert await desk.asked() == []
    assert not await desk.is_done()
