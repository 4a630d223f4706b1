"""What is wrong with a question, in an operator's words; the topics of the settings are judged before anything runs."""

from bot.commands.output import clean
from bot.topics.query import LONGEST_QUESTION, MOST_WORDS, QuestionError, QuestionFault, parse_question
from config.load import SettingsError
from config.settings import Settings

FAULTS = {
    QuestionFault.EMPTY: "ask for at least one word",
    QuestionFault.ONLY_WITHOUT: "say what to find, not only what to leave out",
    QuestionFault.ONLY_SOURCE: "say what to find, not only where",
    QuestionFault.TOO_LONG: f"ask for {MOST_WORDS} words and {LONGEST_QUESTION} characters at most",
}


def refuse_topics(settings: Settings) -> None:
    """Raise SettingsError for a topic of the settings that nobody can ask for; `config` knows no questions."""
    named = [(f"topic[{number}].name", one.name) for number, one in enumerate(settings.topics, 1)]
    for number, channel in enumerate(settings.channels, 1):
        named += [(f"channel[{number}].topics", name) for name in channel.topics]
    for place, name in named:
        try:
            parse_question(name)
        except QuestionError as error:
            raise SettingsError(f"{place}: {clean(name)[:80]!r} is no topic: {FAULTS[error.kind]}") from None
