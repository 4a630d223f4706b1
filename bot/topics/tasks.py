"""What the annotator's worker process does. The models of names live there, and nowhere else."""

from collections.abc import Callable, Mapping, Sequence

from bot.topics.annotate import Annotation, annotate
from bot.topics.entities import EntityFinder
from bot.topics.lemmas import Lemmatiser
from storage.records import Block


def load_tasks() -> Mapping[str, Callable[..., object]]:
    """The tasks by name."""
    lemmatiser = Lemmatiser()
    finder = EntityFinder(lemmatiser)
    # Dictionaries and models load here, where a process may take its time, and not within the limit of an article.
    annotate("Душанбе", "", (), "ru", lemmatiser, finder)

    def read(  # noqa: PLR0917  what an article is made of, and how it is read
        title: str, lead: str, body: Sequence[Block], language: str, with_entities: bool, longest: int
    ) -> Annotation:
        return annotate(title, lead, body, language, lemmatiser, finder if with_entities else None, longest=longest)

    return {"annotate": read}
