"""Two articles on one event are alike, those of like events are not, and a turn is told from a rewrite."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.stories.frequencies import Frequencies
from bot.stories.likeness import Comparer, compare, turn
from bot.stories.sketch import Material, Sketch, make_sketch
from bot.topics.lemmas import Lemmatiser
from storage.naming import EntityKind, NewEntity

MORNING = datetime(2026, 3, 12, 4, tzinfo=UTC)
LEMMATISER = Lemmatiser()
FREQUENCIES = Frequencies()


@dataclass(frozen=True)
class Page:
    title: str
    text: str
    language: str = "ru"
    hours: float = 0.0
    places: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def sketch(self) -> Sketch:
        reading = LEMMATISER.read_article(self.title, self.text, self.language)
        entities = tuple(NewEntity(EntityKind.PLACE, name, name.lower()) for name in self.places)
        at = MORNING + timedelta(hours=self.hours)
        return make_sketch(
            Material(
                self.title, self.text, self.language, at, reading.words, reading.title_words, entities, self.links
            ),
            None,
        )


def score(one: Page, other: Page) -> float:
    apart = timedelta(hours=one.hours - other.hours)
    return compare(one.sketch, other.sketch, apart, FREQUENCIES).score


BUS = Page(
    "Автобус упал в реку Зеравшан, погибли три человека",
    "Пассажирский автобус сорвался в реку Зеравшан у селения Дар-Дар в четверг утром. Погибли три человека, девять"
    " ранены и доставлены в больницу Айни, сообщил Комитет по чрезвычайным ситуациям.",
    places=("Зеравшан", "Айни"),
)
BUS_AGAIN = Page(
    "Трое погибших и девять раненых: автобус сорвался в Зеравшан",
    "В Айнинском районе автобус с пассажирами съехал с дороги и упал в Зеравшан. Среди погибших — водитель. Ещё девять"
    " человек везут в больницы Айни и Пенджикента.",
    hours=1.5,
    places=("Зеравшан", "Айни", "Пенджикент"),
)
BUS_IN_TAJIK = Page(
    "Дар Айнӣ автобус ба дарёи Зарафшон афтод, се нафар ҳалок шуд",
    "Субҳи панҷшанбе, 12 март, автобус дар ноҳияи Айнӣ аз роҳ баромада, ба дарё афтод. Се нафар ҳалок шуда, нӯҳ нафари"
    " дигар маҷрӯҳ гардид.",
    "tg",
    hours=2,
    places=("Айнӣ",),
)
BUS_IN_ENGLISH = Page(
    "Three killed as bus plunges into river in Tajikistan's Ayni district",
    "Three people died and nine were injured when a bus left the road in the Ayni district on Thursday and fell into"
    " the Zeravshan river.",
    "en",
    hours=3,
    places=("Ayni", "Zeravshan", "Tajikistan"),
)
OTHER_BUS = Page(
    "В Шаартузе автобус врезался в трактор, двое пострадали",
    "Рейсовый автобус столкнулся с трактором на въезде в Шаартуз. Двое рабочих получили травмы, водителя проверяют.",
    hours=4,
    places=("Шаартуз",),
)
RATE = Page(
    "Курс валют на 12 марта: доллар — 9,4712 сомони",
    "Нацбанк установил курс доллара на 12 марта: 9,4712 сомони, евро — 10,8440 сомони.",
)
NEXT_RATE = Page(
    "Курс валют на 13 марта: доллар — 9,4755 сомони",
    "Нацбанк установил курс доллара на 13 марта: 9,4755 сомони, евро — 10,8391 сомони.",
    hours=14,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [(BUS, BUS), (BUS, BUS_AGAIN), (BUS, BUS_IN_TAJIK), (BUS_AGAIN, BUS_IN_ENGLISH), (BUS_IN_TAJIK, BUS_IN_ENGLISH)],
)
def test_one_event_is_known_whoever_tells_it(one: Page, other: Page) -> None:
    assert score(one, other) >= 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BUS, OTHER_BUS),
        (RATE, NEXT_RATE),
        (BUS, RATE),
        (BUS_IN_ENGLISH, OTHER_BUS),
        (
            Page("Парламент одобрил закон о рынках", "Депутаты поддержали в третьем чтении закон о рынках."),
            Page("Парламент отклонил закон о рынках", "Депутаты не поддержали в третьем чтении закон о рынках."),
        ),
        (
            Page("В Раште выявлено 79 случаев кори", "Минздрав сообщил о случаях кори в Раште.", places=("Рашт",)),
            Page(
                "В Дангаре выявлено 64 случая кори", "Минздрав сообщил о случаях кори в Дангаре.", places=("Дангара",)
            ),
        ),
        (
            Page("Закон о рынках принят в первом чтении", "Депутаты поддержали закон о рынках в первом чтении."),
            Page("Закон о пастбищах принят во втором чтении", "За закон о пастбищах проголосовали депутаты."),
        ),
        (
            Page("«Истиклол» и «Хатлон» сыграли 1:1", "Футбол: матч десятого тура прошёл в Душанбе."),
            Page("«Истиклол» обыграл «Равшан» — 3:0", "Футбол: матч десятого тура прошёл в Кулябе."),
        ),
    ],
)
def test_like_events_are_two(one: Page, other: Page) -> None:
    assert score(one, other) < 0.5


def test_what_speaks_against_is_told() -> None:
    found = compare(RATE.sketch, NEXT_RATE.sketch, timedelta(hours=14), FREQUENCIES)
    assert found.contradicted
    assert found.cosine > 0.2
    assert not compare(BUS.sketch, BUS_AGAIN.sketch, timedelta(hours=1), FREQUENCIES).contradicted


def test_likeness_is_the_same_both_ways() -> None:
    pages = (BUS, BUS_AGAIN, BUS_IN_TAJIK, OTHER_BUS, RATE, NEXT_RATE)
    for one in pages:
        for other in pages:
            assert score(one, other) == pytest.approx(score(other, one), abs=1e-5)


def test_days_between_take_likeness_away() -> None:
    one, other = BUS.sketch, BUS_AGAIN.sketch
    scores = [compare(one, other, timedelta(hours=hours), FREQUENCIES).score for hours in (0, 12, 36, 72)]
    assert scores == sorted(scores, reverse=True)
    assert compare(one, other, -timedelta(hours=12), FREQUENCIES).score == scores[1]


def test_a_page_that_both_link_to_brings_them_nearer() -> None:
    source = ("https://khf.tj/news/4127",)
    one = Page("Спасатели рассказали об аварии", "Подробности — в сообщении ведомства.")
    other = Page("КЧС: причина падения выясняется", "Ведомство ведёт проверку.")
    linked = [Page(page.title, page.text, links=source) for page in (one, other)]
    assert score(*linked) > score(one, other) + 0.01


def test_an_article_without_words_is_like_nothing() -> None:
    empty = Page("", "")
    assert score(empty, BUS) < 0.1
    assert score(empty, empty) < 0.5


def test_one_against_many_is_compared_as_two_are() -> None:
    comparer = Comparer(BUS.sketch, FREQUENCIES)
    for page in (BUS_AGAIN, BUS_IN_TAJIK, RATE):
        apart = timedelta(hours=page.hours)
        assert comparer.compare(page.sketch, apart) == compare(BUS.sketch, page.sketch, apart, FREQUENCIES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            BUS,
            Page("Число погибших в Зеравшане достигло 12", "До двенадцати выросло число погибших в аварии автобуса."),
        ),
        (BUS, Page("Шумораи ҳалокшудагон ба 12 нафар расид", "Дар садамаи автобус 12 нафар ҳалок шуд.", "tg")),
        (BUS, Page("Bus crash death toll rises to 12", "Twelve people are now known to have died.", "en")),
        (
            Page("Директора рынка задержали", "Директора рынка «Корвон» задержали за взятку."),
            Page("Директора рынка отпустили", "Суд освободил директора рынка «Корвон»."),
        ),
        (
            Page("Готов проект соглашения о границе", "Министры готовят подписание соглашения."),
            Page("Соглашение о границе подписано", "Соглашение подписали президенты двух стран."),
        ),
        (
            Page("«Истиклол» и «Хатлон»: 0:0 после первого тайма", "Матч идёт в Душанбе."),
            Page("«Истиклол» победил «Хатлон» — 2:1", "Матч в Душанбе закончен."),
        ),
        (
            Page("Anzob pass closed by avalanche", "The road is closed."),
            Page("Anzob pass reopens", "The road reopened at noon.", "en"),
        ),
    ],
)
def test_a_turn_is_large(before: Page, after: Page) -> None:
    assert turn(after.sketch, [before.sketch], FREQUENCIES) >= 0.5


@pytest.mark.parametrize("after", [BUS, BUS_AGAIN, BUS_IN_TAJIK, BUS_IN_ENGLISH])
def test_a_rewrite_is_none(after: Page) -> None:
    assert turn(after.sketch, [BUS.sketch], FREQUENCIES) < 0.5


def test_what_was_told_before_is_no_turn() -> None:
    late = Page("Автобус упал в реку: погибли трое", "Трое погибли в Айни.", hours=5)
    news = Page("Число погибших в Зеравшане достигло 12", "До двенадцати выросло число погибших.", hours=4)
    assert turn(late.sketch, [BUS.sketch, news.sketch], FREQUENCIES) < 0.2
    assert turn(news.sketch, [BUS.sketch, news.sketch], FREQUENCIES) == pytest.approx(0.0, abs=0.01)
    assert turn(news.sketch, [], FREQUENCIES) == 0.0
