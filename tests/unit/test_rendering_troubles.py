"""Whatever collecting raises is told in the reader's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.ingest.errors import ForbiddenAddress
from bot.rendering.locales import Words
from bot.rendering.troubles import trouble
from tests.unit.rendering_samples import ALL_WORDS

BOT = Path(__file__).parents[2] / "bot"
PLACES = [*sorted((BOT / "ingest").glob("*.py")), *sorted((BOT / "workers").glob("*.py")), BOT / "pipeline.py"]
# Of a sentence that a site, a settings file or a library completes.
VALUE = "403"
PARTS = frozenset({"BrokenBodyError", "TaskFault", "OwnerBarred", "WorkerLost"})  # these carry the sentence alone
KINDS = PARTS | {
    "BadAddress", "ExtractError", "FetchError", "HeldBack", "HostileXml", "HttpError", "IngestError", "NoArticle",
    "NotAFeed", "ParseError", "TimedOut", "TooLarge", "TooManyRedirects", "Unreachable",
}  # fmt: skip


def sentences() -> Iterator[str]:
    """Every sentence that is written down in a fault, with something in the place of what completes it."""
    for place in PLACES:
        tree = ast.parse(place.read_text(encoding="utf-8"))
        for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)):
            for call in (one for one in ast.walk(function) if isinstance(one, ast.Call)):
                name = call.func.id if isinstance(call.func, ast.Name) else ""
                if name in KINDS and len(call.args) > (name not in PARTS):
                    yield from written(call.args[name not in PARTS], function, tree)


def written(argument: ast.expr, function: ast.AST, tree: ast.Module) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str(sentence)):
            yield sentence
        case ast.JoinedStr(values=values):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else VALUE for one in values)
        case ast.Name(id=name):
            for one in (one for one in ast.walk(function) if isinstance(one, ast.Assign)):
                if any(isinstance(to, ast.Name) and to.id == name for to in one.targets):
                    yield from written(one.value, function, tree)
        case ast.Call(func=ast.Name(id=name)):
            for named in (one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name):
                yield from answered(named, tree)


def answered(function: ast.FunctionDef, tree: ast.Module) -> Iterator[str]:
    for said in ast.walk(function):
        if isinstance(said, ast.Return) and said.value is not None:
            yield from written(said.value, function, tree)


RAISED = sorted({*sentences(), str(ForbiddenAddress.of("http://10.0.0.1/", "10.0.0.1"))})


def test_the_sentences_are_found() -> None:
    assert len(RAISED) > 40
    assert "the address answers with a web page, not a feed" in RAISED
    assert "the proxy 403 does not lead to 403: 403" in RAISED
    assert "the compressed body is cut short" in RAISED


@pytest.mark.parametrize("words", ALL_WORDS, ids=lambda words: words.language)
@pytest.mark.parametrize("sentence", RAISED)
def test_each_is_told_in_the_readers_language(sentence: str, words: Words) -> None:
    told = trouble(sentence, words)
    assert told != sentence.rstrip(".")
    assert "{" not in told
    assert words.language == "en" or not any(part in told for part in ("the ", " is ", " does "))
