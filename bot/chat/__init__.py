"""The chat room: what people write and press, and what the bot answers."""

from aiogram import Dispatcher

from bot.chat import (
    admin,
    aliases,
    follows,
    inline,
    leaving,
    membership,
    news,
    offers,
    questions,
    reading,
    settings,
    sources,
    start,
    stories,
    trends,
    why,
)
from bot.chat.context import ChatContext
from bot.chat.middleware import Conversation

__all__ = ["ChatContext", "create_dispatcher"]


def create_dispatcher(context: ChatContext) -> Dispatcher:
    """A dispatcher with every handler; it gives back the `Answer` to an update, for whoever fed it to give."""
    dispatcher = Dispatcher(disable_fsm=True)

    conversation = Conversation(context)
    for observer in (dispatcher.message, dispatcher.callback_query, dispatcher.my_chat_member):
        observer.middleware(conversation)
    dispatcher.include_router(admin.create_router(context))
    dispatcher.include_router(aliases.create_router(context))
    dispatcher.include_router(sources.create_router(context))
    dispatcher.include_router(inline.create_router(context))
    dispatcher.include_router(stories.create_router(context))
    for subject in (membership, start, news, questions, trends, why, follows, settings, reading, leaving, offers):
        dispatcher.include_router(subject.create_router())
    dispatcher.include_routers(questions.create_last_router(), leaving.create_last_router())
    return dispatcher
