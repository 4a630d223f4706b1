"""What the annotator's worker process does: articles are read there. The models of names live nowhere else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.stories.sketch import Material, Sketch, make_sketch
from bot.topics.annotate import Annotation, annotate
from bot.topics.lemmas import Lemmatiser
from storage.records import Block, BlockKind, article_text


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """What topics and search know of an article, and what it is compared with others by."""

    annotation: Annotation
    sketch: Sketch


def load_tasks() -> Mapping[str, Callable[..., object]]:
    """The tasks by name."""
    from bot.topics.entities import EntityFinder  # with its models: whoever only asks this process needs none of them

    lemmatiser = Lemmatiser()
    finder = EntityFinder(lemmatiser)
    # Dictionaries and models load here, where a process may take its time, and not within the limit of an article.
    annotate("Душанбе", "", (), "ru", lemmatiser, finder)

    def read(  # noqa: PLR0917  what an article is made of, and how it is read
        title: str,
        lead: str,
        body: Sequence[Block],
        language: str,
        with_entities: bool,
        longest: int,
        published_at: datetime,
        image: str | None,
    ) -> ReadArticle:
        annotation = annotate(
            title, lead, body, language, lemmatiser, finder if with_entities else None, longest=longest
        )
        pictures = [image, *(block.url for block in body if block.kind is BlockKind.IMAGE)]
        material = Material(
            title=title[:longest],
            text=article_text("", lead, body).strip()[:longest],
            language=language,
            published_at=published_at,
            words=annotation.reading.words,
            title_words=annotation.reading.title_words,
            entities=annotation.entities,
            links=tuple(link.url for block in body for link in block.links),
            pictures=tuple(url for url in pictures if url),
        )
        return ReadArticle(annotation, make_sketch(material, finder.vector))

    return {"annotate": read}


def read_without_sketch(annotation: Annotation, language: str, published_at: datetime) -> ReadArticle:
    """An article that is like no other: of what resists being read nothing is compared."""
    return ReadArticle(annotation, make_sketch(Material("", "", language, published_at, ()), None))
