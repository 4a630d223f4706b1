"""What the sandbox refuses.

ApiError      an answer of the Bot API with ok = false
ControlError  an answer of the control API: one clear sentence
"""

from collections.abc import Mapping


class ApiError(Exception):
    """A refusal in Telegram's words; `code` is the HTTP status as well."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(text: str, parameters: Mapping[str, int] | None = None) -> ApiError:
    """400. As Telegram's own server, lowers the first letter, but keeps CODES_LIKE_THIS."""
    if not (text[1:2] == "_" or "A" <= text[1:2] <= "Z"):
        text = text[:1].lower() + text[1:]
    return ApiError(400, f"Bad Request: {text}", parameters)


def forbidden(text: str) -> ApiError:
    """403: the bot may not write there."""
    return ApiError(403, f"Forbidden: {text}")


def conflict(text: str) -> ApiError:
    """409: two ways of reading updates at once."""
    return ApiError(409, f"Conflict: {text}")


def too_many(seconds: int) -> ApiError:
    """429: wait so many seconds."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


class ControlError(Exception):
    """A control request that cannot be done; `status` is 400, 404 or 409."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
