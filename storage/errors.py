"""What can go wrong in storage, as its callers see it.

StorageError
├── DatabaseUnavailable    the file or server cannot be opened, is full or read-only
│   └── DatabaseBusy       somebody else has been writing for too long: it may be tried again
├── StatementRefused       it is there and works, but lacks a table, a column, or room in one statement
├── SchemaMismatch         the schema is older or newer than this program
├── NotFound               no such record
└── NothingLeft            a story cannot be split so
"""


class StorageError(Exception):
    """Any fault of the store; the text is one sentence for the operator."""


class DatabaseUnavailable(StorageError):
    """The database cannot be opened or written now."""


class DatabaseBusy(DatabaseUnavailable):
    """Somebody else has been writing for longer than anybody waits."""


class StatementRefused(StorageError):
    """The statement cannot be run in this database, now or later."""


class SchemaMismatch(StorageError):
    """The schema's version is not the one this program was written for."""

    def __init__(self, found: str | None, expected: str) -> None:
        self.found = found
        self.expected = expected
        state = f"is at version {found}" if found else "has no schema yet"
        super().__init__(f"the database {state}, this Khabar needs {expected}: run `khabar migrate`")


class NotFound(StorageError):
    """No record with this id."""

    def __init__(self, noun: str, key: object) -> None:
        self.noun = noun
        self.key = key
        super().__init__(f"no {noun} {key}")


class NothingLeft(StorageError):
    """A story is split into two that each have a page which stands, or not at all."""

    def __init__(self, story_id: int) -> None:
        self.story_id = story_id
        super().__init__(f"story {story_id} cannot be split: one of the two would have no page that stands")
