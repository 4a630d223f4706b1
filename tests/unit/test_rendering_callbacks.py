"""What a button carries survives the way to Telegram and back, in 64 bytes whatever the ids."""

from zoneinfo import available_timezones

import pytest
from aiogram.filters.callback_data import CallbackData

from bot.rendering import callbacks
from bot.rendering.callbacks import ListKind, Offer, Screen, Switch
from bot.rendering.keyboards import button, grid, keyboard, story_keyboard
from storage.records import Night, Schedule
from tests.unit.rendering_samples import MAX_ID, RU

MIN_ID = -(2**63)
LONGEST_ZONE = max(available_timezones(), key=len)

LARGEST = [
    callbacks.ReadStory(story_id=MIN_ID),
    callbacks.SaveStory(story_id=MIN_ID, on=False),
    callbacks.ListPage(kind=ListKind.SEARCH, ref=MIN_ID, page=MAX_ID),
    callbacks.FollowTopic(topic_id=MIN_ID, screen=Screen.FOLLOW_MENU),
    callbacks.FollowQuestion(question_id=MIN_ID),
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
]


@pytest.mark.parametrize("data", LARGEST, ids=lambda data: type(data).__name__)
def test_the_largest_data_fit_and_come_back_the_same(data: CallbackData) -> None:
    packed = data.pack()
    assert len(packed.encode()) <= 64
    assert type(data).unpack(packed) == data


def test_every_kind_of_data_is_tried_and_no_two_look_alike() -> None:
    kinds = [value for value in vars(callbacks).values() if isinstance(value, type) and issubclass(value, CallbackData)]
    kinds.remove(CallbackData)
    assert set(kinds) == {type(data) for data in LARGEST}
    assert len({kind.__prefix__ for kind in kinds}) == len(kinds)


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
    row = story_keyboard(5, RU, is_saved=True, can_read=False).inline_keyboard[0]
    assert [(key.text, key.callback_data) for key in row] == [("✅ Сохранено", "b:5:0")]
