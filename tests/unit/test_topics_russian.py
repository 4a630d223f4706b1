"""Russian words: every form of a word meets its base form, in every place, and words that only look alike do not."""

from itertools import product

import pytest

from bot.topics.lemmas import Lemmatiser

LEMMATISER = Lemmatiser()

# Endings are put to the stem; where there is no bar, the forms stand in full. All of them are capitalised names.
NAMES = [
    # Persons: first names.
    ("Рустам", "Рустам| а у ом е"),
    ("Эмомали", "Эмомали|"),
    ("Озода", "Озод| ы е у ой"),
    ("Фирдавс", "Фирдавс| а у ом е"),
    ("Игорь", "Игор| я ю ем е"),
    ("Николай", "Никола| я ю ем е"),
    ("Валентина", "Валентин| ы е у ой"),
    ("Наталья", "Наталь| и е ю ей"),
    ("Касым", "Касым| а у ом е"),
    # Persons: surnames of men, of women, and of families.
    ("Рахмон", "Рахмон| а у ом е"),
    ("Рахмонов", "Рахмонов| а у ым е ой ы ых ыми"),
    ("Мирзиёев", "Мирзиеев| а у ым е ой ых"),
    ("Токаев", "Токаев| а у ым е ой ых ыми"),
    ("Иванова", "Иванов Ивановой Иванову Ивановых Ивановым"),
    ("Набиуллина", "Набиуллин| а ой у ым ых"),
    ("Путин", "Путин| а у ым е ых"),
    ("Лавров", "Лавров| а у ым е ой ых ыми"),
    ("Матвиенко", "Матвиенко|"),
    ("Зеленский", "Зеленск| ого ому им ом ая ой ую их ими"),
    ("Толстой", "Толст| ого ому ым ом ая ую ых ыми"),
    ("Навальный", "Навальн| ого ому ым ом ая ой ую ых ыми"),
    ("Рахимзода", "Рахимзод| ы е у ой"),
    ("Турсунзода", "Турсунзод| ы е у ой"),
    ("Рахимзаде", "Рахимзаде|"),
    ("Саакашвили", "Саакашвили|"),
    ("Эрдоган", "Эрдоган| а у ом е"),
    ("Дерипаска", "Дерипаск| и е у ой"),
    ("Гриневец", "Гринев| ца цу цем це"),
    ("Шарипович", "Шарипович| а у ем е"),
    # Places.
    ("Рогун", "Рогун| а у ом е"),
    ("Бохтар", "Бохтар| а у ом е"),
    ("Хатлон", "Хатлон| а у ом е"),
    ("Согд", "Согд| а у ом е"),
    ("Шугнан", "Шугнан| а у ом е"),
    ("Исфара", "Исфар| ы е у ой"),
    ("Душанбе", "Душанбе|"),
    ("Рудаки", "Рудаки|"),
    ("Казань", "Казан| и ью"),
    ("Сирия", "Сири| и ю ей"),
    ("Чебоксары", "Чебоксар| ам ами ах"),
    ("Эмираты", "Эмират| ов ам ами ах"),
    ("Иваново", "Иваново|"),
    ("Хатлонский", "Хатлонск| ого ому им ом ая ой ую ие их ими"),
    ("Исфаринский", "Исфаринск| ого ой ую их"),
    # Organisations.
    ("Роснефть", "Роснефт| и ью"),
    ("Газпром", "Газпром| а у ом е"),
    ("Талибан", "Талибан| а у ом е"),
]

WORDS = [
    ("замок", "замок замка замков замками"),
    ("школьница", "школьниц школьницами"),
    ("ёлка", "елка ёлки елок"),
    ("идти", "шёл шла идущий"),
    ("объединённый", "объединенных объединёнными"),
    ("медиков", "медик медики медикам"),
    ("стартап", "стартапа стартапом стартапы стартапов стартапам"),
    ("хусит", "хуситы хуситов хуситам хуситами"),
    ("биткоин", "биткоина биткоины биткоинов биткоинам биткоинах"),
    ("джамоат", "джамоата джамоатом джамоаты джамоатов джамоатах"),
    ("махалля", "махалли махалле махаллю махаллей"),
    ("криптовалютный", "криптовалютного криптовалютной криптовалютным криптовалютные криптовалютных"),
]

LETTERS = [
    ("ОДКБ", "ОДКБ"),
    ("одкб", "ОДКБ"),
    ("МИД", "МИД МИДа МИДу МИДом МИДе МИДы"),
    ("МИДа", "МИД МИДом"),
    ("ТАСС", "ТАСС ТАССу"),
    ("США", "США"),
    ("СНГ", "СНГ CНГ"),  # the second with a Latin C
    ("ГЭС", "ГЭС"),
    ("ООН", "ООН"),
]

# None of the left word's forms is one of the right word's.
STRANGERS = [
    ("Рахмон Рахмона Рахмоном Рахмону", "Рахмонов Рахмонова Рахмоновой Рахмоновым Рахмоновых Рахмоналиев Рахмат"),
    ("Саид", "Саидов Саидова Саидовым"),
    ("Азиз Азиза", "Азизов Азизова"),
    ("Иран Ирана Иране", "Ирак Ирака Ираке тиран Иранов"),
    ("Таджикистан", "таджик таджики таджикский таджикистанец"),
    ("Сирия", "сирийский сириец Сирийской"),
    ("Россия", "российский россияне Пруссия"),
    ("Мирзиёев", "мир мира Мира мирный"),
    ("Токаев", "ток тока токи"),
    ("Душанбе", "душа душ Душа душанбинский"),
    ("Рогун", "рог Рогожин рогатый"),
    ("Медведев", "медведь медведя медведи"),
    ("Лавров", "лавр лавры"),
    ("Путин", "путь пути путём"),
    ("Куба", "куб кубов"),
    ("Чад", "чадо"),
    ("Мали", "мало малый"),
    ("Согд", "согдийский"),
    ("Астана", "стан станы"),
    ("Украина", "окраина окраины"),
    ("ОДКБ", "ОДК КБ ОДКа"),
    ("МИД", "миди мидия"),
    ("ЕС", "есть ем"),
    ("ВОЗ", "возить возраст"),
    ("министр", "министерство"),
    ("закон", "законный"),
    ("суд", "судья судно"),
    ("газ", "газета"),
]


def expand(forms: str) -> list[str]:
    """«Рогун| а у» is Рогуна and Рогуну."""
    stem, bar, endings = forms.partition("|")
    return [stem + ending for ending in endings.split()] or [stem] if bar else forms.split()


@pytest.mark.parametrize(("name", "forms"), NAMES)
def test_a_name_meets_its_forms_wherever_they_stand(name: str, forms: str) -> None:
    asked = [LEMMATISER.question_keys(name), LEMMATISER.question_keys(name.lower())]
    for form, keys in product(expand(forms), asked):
        reading = LEMMATISER.read(f"{form} приехал. Здесь {form} был, и «{form}» тоже.\n{form.upper()} ПРИЕХАЛ", "ru")
        missed = [position for position in (0, 4, 7, 10) if keys.isdisjoint(reading.words[position])]
        assert missed == [], form


@pytest.mark.parametrize(("word", "forms"), WORDS)
def test_a_word_meets_its_forms_wherever_they_stand(word: str, forms: str) -> None:
    keys = LEMMATISER.question_keys(word)
    for form in forms.split():
        reading = LEMMATISER.read(f"{form.capitalize()} и другие {form} тоже.\nВСЕ {form.upper()}", "ru")
        assert [position for position in (0, 3, 7) if keys.isdisjoint(reading.words[position])] == [], form


@pytest.mark.parametrize(("asked", "forms"), LETTERS)
def test_abbreviations_are_kept_whole_and_take_endings(asked: str, forms: str) -> None:
    keys = LEMMATISER.question_keys(asked)
    assert [form for form in forms.split() if keys.isdisjoint(LEMMATISER.keys(form))] == []


def test_an_abbreviation_has_no_other_readings() -> None:
    assert LEMMATISER.keys("ОДКБ") == {"одкб"}
    assert LEMMATISER.keys("США") == {"сша"}
    assert LEMMATISER.keys("МИДом") == {"мид"}


@pytest.mark.parametrize(("ours", "others"), STRANGERS)
def test_words_that_look_alike_stay_apart(ours: str, others: str) -> None:
    for one, other in product(ours.split(), others.split()):
        assert LEMMATISER.question_keys(one).isdisjoint(LEMMATISER.keys(other)), (one, other)
        assert LEMMATISER.question_keys(other).isdisjoint(LEMMATISER.keys(one)), (other, one)


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        # within a sentence: the name alone
        ("Лавров", "лавров"),
        ("Песков", "песков"),
        ("Куба", "куба"),
        ("Путина", "путин"),
        # but of a month, a quarter of the sky, a district, the common reading is likelier than a woman's or a river's
        ("Марта", "марта март"),
        ("Северном", "северн северный"),
        ("Ленинском", "ленинск ленинский"),
        # lower case: no name, where there is another reading
        ("песком", "песок"),
        ("путину", "путина"),
        ("роман", "роман"),
        # what opens a sentence or a quotation may be either
        ("«Путина", "путин путина"),
        ("«Куба", "куба куб"),
    ],
)
def test_a_capital_letter_chooses_among_readings(word: str, keys: str) -> None:
    assert LEMMATISER.keys(word) == set(keys.split())


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("Он сказал: Лавров слышит", 2),
        ("Гость — Лавров", 1),
        ("Книга «Лавров» вышла", 1),
        ("Да. Лавров пришёл", 2),
        ("ВСЕ ПРО ЛАВРОВ", 2),
    ],
)
def test_where_anything_is_capitalised_both_readings_count(text: str, position: int) -> None:
    assert LEMMATISER.read(text).words[position] >= {"лавр"}


@pytest.mark.parametrize(
    ("asked", "forms"),
    [
        ("Маск", "Маска Маску Маском"),
        ("Лист", "Листа Листу"),
        ("Ухань", "Ухани Уханью"),
        ("Тяньцзинь", "Тяньцзиня Тяньцзинем Тяньцзине"),
        ("Ын", "Ына Ыном Ыне"),
        ("Балканы", "Балкан Балканам Балканах"),
        ("Бермуды", "Бермуд Бермудами"),
        ("Фареры", "Фарер Фарерах"),
        ("Коммерсантъ", "Коммерсанта Коммерсантом Коммерсантъ Коммерсант"),
        ("Лановой", "Ланового Лановому Лановым"),
        ("Рудый", "Рудого Рудому Рудым"),
    ],
)
def test_names_that_the_dictionary_has_not_or_knows_as_another_word(asked: str, forms: str) -> None:
    missed = [form for form in forms.split() if LEMMATISER.question_keys(asked).isdisjoint(LEMMATISER.keys(form))]
    assert missed == []


@pytest.mark.parametrize(("name", "crowd"), [("Волков", "волков"), ("Орлов", "орлов"), ("Воробьёв", "воробьёв")])
def test_several_of_something_are_no_surname(name: str, crowd: str) -> None:
    assert LEMMATISER.question_keys(name).isdisjoint(LEMMATISER.keys(crowd))


def test_another_name_of_somebody_is_a_surname() -> None:
    assert LEMMATISER.other_name(("песков",)) == (frozenset({"песков"}),)
    assert "песок" in LEMMATISER.question_keys("песков")


@pytest.mark.parametrize(
    ("word", "is_common"), [("Адвокат", True), ("понедельник", True), ("Мороз", False), ("Песков", False)]
)
def test_a_word_is_common_that_is_seldom_a_name(word: str, is_common: bool) -> None:
    assert LEMMATISER.is_common(word) is is_common


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Курган-Тюбе", "из Кургана-Тюбе"),
        ("Курган-Тюбе", "в Курган-Тюбе"),
        ("джиу-джитсу", "по джиу-джитсу"),
        ("Мазари-Шариф", "под Мазари-Шарифом"),
        ("Салтыков-Щедрин", "о Салтыкове-Щедрине"),
        ("Салтыков-Щедрин", "у Салтыковой-Щедриной"),
        ("вице-премьер", "с вице-премьером"),
        ("северо-западный", "на северо-западной"),
        ("16-летний", "у 16-летнего"),
        ("Касым-Жомарт", "с Касым-Жомартом"),
        ("Ивано-Франковск", "из Ивано-Франковска"),
    ],
)
def test_words_with_hyphens_meet_part_by_part(asked: str, text: str) -> None:
    wanted = [LEMMATISER.question_keys(part) for part in asked.split("-")]
    found = LEMMATISER.read(text, "ru").words[1:-1]
    assert len(found) == len(wanted)
    assert all(keys & others for keys, others in zip(wanted, found, strict=True))
