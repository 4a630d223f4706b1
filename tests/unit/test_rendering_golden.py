"""How a card, a list and a digest read, in plain sight."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rendering.callbacks import AskEntity, ListKind, ListPage
from bot.rendering.cards import card
from bot.rendering.digests import digest
from bot.rendering.lists import View, mine_list
from storage.deliveries import Bundle
from storage.naming import Entity, EntityKind
from storage.records import Chat, ChatKind, Page
from tests.unit.rendering_samples import DUSHANBE, LOCALES, NOW, RU, as_html, labels, story

BRIDGE = story(1, articles=3)
SCHOOL = story(
    2,
    title="Школа в Гарме <b>получила</b> библиотеку & читальный зал",
    source_name="Голос Рашта",
    url="https://golos.example/a?id=2&x=1",
    published_at=NOW - timedelta(hours=20),
)
VIEW = View(RU, DUSHANBE, NOW, is_private=True)
READER = Chat(1, ChatKind.PRIVATE, "")
RAHIMOVA = Entity(3, EntityKind.PERSON, "Зарина Рахимова")
KHOROG = Entity(4, EntityKind.PLACE, "Хорог")
MINISTRY = Entity(5, EntityKind.ORGANISATION, "Министерство энергетики и водных ресурсов")


def test_a_card() -> None:
    message = card(
        BRIDGE, RU, timezone=DUSHANBE, now=NOW, with_picture=True, hashtags=["мосты Памира", "ГБАО"], is_private=True
    )
    assert as_html(message) == (
        '<a href="https://vestnik.example/news/1"><b>В Хороге открыли новый мост через Гунт</b></a>\n'
        "\n"
        "Мост соединил два берега реки. Движение по нему начнётся 1 декабря.\n"
        "\n"
        "Вестник долины · 14:05 · ещё 2 источника\n"
        "#МостыПамира #ГБАО"
    )
    assert message.preview_url == "https://vestnik.example/news/1"
    assert labels(message.keyboard) == [["📖 Читать", "🔖 Сохранить"], ["🗂 Источники: 3"]]


def test_a_card_in_tajik() -> None:
    message = card(
        BRIDGE, LOCALES.words("tg"), timezone=DUSHANBE, now=NOW, with_picture=False, hashtags=[], is_private=True
    )
    assert message.text.endswith("\n\nВестник долины · 14:05 · боз 2 манбаъ")
    assert labels(message.keyboard) == [["📖 Хондан", "🔖 Нигоҳ доштан"], ["🗂 Манбаъҳо: 3"]]


def test_a_card_in_a_channel_has_no_buttons() -> None:
    message = card(BRIDGE, RU, timezone=DUSHANBE, now=NOW, with_picture=True, hashtags=[], is_private=False)
    assert message.keyboard is None


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        ((), [["🏷 мосты Памира"]]),
        ((RAHIMOVA, KHOROG, MINISTRY), [["🏷 мосты Памира", "👤 Зарина Рахимова"], ["📍 Хорог"]]),
        ((replace(KHOROG, name="Мосты памира"), MINISTRY), [["🏷 мосты Памира"], ["🏛 Министерство энергетики и…"]]),
        ((replace(KHOROG, name=" \u200b"),), [["🏷 мосты Памира"]]),
        ((replace(RAHIMOVA, name="Рахимова"), RAHIMOVA), [["🏷 мосты Памира", "👤 Зарина Рахимова"]]),
        ((KHOROG, replace(KHOROG, name="Khorog"), RAHIMOVA), [["🏷 мосты Памира", "📍 Хорог"], ["👤 Зарина Рахимова"]]),
        ((replace(KHOROG, name="Mosty Pamira"),), [["🏷 мосты Памира"]]),
        (
            (replace(KHOROG, name="Памир"), replace(KHOROG, name="Памир Высокий")),
            [["🏷 мосты Памира", "📍 Памир"], ["📍 Памир Высокий"]],
        ),
    ],
)
def test_a_readers_card_leads_on_to_what_it_speaks_of(entities: tuple[Entity, ...], expected: list[list[str]]) -> None:
    view = replace(story(1, entities=entities), topics=("мосты Памира",), topic_ids=(7,))
    for with_picture in (True, False):
        shown = card(view, RU, timezone=DUSHANBE, now=NOW, with_picture=with_picture, hashtags=[], is_private=True)
        assert labels(shown.keyboard) == [["📖 Читать", "🔖 Сохранить"], *expected]
    plain = card(view, RU, timezone=DUSHANBE, now=NOW, with_picture=True, hashtags=[], is_private=False)
    assert plain.keyboard is None


def test_what_a_card_leads_to_comes_as_a_message_of_its_own() -> None:
    view = replace(story(1, entities=(KHOROG,)), topics=("мосты Памира",), topic_ids=(7,))
    message = card(view, RU, timezone=DUSHANBE, now=NOW, with_picture=True, hashtags=[], is_private=True)
    assert message.keyboard is not None
    assert [key.callback_data for key in message.keyboard.inline_keyboard[1]] == [
        ListPage(kind=ListKind.TOPIC, ref=7, anew=True).pack(),
        AskEntity(entity_id=KHOROG.id, anew=True).pack(),
    ]


def test_a_digest() -> None:
    message = digest(Bundle(READER, (BRIDGE, SCHOOL), 2, more=5), RU, timezone=DUSHANBE, now=NOW)
    assert as_html(message) == (
        "<b>7 новостей</b> · 21 ноября\n"
        "\n"
        '1. <a href="https://vestnik.example/news/1"><b>В Хороге открыли новый мост через Гунт</b></a>\n'
        "Вестник долины · 14:05 · ещё 2 источника\n"
        "\n"
        '2. <a href="https://golos.example/a?id=2&amp;x=1"><b>'
        "Школа в Гарме &lt;b&gt;получила&lt;/b&gt; библиотеку &amp; читальный зал</b></a>\n"
        "Голос Рашта · 20 ноября, 18:05\n"
        "\n"
        "и ещё 5 новостей"
    )
    assert labels(message.keyboard) == [["1", "2"], ["📰 Показать все"]]


def test_a_digest_by_topic() -> None:
    told = (
        ("Рогун пустил третий агрегат", ("энергетика",)),
        ("Сборная по дзюдо вернулась с тремя медалями", ()),
        ("Над Зеравшаном достроили пешеходный мост", ("мосты Памира", "энергетика")),
        ("Веерные отключения в Согде отменены до весны", ("энергетика",)),
    )
    stories = tuple(replace(story(n, title=title), topics=topics) for n, (title, topics) in enumerate(told, start=1))
    message = digest(Bundle(READER, stories, 4, more=21, missed=3), RU, timezone=DUSHANBE, now=NOW)
    assert message.text == (
        "25 новостей · 21 ноября\n"
        "\n"
        "энергетика\n"
        "\n"
        "1. Рогун пустил третий агрегат\n"
        "Вестник долины · 14:05\n"
        "\n"
        "2. Веерные отключения в Согде отменены до весны\n"
        "Вестник долины · 14:05\n"
        "\n"
        "мосты Памира\n"
        "\n"
        "3. Над Зеравшаном достроили пешеходный мост\n"
        "Вестник долины · 14:05\n"
        "\n"
        "Другие новости\n"
        "\n"
        "4. Сборная по дзюдо вернулась с тремя медалями\n"
        "Вестник долины · 14:05\n"
        "\n"
        "и ещё 21 новость\n"
        "Ещё 3 новости остались в архиве"
    )
    assert "\n<b>энергетика</b>\n" in as_html(message)
    assert labels(message.keyboard) == [["1", "2", "3", "4"], ["📰 Показать все"]]
    readers = message.keyboard.inline_keyboard[0] if message.keyboard else []
    assert [button.callback_data for button in readers] == ["r:1", "r:4", "r:3", "r:2"]


def test_stories_of_one_topic_have_no_heading() -> None:
    stories = tuple(replace(story(number), topics=("ОДКБ",)) for number in range(1, 6))
    message = digest(Bundle(READER, stories, 5), RU, timezone=DUSHANBE, now=NOW)
    assert message.text.startswith("5 новостей · 21 ноября\n\n1. В Хороге")


@pytest.mark.parametrize(
    ("language", "last"),
    [
        ("ru", "Ещё 1 новость осталась в архиве"),
        ("tg", "Боз 1 хабар дар бойгонӣ монд"),
        ("en", "1 more story stayed in the archive"),
    ],
)
def test_what_grew_too_old_is_counted_beside_a_single_story(language: str, last: str) -> None:
    bundle = Bundle(READER, (BRIDGE,), 2, missed=1)
    message = digest(bundle, LOCALES.words(language), timezone=DUSHANBE, now=NOW)
    assert message.text.startswith("1 ")
    assert message.text.endswith(f"\n\n{last}")
    assert len(labels(message.keyboard)) == 2


def test_a_digest_in_a_group_has_no_button_that_anybody_could_press_again_and_again() -> None:
    group = Chat(-2, ChatKind.SUPERGROUP, "Соседи")
    message = digest(Bundle(group, (BRIDGE, SCHOOL), 2, more=5), RU, timezone=DUSHANBE, now=NOW)
    assert message.keyboard is None
    assert message.text.endswith("и ещё 5 новостей")


def test_a_digest_in_a_channel_has_no_buttons() -> None:
    channel = Chat(-1, ChatKind.CHANNEL, "Новости")
    message = digest(Bundle(channel, (BRIDGE, SCHOOL), 2, missed=9), RU, timezone=DUSHANBE, now=NOW)
    assert message.keyboard is None
    assert message.text.startswith("2 новости · ")


def test_the_list_of_what_a_chat_follows() -> None:
    message = mine_list(Page((BRIDGE,), 0, older=True), VIEW)
    assert message.text.startswith("По вашим подпискам · страница 1\n\n1. В Хороге")
    assert labels(message.keyboard) == [["1"], ["Старее ›"]]
    assert mine_list(Page(()), VIEW).text == "Здесь будут новости по вашим подпискам. Пока их нет."


def test_a_lead_that_repeats_the_title_says_what_follows() -> None:
    view = story(lead="В Хороге открыли новый мост через Гунт. Длина — 180 метров.")
    message = card(view, RU, timezone=DUSHANBE, now=NOW, with_picture=False, hashtags=[], is_private=False)
    assert message.text.split("\n\n")[1] == "Длина — 180 метров."


def test_a_page_without_title_is_called_by_its_first_words() -> None:
    view = story(title="\u2060 ", lead="Мост открыт.")
    message = card(view, RU, timezone=DUSHANBE, now=NOW, with_picture=False, hashtags=[], is_private=False)
    assert message.text == "Мост открыт.\n\nВестник долины · 14:05"
