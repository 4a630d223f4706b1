"""Exception groups come from task groups; people are told of one fault."""


def first_of(error: BaseException) -> BaseException:
    """The fault itself, or the first one of a group, however deep it lies."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
