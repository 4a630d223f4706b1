"""What a chat follows: the list with its buttons, and the answers to following and unfollowing."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiogram.utils.formatting import Bold, Text

from bot.rendering.callbacks import (
    FollowExactly,
    FollowTopic,
    ListKind,
    ListPage,
    OpenScreen,
    Screen,
    Unfollow,
    UnfollowTopic,
)
from bot.rendering.keyboards import Row, button, keyboard
from bot.rendering.lists import counted, near_rows
from bot.rendering.locales import Words
from bot.rendering.message import Outgoing, compose, joined
from bot.rendering.texts import question_name
from storage.records import FollowView, Topic, TopicView

FOLLOWS_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class Meant:
    """What was written, also as a stored question, where something else was understood in its place.

    `is_new`: what was understood is followed only since then.
    """

    asked: str
    question_id: int
    is_new: bool


def follow_list(follows: Sequence[FollowView], words: Words, *, page: int = 0) -> Outgoing:
    """/topics, and /unfollow without words: each follow with its number of stories and a button to drop it.

    `follows` are all of them; a page past the end shows the last.
    """
    add = [button(words.text("follow.add"), OpenScreen(screen=Screen.FOLLOW_MENU), style="primary")]
    if not follows:
        return compose(words.text("follow.none"), keyboard=keyboard(add))
    page = max(0, min(page, (len(follows) - 1) // FOLLOWS_A_PAGE))
    start = page * FOLLOWS_A_PAGE
    shown = follows[start : start + FOLLOWS_A_PAGE]
    lines = [_line(number, view, words) for number, view in enumerate(shown, start=start + 1)]
    pager: Row = [
        button(words.text(key), OpenScreen(screen=Screen.FOLLOWS, page=number))
        for key, number in (("pager.previous", page - 1), ("pager.next", page + 1))
        if 0 <= number * FOLLOWS_A_PAGE < len(follows)
    ]
    rows = [_row(view, words, page) for view in shown]
    heading = Bold(words.text("follow.title"))
    return compose(joined([heading, joined([*lines], "\n")], "\n\n"), keyboard=keyboard(*rows, pager, add))


def follow_name(view: FollowView, words: Words) -> str:
    """A topic's or source's name; «everything» for the follow that names neither."""
    if view.follow.topic_id is None and view.follow.source_id is None:
        return words.text("follow.everything")
    return question_name(view.name)


def followed(
    topic: Topic, words: Words, *, near: Sequence[TopicView] = (), instead_of: Meant | None = None
) -> Outgoing:
    """The answer to /follow: what will come, with a way to see what there is and a way back."""
    done = words.node("follow.done", topic=Bold(question_name(topic.name)))
    exactly: Row = []
    if instead_of is not None:
        asked = question_name(instead_of.asked)
        done = words.node("follow.instead", asked=asked, topic=Bold(question_name(topic.name)))
        data = FollowExactly(question_id=instead_of.question_id, topic_id=topic.id if instead_of.is_new else None)
        exactly = [button(words.text("follow.exactly", asked=asked), data)]
    return compose(
        done,
        keyboard=keyboard(
            [
                button(words.text("follow.read"), ListPage(kind=ListKind.TOPIC, ref=topic.id)),
                button(words.text("topic.unfollow"), UnfollowTopic(topic_id=topic.id)),
            ],
            exactly,
            *near_rows(near, words),
        ),
    )


def unfollowed(topic: Topic, words: Words, *, instead_of: str | None = None) -> Outgoing:
    """The answer to /unfollow, with a way back; `instead_of` are the words in whose place it was understood."""
    name = Bold(question_name(topic.name))
    undone = words.node("follow.undone", topic=name)
    if instead_of is not None:
        undone = words.node("follow.undone_instead", asked=question_name(instead_of), topic=name)
    return compose(undone, keyboard=keyboard([button(words.text("topic.follow"), FollowTopic(topic_id=topic.id))]))


def not_followed(name: str, words: Words) -> Outgoing:
    """The answer to /unfollow of what was never followed."""
    mine = button(words.text("follow.mine"), OpenScreen(screen=Screen.FOLLOWS))
    return compose(words.node("follow.was_not", topic=Bold(question_name(name))), keyboard=keyboard([mine]))


def following_everything(words: Words) -> Outgoing:
    """The answer to «everything»: all news from now on, and how to make it fewer."""
    return compose(
        words.text("follow.everything_done"),
        keyboard=keyboard(
            [button(words.text("settings.delivery_button"), OpenScreen(screen=Screen.DIGEST))],
            [button(words.text("follow.choose"), OpenScreen(screen=Screen.FOLLOW_MENU))],
        ),
    )


def _line(number: int, view: FollowView, words: Words) -> Text:
    """Only a topic's stories are counted: of everything or of a source the number would say nothing."""
    count = "" if view.follow.topic_id is None else f" — {counted(view.stories, words)}"
    return Text(f"{number}. ", Bold(follow_name(view, words)), count)


def _row(view: FollowView, words: Words, page: int) -> Row:
    drop = button(
        words.text("follow.drop", name=follow_name(view, words)), Unfollow(follow_id=view.follow.id, page=page)
    )
    if view.follow.topic_id is None:
        return [drop]
    return [drop, button(words.text("follow.read"), ListPage(kind=ListKind.TOPIC, ref=view.follow.topic_id))]
