"""A story's pictures as one album, where a channel wants that and there are several."""

from dataclasses import replace

import pytest

from bot.rendering.cards import card
from bot.rendering.message import MAX_ALBUM, Outgoing, compose
from storage.records import Block, BlockKind, StoryView
from tests.unit.rendering_samples import DUSHANBE, NOW, RU, story

MAIN = "https://agency.example/main.jpg"


def told(view: StoryView, *, with_picture: bool = True, is_private: bool = False, with_album: bool = True) -> Outgoing:
    return card(
        view,
        RU,
        timezone=DUSHANBE,
        now=NOW,
        with_picture=with_picture,
        hashtags=(),
        is_private=is_private,
        with_album=with_album,
    )


def pictured(*urls: str | None, image: str | None = MAIN) -> StoryView:
    view = story(image=image)
    blocks = [Block(BlockKind.IMAGE, "Подпись", url=url) for url in urls]
    return replace(view, article=replace(view.article, body=(*view.article.body, *blocks)))


def test_the_main_picture_comes_first_and_none_twice() -> None:
    one, two = "https://agency.example/1.jpg", "https://agency.example/2.jpg"
    message = told(pictured(one, MAIN, "ftp://agency.example/3.jpg", None, two, one))
    assert message.album == (MAIN, one, two)
    assert message.photo == MAIN
    assert told(pictured(one, two, image=None)).album == (one, two)
    assert told(pictured(one, two, image=None)).photo == one


def test_an_album_has_no_more_than_telegram_takes() -> None:
    urls = [f"https://agency.example/{number}.jpg" for number in range(15)]
    assert told(pictured(*urls)).album == (MAIN, *urls[: MAX_ALBUM - 1])


@pytest.mark.parametrize(
    ("view", "changes", "photo"),
    [
        (pictured(MAIN), {}, MAIN),
        (pictured("https://agency.example/1.jpg", image=None), {}, None),
        (pictured("https://agency.example/1.jpg"), {"with_album": False}, MAIN),
        (pictured("https://agency.example/1.jpg"), {"is_private": True}, MAIN),
        (pictured("https://agency.example/1.jpg"), {"with_picture": False}, None),
    ],
)
def test_else_there_is_one_picture_or_none(view: StoryView, changes: dict[str, bool], photo: str | None) -> None:
    message = told(view, **changes)
    assert (message.album, message.photo) == ((), photo)


def test_an_album_of_one_or_without_a_photo_is_none() -> None:
    for album, photo in (((MAIN,), MAIN), ((MAIN, "https://agency.example/1.jpg"), None)):
        with pytest.raises(ValueError, match="an album has"):
            compose("Новость", photo=photo, album=album)
    assert compose("Новость", photo=MAIN, album=(MAIN, MAIN + "?2")).without_photo() == compose("Новость")
