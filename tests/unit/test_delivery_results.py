"""Telegram's refusals as it words them (TELEGRAM's table and tdlib/telegram-bot-api), and what each means for us."""

import pytest

from bot.delivery.results import Refusal, Refused, classify

TABLE: dict[Refusal, list[tuple[int, str]]] = {
    Refusal.GONE: [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: bot can't initiate conversation with a user"),
        (400, "Bad Request: USER_IS_BLOCKED"),
        (400, "Bad Request: INPUT_USER_DEACTIVATED"),
        (400, "Bad Request: user not found"),
    ],
    Refusal.NO_ACCESS: [
        (403, "Forbidden: bot was kicked from the group chat"),
        (403, "Forbidden: bot was kicked from the channel chat"),
        (403, "Forbidden: bot is not a member of the supergroup chat"),
        (403, "Forbidden: the group chat was deleted"),
        (403, "Forbidden: bot can't send messages to bots"),
        (403, "Forbidden: something nobody has seen yet"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: PEER_ID_INVALID"),
        (400, "Bad Request: need administrator rights in the channel chat"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: not enough rights to edit messages in the chat"),
        (400, "Bad Request: have no write access to the chat"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"),
        (400, "Bad Request: CHAT_RESTRICTED"),
    ],
    Refusal.THREAD_GONE: [
        (400, "Bad Request: message thread not found"),
        (400, "Bad Request: TOPIC_CLOSED"),
        (400, "Bad Request: TOPIC_DELETED"),
    ],
    Refusal.PICTURE: [
        (400, "Bad Request: wrong file identifier/HTTP URL specified"),
        (400, "Bad Request: failed to get HTTP URL content"),
        (400, "Bad Request: wrong type of the web page content"),
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (400, "Bad Request: WEBPAGE_MEDIA_EMPTY"),
        (400, "Bad Request: WEBPAGE_CURL_FAILED"),
        (400, "Bad Request: IMAGE_PROCESS_FAILED"),
        (400, 'Bad Request: failed to send message #2 with the error message "WEBPAGE_CURL_FAILED"'),
        (400, "Bad Request: not enough rights to send photos to the chat"),
        (400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN"),
        (400, "Bad Request: message caption is too long"),
    ],
    Refusal.POST_GONE: [
        (400, "Bad Request: message to edit not found"),
        (400, "Bad Request: message can't be edited"),
        (400, "Bad Request: MESSAGE_ID_INVALID"),
        (400, "Bad Request: message to delete not found"),
        (400, "Bad Request: message can't be deleted"),
        (400, "Bad Request: message can't be deleted for everyone"),
        (400, "Bad Request: there is no text in the message to edit"),
        (400, "Bad Request: there is no caption in the message to edit"),
    ],
    Refusal.TOKEN: [(401, "Unauthorized"), (404, "Not Found")],
    Refusal.OTHER: [
        (400, "Bad Request: message is too long"),
        (400, "Bad Request: message is not modified: specified new message content is the same"),
        (400, "Bad Request: something nobody has seen yet"),
        (400, ""),
    ],
}


@pytest.mark.parametrize(
    ("expected", "code", "description"),
    [(refusal, code, description) for refusal, answers in TABLE.items() for code, description in answers],
)
def test_telegrams_words_say_what_to_do(expected: Refusal, code: int, description: str) -> None:
    assert classify(code, description) == Refused(expected, description)


def test_every_refusal_is_in_the_table() -> None:
    assert set(TABLE) | {Refusal.MIGRATED} == set(Refusal)


def test_a_migrated_group_is_told_by_its_parameter() -> None:
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    assert classify(400, said, -100123) == Refused(Refusal.MIGRATED, said, -100123)
