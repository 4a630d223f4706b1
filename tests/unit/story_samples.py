"""A story that several sources tell in two languages, and one that it goes back to."""

from dataclasses import replace
from datetime import timedelta

from bot.rendering.message import Outgoing
from tests.unit.rendering_samples import NOW, story, telling

ASIA = telling(11, source_name="Азия-Новости", url="https://asia.example/1", title="Через Гунт перекинули мост")
AGAIN = telling(12, source_id=11, source_name="Азия-Новости", url="https://asia.example/2", title="Мост открыт")
OWN = telling(13, source_id=1, source_name="Вестник долины", url="https://vestnik.example/2", title="Мост: фото")
PAYK = telling(
    14,
    source_name="Пайки рӯз",
    url="https://payk.example/1",
    title="Дар Хоруғ пули нав кушода шуд",
    language="tg",
    published_at=NOW + timedelta(minutes=20),
)
LAST_WEEK = telling(15, title="Мост через Гунт закрыли на ремонт", url="https://asia.example/0")
BRIDGE = replace(story(1), articles=5, sources=3, others=(ASIA, AGAIN, OWN, PAYK))


def pressed(message: Outgoing, label: str) -> str | None:
    """What the button with this label carries."""
    rows = message.keyboard.inline_keyboard if message.keyboard else []
    return next(key.callback_data for row in rows for key in row if key.text == label)
