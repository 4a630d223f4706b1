"""What is followed: /follow, /unfollow, /topics; in groups the admins decide."""

from storage.records import ChatState
from tests.acceptance.conftest import Khabar
from tests.acceptance.person import LocalTelegram, Person


async def test_follow_and_unfollow_by_words(khabar: Khabar, reader: Person) -> None:
    answer = await reader.says("/follow Рогун")
    assert "Слежу за темой «Рогун»" in answer.text
    assert (await khabar.chat(reader.number)).state is ChatState.ACTIVE
    await reader.presses("📰 Новости темы")
    await reader.sees("Рогун · 2 новости", label="🔕 Не следить")
    assert "Больше не слежу за темой «Рогун»" in (await reader.says("/unfollow рогуна")).text
    assert await khabar.follows(reader.number) == []
    await reader.presses("🔔 Следить за темой")
    await reader.sees(label="🔕 Не следить")
    assert await khabar.follows(reader.number) == ["Рогун"]
    assert "вы не подписаны" in (await reader.says("/unfollow верблюды")).text


async def test_follow_saves_a_new_topic_once_with_its_past(khabar: Khabar, reader: Person) -> None:
    await reader.says("/follow абрикос")
    await reader.says("/follow Абрикосы")
    assert await khabar.follows(reader.number) == ["абрикос"]
    await khabar.finds_pasts()
    assert "абрикос — 1 новость" in (await reader.says("/topics")).text


async def test_follow_without_words_is_the_menu(reader: Person) -> None:
    assert {"Рогун · 2", "ОДКБ · 1"} <= set((await reader.says("/follow")).labels)
    assert "Здесь только слова, которых быть не должно" in (await reader.says("/follow -рис")).text


async def test_the_list_of_follows_drops_by_a_press(khabar: Khabar, reader: Person) -> None:
    assert "Вы пока ни на что не подписаны" in (await reader.says("/topics")).text
    await reader.presses("➕ Добавить тему")
    await reader.sees("Нажмите на тему")
    await reader.says("/follow ОДКБ")
    await reader.says("/follow лавина")
    await khabar.finds_pasts()
    listed = await reader.says("/unfollow")
    assert "1. ОДКБ — 1 новость\n2. лавина — 1 новость" in listed.text
    assert await reader.presses("✖️ ОДКБ") == "Подписка снята"
    left = await reader.sees("1. лавина — 1 новость")
    assert left.number == listed.number
    assert await khabar.follows(reader.number) == ["лавина"]
    await khabar.leaves(reader.number, "x:1:0")
    assert await reader.presses("x:1:0") == "Эта кнопка устарела. Откройте список заново."
    await reader.sees("1. лавина — 1 новость")


async def test_many_follows_come_ten_a_page(reader: Person) -> None:
    for name in ("рис", "лавина", "абрикос", "музей", "клад", "цех", "мальки", "сад", "рынок", "поезд", "дорога"):
        await reader.says(f"/follow {name}")
    await reader.says("/topics")
    await reader.presses("Следующие ›")
    assert (await reader.sees("11. дорога")).labels[-2] == "‹ Предыдущие"
    await reader.presses("✖️ дорога")
    await reader.sees("10. поезд")


async def test_in_a_group_only_its_admins_decide(telegram: LocalTelegram, khabar: Khabar, reader: Person) -> None:
    guest = await telegram.person(78, "Гость")
    group = await telegram.chat("supergroup", "Двор", reader, bot="member", members=[guest.number])
    assert "только администраторы" in (await guest.says("/follow ОДКБ", group)).text
    assert "только администраторы" in (await guest.says("/settings", group)).text
    await guest.says("/topic ОДКБ", group)
    assert "только администраторы" in str(await guest.presses("🔔 Следить за темой", group))
    assert not await khabar.follows(group)
    assert await reader.presses("🔔 Следить за темой", group) == "Подписка оформлена"
    await reader.sees(label="🔕 Не следить", chat=group)
    assert await khabar.follows(group) == ["ОДКБ"]
    assert (await khabar.chat(group)).state is ChatState.ACTIVE


async def test_any_question_can_be_followed_and_is_shown_as_it_was_asked(khabar: Khabar, reader: Person) -> None:
    asked = "Рогун | абрикос -заморозки"
    answer = await reader.says(f"/follow {asked}")
    assert f"Слежу за темой «{asked}»" in answer.text
    await reader.presses("📰 Новости темы")
    shown = await reader.sees(f"{asked} · 2 новости", label="🔕 Не следить")
    assert "Садоводы Согда ждут поздних заморозков" not in shown.text
    await reader.says("/follow   заголовок:рис  ")
    await khabar.finds_pasts()
    assert f"1. {asked} — 2 новости\n2. заголовок:рис — 1 новость" in (await reader.says("/topics")).text
    assert "Больше не слежу за темой «заголовок:рис»" in (await reader.says("/unfollow заголовок:рис")).text
    assert await khabar.follows(reader.number) == [asked]
    assert await reader.presses("🔔 Следить за темой") == "Подписка оформлена"
    assert (await reader.says("/topics")).labels[:2] == (f"✖️ {asked}", "📰 Новости темы")
