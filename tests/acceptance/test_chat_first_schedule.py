"""delivery.topic_alerts = false: whoever comes new begins with a daily digest, and may choose otherwise."""

from datetime import UTC, datetime

import pytest

from config.settings import DeliverySettings, Settings
from storage.records import Schedule
from tests.acceptance.conftest import Khabar
from tests.acceptance.person import Person


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"delivery": DeliverySettings(topic_alerts=False)})


async def test_a_new_reader_begins_with_a_digest_and_may_ask_for_stories_at_once(
    khabar: Khabar, reader: Person
) -> None:
    await reader.says("/follow ОДКБ")
    chat = await khabar.chat(reader.number)
    assert chat.schedule is Schedule.DAILY
    assert chat.due_at is not None
    assert chat.due_at > datetime.now(UTC)
    await reader.says("/digest")
    await reader.presses("Сразу")
    assert (await khabar.chat(reader.number)).schedule is Schedule.INSTANT
