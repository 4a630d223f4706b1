"""What the search index is given of an article, and how it is given and taken back."""

import zlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.asking import END, SIDE_BY_SIDE

# No word of a text has these letters: with them the words of headlines are words of their own. FTS5's column filter
# reads every article that has the word: 137 ms a million articles where a common one stands in no headline.
IN_TITLE = "¶"
MARK = "§"


@dataclass(frozen=True, slots=True)
class Terms:
    """Keys of an article word by word, and marks of what else can be asked for. `body` has the title's words too.

    The index takes SIDE_BY_SIDE and END for blanks; who reads the words back does not.
    """

    title: str
    body: str
    marks: str = ""

    def pack(self) -> bytes:
        """As it is kept beside the article: a contentless index takes out only the very words that it was given."""
        return zlib.compress(f"{self.title}\n{self.body}\n{self.marks}".encode())


def keys_in(words: str) -> list[str]:
    """All keys of words in a row; those of one word stand side by side."""
    return [key for key in words.replace(SIDE_BY_SIDE, " ").split() if key != END]


def unpack_terms(packed: bytes) -> Terms:
    """What `Terms.pack` made."""
    title, body, marks = zlib.decompress(packed).decode().split("\n")
    return Terms(title, body, marks)


def marks_of(source_id: int, language: str) -> str:
    """What `source:` and `language:` ask the index for."""
    return f"{source_mark(source_id)} {language_mark(language)}"


def source_mark(source_id: int) -> str:
    return f"{MARK}{source_id}"


def language_mark(language: str) -> str:
    return f"{MARK}{language}"


async def index_article(connection: AsyncConnection, article_id: int, terms: Terms) -> None:
    """Make an article findable."""
    statement = sa.text("INSERT INTO article_terms(rowid, title, body, marks) VALUES (:id, :title, :body, :marks)")
    await connection.execute(statement, _columns(article_id, terms))


async def unindex_article(connection: AsyncConnection, article_id: int, terms: Terms) -> None:
    """Take an article out; a contentless index needs the very words it was given."""
    statement = sa.text(
        "INSERT INTO article_terms(article_terms, rowid, title, body, marks)"
        " VALUES ('delete', :id, :title, :body, :marks)"
    )
    await connection.execute(statement, _columns(article_id, terms))


def _columns(article_id: int, terms: Terms) -> dict[str, int | str]:
    title = " ".join(f"{IN_TITLE}{key}" for key in keys_in(terms.title))
    return {"id": article_id, "title": title, "body": terms.body, "marks": terms.marks}
