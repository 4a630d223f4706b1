"""What stands before a demand to pay: a beginning worth reading where nothing else is to be had, else a stub."""

import pytest

from bot.ingest.errors import NoArticle
from bot.ingest.extract import extract_article

URL = "https://paid.example/business/elevator"
TOLD = (
    "Элеватор в Яване, стоявший закрытым с позапрошлой зимы, принял первые двести тонн пшеницы урожая этого года.",
    "Новый хозяин заменил весы и сушилку, а старую крышу пока накрыл плёнкой: подрядчик обещает закончить её в марте.",
    "Крестьяне просят платить за зерно сразу, как обещали летом, а не после продажи муки, как было прежде.",
)
PAGE = (
    "<html lang='ru'><title>Элеватор в Яване снова принимает зерно</title><body><article>"
    "<h1>Элеватор в Яване снова принимает зерно</h1>{}<div class='wall'><p>Чтобы читать дальше, оформите подписку.</p>"
    "</div></article></body></html>"
)


def page(paragraphs: tuple[str, ...]) -> bytes:
    return PAGE.format("".join(f"<p>{text}</p>" for text in paragraphs)).encode()


def test_several_paragraphs_before_the_demand_are_the_text_of_a_page_asked_for_alone() -> None:
    article = extract_article(page(TOLD), URL, None)
    assert [article.lead, *(block.text for block in article.body)] == list(TOLD)


def test_one_paragraph_before_it_is_a_stub() -> None:
    with pytest.raises(NoArticle, match="to pay"):
        extract_article(page(TOLD[:1]), URL, None)


def test_beside_the_feeds_own_text_so_little_is_a_stub() -> None:
    with pytest.raises(NoArticle, match="to pay"):
        extract_article(page(TOLD), URL, None, hint_text=TOLD[0])
