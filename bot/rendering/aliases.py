"""What admins read about the names of a topic: /alias."""

from collections.abc import Callable, Sequence

from aiogram.utils.formatting import Bold, Code

from bot.rendering.callbacks import DropAlias
from bot.rendering.keyboards import button, keyboard
from bot.rendering.locales import Words
from bot.rendering.message import Node, Outgoing, compose, joined
from bot.rendering.texts import cut_at_word, one_line, question_name
from storage.naming import Alias, AliasOrigin
from storage.records import Topic

MOST_SHOWN = 40  # names
MAX_NAME = 80  # code points


def names_of_topic(
    topic: Topic,
    names: Sequence[Alias],
    words: Words,
    mark: Callable[[str], int],
    *,
    added: Sequence[str] = (),
    refused: Sequence[str] = (),
) -> Outgoing:
    """The other names of a topic, and what came of those just given. An admin's own have a button to take them off.

    `mark` tells a name in a button.
    """
    shown = names[:MOST_SHOWN]
    heading = Bold(question_name(topic.name))
    blocks: list[Node] = []
    if added:
        blocks.append(words.text("alias.added", names=_listed(added)))
    if refused:
        blocks.append(words.text("alias.refused", names=_listed(refused)))
    blocks.append(words.node("alias.title" if names else "alias.none", topic=heading))
    lines = [_line(one, words) for one in shown]
    if len(names) > len(shown):
        lines.append("…")
    own = [one for one in shown if one.origin is AliasOrigin.ADMIN]
    listing = joined([*lines], "\n")
    body = [*blocks[:-1], joined([blocks[-1], listing], "\n") if lines else blocks[-1]]
    if own:
        body.append(words.text("alias.hint"))
    rows = [[button(f"✖ {one.name}", DropAlias(topic_id=topic.id, mark=mark(one.name)))] for one in own]
    return compose(joined(body, "\n\n"), keyboard=keyboard(*rows))


def how_to_name(words: Words) -> Outgoing:
    """The command was written in a way that names no topic, or no name."""
    example = Code("/alias ОДКБ = CSTO, Организация Договора о коллективной безопасности")
    return compose(words.node("alias.how", example=example, show=Code("/alias ОДКБ")))


def no_such_topic(name: str, words: Words) -> Outgoing:
    """Nobody has saved a topic of this name yet; giving it another name would."""
    shown = question_name(name)
    return compose(words.node("alias.unknown", topic=Bold(shown), example=Code(f"/alias {shown} = CSTO")))


def _line(one: Alias, words: Words) -> Node:
    name = _cut(one.name)
    is_given = one.origin is AliasOrigin.SETTINGS
    return words.text("alias.of_settings", name=name) if is_given else words.text("alias.of_admin", name=name)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_cut, names))


def _cut(name: str) -> str:
    return cut_at_word(one_line(name), MAX_NAME)
