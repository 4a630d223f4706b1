"""What the buttons of a story carry back: its pages, and what admins do with them. As in `callbacks`."""

from aiogram.filters.callback_data import CallbackData


class OpenStory(CallbackData, prefix="y"):
    """Who tells a story: its pages in order; `anew` as in ListPage, `page` counts them a screenful at a time."""

    story_id: int
    anew: bool = False
    page: int = 0


class ReadPage(CallbackData, prefix="Y"):
    """This page of a story in the chat, whichever the story would show by itself."""

    article_id: int


class SavePage(CallbackData, prefix="B"):
    """Put this page of a story into the bookmarks, or take the story out of them, whichever pages were saved."""

    article_id: int
    on: bool


class ChooseSplit(CallbackData, prefix="v"):
    """An admin is to say which page of a story tells of something else; `page` as in OpenStory."""

    story_id: int
    page: int = 0


class SplitPage(CallbackData, prefix="V"):
    """Take this page out of that story; asks once more unless `confirm`."""

    story_id: int
    article_id: int
    confirm: bool = False


class OpenNear(CallbackData, prefix="N"):
    """An admin is to say with which other story this one is to be one."""

    story_id: int


class MergeStories(CallbackData, prefix="M"):
    """Make one story of two, under the first's number; asks once more unless `confirm`."""

    story_id: int
    other_id: int
    confirm: bool = False
