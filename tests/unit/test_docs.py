"""What operators read is complete and true."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.cli import app, sources
from bot.rendering.commands import ADMIN, GROUP, PRIVATE
from config.settings import ChannelSettings, Settings, SourceSettings, TopicSettings

ROOT = Path(__file__).parents[2]
BLOCKS: dict[str, type[BaseModel]] = {"source": SourceSettings, "topic": TopicSettings, "channel": ChannelSettings}


def example(*, with_blocks: bool) -> dict[str, Any]:
    """khabar.example.toml as it stands, or with its commented [[blocks]] switched on."""
    text = (ROOT / "khabar.example.toml").read_text(encoding="utf-8")
    if with_blocks:
        text = re.sub(r"^# (?=\[\[\w+\]\]|\w+ = )", "", text, flags=re.MULTILINE)
    return tomllib.loads(text)


def test_the_example_shows_every_setting_with_its_default() -> None:
    said = example(with_blocks=False)
    assert said.keys() == Settings.model_fields.keys() - BLOCKS.keys()
    for name, value in said.items():
        if isinstance(value, dict):
            assert value.keys() == type(getattr(Settings(), name)).model_fields.keys(), name
    assert Settings.model_validate(said) == Settings()


@pytest.mark.parametrize("name", BLOCKS)
def test_the_example_shows_every_setting_of_a_block(name: str) -> None:
    (block,) = example(with_blocks=True)[name]
    assert block.keys() == BLOCKS[name].model_fields.keys()
    read = BLOCKS[name].model_validate(block)
    for key, field in BLOCKS[name].model_fields.items():
        if not field.is_required() and field.default not in (None, ""):
            assert getattr(read, key) == field.default, key


def test_the_example_names_the_admins_commands_and_no_other() -> None:
    text = (ROOT / "khabar.example.toml").read_text(encoding="utf-8")
    about = re.findall(r"^# .*\n(?=admins = )", text, re.MULTILINE)[0]
    assert set(re.findall(r"/([a-z]+)", about)) == set(ADMIN)


def test_the_pins_name_no_index_and_carry_hashes() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"^-|://", text, re.MULTILINE), file
        pins = re.findall(r"^[a-z0-9][^ ]*==[^ ]+.*\\\n    --hash=sha256:", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)), file


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_the_readme_names_every_command_and_no_other(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {group.name for group in app.registered_groups if group.name}
    named = set(re.findall(r"khabar (?:--config \S+ )?([a-z]+)(?![\w.-])", text))
    assert named == known
    for command in sources.registered_commands:
        assert f"{command.name} " in text or f"{command.name}`" in text


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_the_readme_names_every_command_of_the_chat(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert {*PRIVATE, *GROUP, *ADMIN} - {"start"} <= set(re.findall(r"`/([a-z]+)[` ]", text))
