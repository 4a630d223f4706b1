"""Texts are cut into sentences and words as people see them, and spellings fold into one."""

import pytest

from bot.topics.words import find_sentences, find_tokens, find_words, fold, split_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Приехал в г. Душанбе. Уехал", ["Приехал в г. Душанбе.", "Уехал"]),
        ("Он вошёл в дом. Там тихо", ["Он вошёл в дом.", "Там тихо"]),
        ("Выступил Э. Рахмон. Зал встал", ["Выступил Э. Рахмон.", "Зал встал"]),
        ("Ул. Айни и просп. Рудаки", ["Ул. Айни и просп. Рудаки"]),
        ("Это 5 млн. Долларов нет", ["Это 5 млн. Долларов нет"]),
        ("Было в 2025. Стало в 2026", ["Было в 2025.", "Стало в 2026"]),
        ("Mr. Smith left. He was late", ["Mr. Smith left.", "He was late"]),
        ("Кто там? Никого! А… Да", ["Кто там?", "Никого!", "А…", "Да"]),
        ("«Ждём мира». Встреча", ["«Ждём мира».", "Встреча"]),
        ("«Ждём!» — Да", ["«Ждём!»", "— Да"]),
        ("Цена 2.5. Всё", ["Цена 2.5.", "Всё"]),
        ("Сайт example.com. 5 лет", ["Сайт example.com.", "5 лет"]),
        ("Одна\r\nдве", ["Одна", "две"]),
        ("Ҳа. Ҷумҳурӣ", ["Ҳа.", "Ҷумҳурӣ"]),
        ("  …  ", ["  …  "]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in find_sentences(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("джиу-джитсу, O'zbekiston", ["джиу", "джитсу", "O'zbekiston"]),
        ("2,5 и 2.5, 12.03.2026", ["2,5", "и", "2.5", "12.03.2026"]),
        ("в 2025, 2026.", ["в", "2025", "2026"]),
        ("16-летний", ["16", "летний"]),
        ("#Душанбе_2026", ["Душанбе", "2026"]),
        ("за\u0301мок раи\u0306он со\u00adюз", ["за\u0301мок", "раи\u0306он", "со\u00adюз"]),
        ("«слово» 'слово' слово’", ["слово", "слово", "слово"]),
        ("№5", ["5"]),
        ("—", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert split_words(text) == expected
    assert [text[start:end] for start, end in find_words(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Да и Нет", ["«Да", "и", "Нет"]),
        ("Он: Да — Нет «Кто» (Где)", ["«Он", ": Да", "— Нет", "«Кто", "(Где"]),
        ("ДА И НЕТ", ["«ДА", "«И", "«НЕТ"]),
        ("ОДКБ", ["«ОДКБ"]),
        ("", []),
    ],
)
def test_a_token_tells_where_a_capital_letter_says_nothing(text: str, expected: list[str]) -> None:
    assert find_tokens(text, 0, len(text)) == expected


@pytest.mark.parametrize(
    ("folded", "spellings"),
    [
        ("елка", "ёлка Елка ЁЛКА е\u0308лка"),
        ("снг", "СНГ CНГ снг"),
        ("чумхури", "ҷумҳурӣ ЉУМЊУРЇ чумхурй"),
        ("район", "район раи\u0306он"),
        ("erdogan", "Erdoğan ERDOGAN Erdog\u0306an"),
        ("2p5", "2,5 2.5"),
        ("12p03p2026", "12.03.2026"),
        ("iphone", "iPhone IPHONE"),
        ("", "— …"),
    ],
)
def test_spellings_fold_into_one(folded: str, spellings: str) -> None:
    assert {fold(spelling) for spelling in spellings.split()} == {folded}
