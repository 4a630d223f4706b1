"""What one message carries. Pure: the mailbox tells what is pending, this decides how much of it goes now."""

from dataclasses import replace

from storage.records import Bundle, ChatKind

# Stories that a list shows; the rest are counted in it. Also what is read from the mailbox at once.
LIST_SIZE = 15
# A channel is a newspaper: each story is its own post. Behind by more than this, it catches up in lists.
CHANNEL_CARDS = 10


def decide_bundle(pending: Bundle) -> Bundle:
    """The part of what is pending that the next message carries, and where the position goes with it.

    A reader gets everything at once: a card, or a list that counts what it cannot show. A channel gets every story:
    one card at a time, or lists without a rest.
    """
    if pending.chat.kind is not ChatKind.CHANNEL or not pending.stories:
        return pending
    total = len(pending.stories) + pending.more
    size = 1 if total <= CHANNEL_CARDS else LIST_SIZE
    if size >= total:
        return pending
    stories = pending.stories[:size]
    return replace(pending, stories=stories, until=stories[-1].article.id, more=0)
