"""Every hostile site costs itself an error in words, at most, and nobody else anything.

All are visited at once by the real route, as a bot with many bad sources would, with an ordinary source among them.
"""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.hostile.cases import ALL, CASES, GOOD
from tests.acceptance.hostile.site import SECRET, Case
from tests.acceptance.hostile.visiting import Visited, visit

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visited(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visited]:
    yield await visit(tmp_path_factory.mktemp("hostile"), ALL)


async def test_nothing_private_was_touched(visited: Visited) -> None:
    assert visited.canary.touched == []
    assert not any(SECRET in text for text in visited.texts)


async def test_an_ordinary_source_among_them_is_read(visited: Visited) -> None:
    assert visited.results[GOOD.name].error is None
    assert visited.results[GOOD.name].new == 1


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_it_costs_itself_an_error_and_nobody_anything(case: Case, visited: Visited) -> None:
    result = visited.results[case.name]
    error = result.error or ""
    assert "unexpected" not in error
    assert re.search(case.says, error) if case.says else not error
    assert len(error) < 500
    assert error.isprintable()
