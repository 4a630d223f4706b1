"""What the annotator's worker process does. The models of names live there, and nowhere else."""

from collections.abc import Callable, Mapping, Sequence

from bot.topics.annotate import Annotation, Finder, annotate
from bot.topics.lemmas import Lemmatiser
from storage.records import Block


def load_tasks() -> Mapping[str, Callable[..., object]]:
    """The tasks by name. Dictionaries and models are loaded with the first text that needs them."""
    lemmatiser = Lemmatiser()
    finder: Finder | None = None

    def read(title: str, lead: str, body: Sequence[Block], language: str, with_entities: bool) -> Annotation:
        return annotate(title, lead, body, language, lemmatiser, finder if with_entities else None)

    return {"annotate": read}
