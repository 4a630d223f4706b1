"""What a button carries survives the way to Telegram and back, in 64 bytes whatever the ids."""

from zoneinfo import available_timezones

import pytest
from aiogram.filters.callback_data import CallbackData

from bot.rendering import callbacks, story_callbacks
from bot.rendering.callbacks import LAST_PAGE, ListKind, Offer, Screen, Switch
from bot.rendering.charts import Theme
from bot.rendering.keyboards import button, grid, keyboard, shelved, story_keyboard, turned_round
from storage.asking import Order
from storage.records import Night, Schedule
from tests.unit.rendering_samples import MAX_ID, RU

MIN_ID = -(2**63)
LONGEST_ZONE = max(available_timezones(), key=len)

LARGEST = [
    callbacks.ReadStory(story_id=MIN_ID),
    callbacks.SaveStory(story_id=MIN_ID, on=False),
    callbacks.ListPage(
        kind=ListKind.SEARCH, ref=MIN_ID, page=LAST_PAGE, anew=True, order=Order.BEST, cursor=MIN_ID, back=True
    ),
    callbacks.AskEntity(entity_id=MIN_ID, anew=True),
    callbacks.FollowTopic(topic_id=MIN_ID, screen=Screen.FOLLOW_MENU),
    callbacks.FollowQuestion(question_id=MIN_ID),
    callbacks.FollowExactly(question_id=MIN_ID, topic_id=MIN_ID),
    callbacks.UnfollowTopic(topic_id=MIN_ID),
    callbacks.FollowAll(on=True, screen=Screen.WELCOME),
    callbacks.Unfollow(follow_id=MIN_ID, page=MAX_ID),
    callbacks.OpenScreen(screen=Screen.FOLLOWS, page=MAX_ID, back=Screen.DIGEST),
    callbacks.SettingsChoice(switch=Switch.PICTURES, on=True, screen=Screen.NIGHT),
    callbacks.DigestChoice(schedule=Schedule.INSTANT),
    callbacks.DigestHour(hour=23, on=True),
    callbacks.DigestWeekday(weekday=6),
    callbacks.NightChoice(night=Night.SILENT),
    callbacks.NightHour(hour=23, is_end=False),
    callbacks.Language(language="ru"),
    callbacks.Timezone(name=LONGEST_ZONE, screen=Screen.DIGEST),
    callbacks.ChannelOffer(chat_id=MIN_ID, offer=Offer.SOURCE, ref=2**53, page=10**6),
    callbacks.Resume(),
    callbacks.DeleteMe(confirm=True),
    callbacks.RefreshStats(),
    callbacks.WithdrawArticle(article_id=MIN_ID, confirm=False),
    callbacks.DropAlias(topic_id=MAX_ID, mark=2**32 - 1),
    callbacks.ShowTrends(theme=Theme.LIGHT),
    callbacks.ShowTopicTrend(topic_id=MIN_ID, theme=Theme.DARK),
    callbacks.SourcesPage(page=MAX_ID),
    callbacks.OpenSource(source_id=MIN_ID, page=MAX_ID, anew=True),
    callbacks.ChangeSource(source_id=MIN_ID, deed=callbacks.Deed.REMOVE_NOW, page=MAX_ID),
    callbacks.AddSource(number=MIN_ID, confirm=False),
    story_callbacks.OpenStory(story_id=MIN_ID, anew=True, page=MAX_ID),
    story_callbacks.ReadPage(article_id=MIN_ID),
    story_callbacks.SavePage(article_id=MIN_ID, on=False),
    story_callbacks.ChooseSplit(story_id=MIN_ID, page=MAX_ID),
    story_callbacks.SplitPage(story_id=MIN_ID, article_id=MIN_ID, confirm=True),
    story_callbacks.OpenNear(story_id=MIN_ID),
    story_callbacks.MergeStories(story_id=MIN_ID, other_id=MIN_ID, confirm=True),
]


@pytest.mark.parametrize("data", LARGEST, ids=lambda data: type(data).__name__)
def test_the_largest_data_fit_and_come_back_the_same(data: CallbackData) -> None:
    packed = data.pack()
    assert len(packed.encode()) <= 64
    assert type(data).unpack(packed) == data


def test_every_kind_of_data_is_tried_and_no_two_look_alike() -> None:
    values = [*vars(callbacks).values(), *vars(story_callbacks).values()]
    kinds = {value for value in values if isinstance(value, type) and issubclass(value, CallbackData)} - {CallbackData}
    assert kinds == {type(data) for data in LARGEST}
    assert len({kind.__prefix__ for kind in kinds}) == len(kinds)


@pytest.mark.parametrize(
    ("old", "page"),
    [
        ("l:t:7:0:0", callbacks.ListPage(kind=ListKind.TOPIC, ref=7)),
        ("l:m:0:3:1", callbacks.ListPage(kind=ListKind.MINE, page=3, anew=True)),
    ],
)
def test_a_button_from_before_lists_had_cursors_still_opens_its_list(old: str, page: callbacks.ListPage) -> None:
    assert callbacks.ListPage.unpack(old) == page


@pytest.mark.parametrize("wrong", ["l", "l:", "l:t:7:0:0:n:5:0:1", "l:t:x", "l:t:7:0:0:q::0", "b:t:7:0:0"])
def test_what_is_no_button_of_a_list_is_not_taken_for_one(wrong: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        callbacks.ListPage.unpack(wrong)


def test_a_label_is_one_short_line() -> None:
    assert button("а\n\tб\u202e", callbacks.Resume()).text == "а б"
    assert len(button("слово " * 50, callbacks.Resume()).text) <= 48
    assert button(" \u200b", callbacks.Resume()).text == "…"


def test_a_keyboard_past_telegrams_limits_cannot_be_made() -> None:
    one = button("1", callbacks.Resume())
    assert keyboard([], []) is None
    with pytest.raises(ValueError, match="at most 8 buttons a row"):
        keyboard([one] * 9)
    with pytest.raises(ValueError, match="100 in all"):
        keyboard(*grid([one] * 101, 8))


def test_what_is_saved_can_be_taken_out_again() -> None:
    row = story_keyboard(5, RU, is_saved=True).inline_keyboard[0]
    assert [(key.text, key.callback_data) for key in row] == [("✅ Сохранено", "B:5:0")]


def test_only_the_button_to_save_turns_round() -> None:
    opens = button("🏷 мосты", callbacks.ListPage(kind=ListKind.TOPIC, ref=7, anew=True))
    standing = story_keyboard(5, RU, reads=callbacks.ReadStory(story_id=5), more=[[opens]])
    pressed = story_callbacks.SavePage(article_id=5, on=True)
    turned = turned_round(standing, pressed, RU)
    assert [[key.text for key in row] for row in turned.inline_keyboard] == [["📖 Читать", "✅ Сохранено"], ["🏷 мосты"]]
    assert turned_round(turned, story_callbacks.SavePage(article_id=5, on=False), RU) == standing
    for other in (story_callbacks.SavePage(article_id=6, on=True), callbacks.SaveStory(story_id=5, on=True)):
        assert turned_round(standing, other, RU) == standing
    old = keyboard([button("🔖 Сохранить", callbacks.SaveStory(story_id=5, on=True))])
    assert old is not None
    [[key]] = turned_round(old, callbacks.SaveStory(story_id=5, on=True), RU).inline_keyboard
    assert (key.text, key.callback_data) == ("✅ Сохранено", "b:5:0")


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["ОДКБ", "Рогун", "Хорог"], [3]),
        (["ОДКБ", "мосты Памира", "Хорог"], [2, 1]),
        (["ОДКБ", "мосты Памира", "Министерство обороны Таджикистана"], [2, 1]),
        (["Министерство обороны Таджикистана", "ОДКБ", "мосты Памира"], [1, 2]),
        ([], []),
    ],
)
def test_buttons_stand_side_by_side_where_their_labels_are_short(labels: list[str], rows: list[int]) -> None:
    shelves = shelved(button(label, callbacks.Resume()) for label in labels)
    assert [len(row) for row in shelves] == rows
    assert [key.text for row in shelves for key in row] == labels
