"""Takes secrets out of text before anyone sees it."""

import re
from collections.abc import Iterable
from urllib.parse import quote

REDACTED = "[redacted]"

# A bot's token wherever it stands, also inside /bot123:ABC/getMe: libraries put the whole address in their errors.
_TOKEN_SHAPE = re.compile(r"\d+(?::|%3A)[A-Za-z0-9_-]{30,}", re.IGNORECASE)
# The path of a Bot API call, for tokens of an unusual shape (a local server takes any).
_BOT_PATH = re.compile(r"(/bot)\d+(?::|%3A)[^/\s'\"]+", re.IGNORECASE)
# The password of scheme://user:password@host.
_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)")


def redact_shapes(text: str) -> str:
    """`text` without anything that has the shape of a secret."""
    text = _BOT_PATH.sub(rf"\g<1>{REDACTED}", text)
    text = _TOKEN_SHAPE.sub(REDACTED, text)
    return _PASSWORD.sub(rf"\g<1>{REDACTED}", text)


class Redactor:
    """Also takes out the secrets it was made with, plain or percent-encoded."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
        # The longest first, so that no secret is left over as the tail of a shorter one.
        words = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
        self._known = re.compile(words, re.IGNORECASE) if words else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        return redact_shapes(text)
