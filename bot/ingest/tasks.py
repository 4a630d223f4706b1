"""What the ingest's worker processes do: read feeds, pages and languages."""

from collections.abc import Callable, Mapping
from typing import ParamSpec

from bot.ingest.errors import IngestError

Given = ParamSpec("Given")


def load_tasks() -> Mapping[str, Callable[..., object]]:
    """The tasks by name. An IngestError is an answer, so that it comes to the parent as it was raised."""
    from bot.ingest.extract import extract_page
    from bot.ingest.language import detect
    from bot.ingest.lists import parse_list

    return {"parse": _answering(parse_list), "extract": _answering(extract_page), "detect": _answering(detect)}


def _answering(read: Callable[Given, object]) -> Callable[Given, object]:
    def answer(*args: Given.args, **kwargs: Given.kwargs) -> object:
        try:
            return read(*args, **kwargs)
        except IngestError as error:
            return error

    return answer
