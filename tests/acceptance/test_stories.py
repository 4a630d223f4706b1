"""From the feeds to the chats, through the sandbox: an event told by several sources is one message, one post, and one
answer when it turns; whatever admins, another language, or a restart do to it.
"""

from pathlib import Path
from typing import Any

from bot.topics.lemmas import Lemmatiser
from tests.acceptance.conftest import CHIEF
from tests.acceptance.region import AGENCY, PACE, PASS, READER, TAJIK, VALLEY, Page, Region, open_region, read

AVALANCHE = Page(
    "На перевале Анзоб сошла лавина, погибли три человека",
    "Лавина сошла утром на перевале Анзоб и накрыла участок автодороги Душанбе — Худжанд. По данным Комитета по "
    "чрезвычайным ситуациям, погибли три человека, под снегом остались две машины. Движение через перевал закрыто. "
    "Спасатели КЧС разбирают снежный завал, им помогают дорожники из Айни.",
)
REWRITE = Page(
    "Лавина на перевале Анзоб: погибли три человека",
    "Три человека погибли под лавиной, которая сошла утром на перевале Анзоб, сообщает Комитет по чрезвычайным "
    "ситуациям. Снег накрыл участок автодороги Душанбе — Худжанд, под ним остались две машины. Спасатели КЧС и "
    "дорожники из Айни разбирают завал, движение через перевал закрыто.",
)
TOLL = Page(
    "Число погибших под лавиной на перевале Анзоб выросло до 12",
    "Под лавиной на перевале Анзоб погибли 12 человек, сообщил Комитет по чрезвычайным ситуациям. Утром говорили о "
    "трёх погибших: спасатели КЧС нашли под снегом автобус с пассажирами, девять из них спасти не удалось. Автодорога "
    "Душанбе — Худжанд закрыта, завал разбирают дорожники из Айни. Ещё пятеро раненых доставлены в больницу.",
)
IN_TAJIK = Page(
    "Дар ағбаи Анзоб шумораи қурбониёни тарма ба 12 нафар расид",
    "Тарма, ки субҳ дар ағбаи Анзоб фаромад, ҷони 12 нафарро гирифт, хабар медиҳад Кумитаи ҳолатҳои фавқулода. Роҳи "
    "мошингарди Душанбе — Хуҷанд баста шуд, наҷотдиҳандагони КҲФ аз таги барф автобусро бо мусофирон ёфтанд. Панҷ "
    "нафари маҷруҳ ба бемористон бурда шуданд, роҳсозони Айнӣ барфро тоза мекунанд.",
)
GARDEN = Page(
    "Ботанический сад Хорога посчитал свои абрикосы",
    "Волонтёры обошли террасы сада за две недели и описали сорок два сорта абрикоса, семь из них местные.",
)
EVENT = (AVALANCHE, REWRITE, TOLL, IN_TAJIK)
MARK = "🆕 Новые подробности\n\n"


async def test_one_event_is_one_message_one_post_and_one_answer_whatever_comes(
    tmp_path: Path, lemmatiser: Lemmatiser
) -> None:
    """One story from its first page to the hands of an admin: each step goes on from the one before."""
    async with open_region(tmp_path / "khabar.db", lemmatiser) as region:
        await region.starts()
        await region.passes()
        await region.reader.says("/start")
        await region.reader.presses("📰 Все новости")
        first = await _tells_it_once(region)
        await _tells_the_turn(region, first)
        await _tells_it_in_another_language(region)
        await _is_put_right_by_an_admin(region)


async def _tells_it_once(region: Region) -> dict[str, Any]:
    """A rewrite joins the channel's post and is no news in private. The reader's message."""
    region.papers.publish(VALLEY, AVALANCHE, ago=2 * PACE)
    await region.passes()
    [post], [first] = await region.told(region.channel, EVENT), await region.told(READER, EVENT)
    assert read(post).startswith(AVALANCHE.title)
    assert read(first).startswith(AVALANCHE.title)

    region.papers.publish(PASS, REWRITE, ago=PACE)
    await region.passes()
    [post] = await region.told(region.channel, EVENT)
    assert read(post).startswith(AVALANCHE.title)
    assert f"Также: {PASS}" in read(post)
    assert await region.told(READER, EVENT) == [first]
    return first


async def _tells_the_turn(region: Region, first: dict[str, Any]) -> None:
    """After a restart: the post takes the new headline, the reader's message is answered, and all that once."""
    await region.starts()
    region.papers.publish(AGENCY, TOLL)
    await region.passes()
    [post] = await region.told(region.channel, EVENT)
    assert read(post).startswith(TOLL.title)
    assert all(name in read(post).partition("Также: ")[2] for name in (VALLEY, PASS))
    same, answer = await region.told(READER, EVENT)
    assert same == first
    assert read(answer).startswith(MARK + TOLL.title)
    assert answer["reply_to_message"]["message_id"] == first["message_id"]

    await region.starts()
    await region.passes()
    assert await region.edits() == 2
    assert len(await region.told(READER, EVENT)) == 2


async def _tells_it_in_another_language(region: Region) -> None:
    """The page joins the post and is no news in private; what is about something else joins nothing."""
    region.papers.publish(TAJIK, IN_TAJIK)
    region.papers.publish(VALLEY, GARDEN)
    await region.passes()
    [post] = await region.told(region.channel, EVENT)
    assert read(post).startswith(TOLL.title)
    assert TAJIK in read(post).partition("Также: ")[2]
    assert len(await region.told(READER, EVENT)) == 2
    assert await region.story_of(IN_TAJIK) == await region.story_of(TOLL) != await region.story_of(GARDEN)


async def _is_put_right_by_an_admin(region: Region) -> None:
    """What is taken apart and put together shows in the post, and is no news."""
    chief, story_id = region.chief, await region.story_of(TOLL)
    await chief.says(f"/start story_{story_id}")
    for label in ("🗂 Источники: 4", "✂️ Убрать лишнюю статью", "2", "Да, отделить"):
        await chief.presses(label)
    await region.passes()
    [post] = await region.told(region.channel, EVENT)
    assert PASS not in read(post)
    assert await region.story_of(REWRITE) != story_id

    again = f"M:{story_id}:{await region.story_of(REWRITE)}:1"
    await region.khabar.leaves(CHIEF, again)
    await chief.presses(again)
    await region.passes()
    [post] = await region.told(region.channel, EVENT)
    assert PASS in read(post)
    assert await region.story_of(REWRITE) == story_id
    assert len(await region.told(READER, EVENT)) == 2
