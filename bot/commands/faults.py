"""What is wrong with a question, in an operator's words; the topics of the settings are judged before anything runs."""

from bot.commands.output import clean
from bot.topics.query import LONGEST_QUESTION, MOST_WORDS, QuestionError, QuestionFault, parse_question
from config.load import SettingsError
from config.settings import Settings

# {} is the part that is wrong.
_SENTENCES = {
    QuestionFault.EMPTY: "ask for at least one word",
    QuestionFault.ONLY_WITHOUT: "say what to find, not only what to leave out",
    QuestionFault.ONLY_FILTERS: "say what to find, not only where or since when",
    QuestionFault.TOO_LONG: f"ask in {LONGEST_QUESTION} characters at most; too much from {{}} on",
    QuestionFault.TOO_MANY_WORDS: f"ask for {MOST_WORDS} words at most; too many from {{}} on",
    QuestionFault.WRONG_DATE: "{} has no date that can be read; write it as after:2026-11-01",
    QuestionFault.UNKNOWN_LANGUAGE: "{} names no language; write its code, as language:ru, language:tg or language:en",
    QuestionFault.TWO_LANGUAGES: "{} asks for a second language; an article has one",
    QuestionFault.NO_VALUE: "nothing follows {}; write what to look for right after the colon",
    QuestionFault.FIELD_WITHOUT: "{} cannot be asked; a minus leaves out words or a phrase in quotes",
    QuestionFault.EMPTY_ALTERNATIVE: "in {} one side of the bar is empty; write words on both",
    QuestionFault.NOTHING_WANTED: "{} alone is no alternative; write a word to find beside it",
}


def what_is_wrong(error: QuestionError) -> str:
    """The sentence for a question that cannot be asked, with the part that is wrong in quotes."""
    return _SENTENCES[error.kind].format(repr(clean(error.detail)))


def refuse_topics(settings: Settings) -> None:
    """Raise SettingsError for a topic of the settings that nobody can ask for; `config` knows no questions."""
    named = [(f"topic[{number}].name", one.name) for number, one in enumerate(settings.topics, 1)]
    for number, channel in enumerate(settings.channels, 1):
        named += [(f"channel[{number}].topics", name) for name in channel.topics]
    for place, name in named:
        try:
            parse_question(name)
        except QuestionError as error:
            raise SettingsError(f"{place}: {clean(name)[:80]!r} is no topic: {what_is_wrong(error)}") from None
