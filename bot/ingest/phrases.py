"""Words without which a site's own lines cannot do, in Russian, Tajik and English.

Each pattern is one trait of a line; cleaning.py says which traits together make a line the site's own.
"""

import re


def _word(*alternatives: str) -> re.Pattern[str]:
    """Any of these, as whole words anywhere in a line."""
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


def _start(*alternatives: str) -> re.Pattern[str]:
    """Any of these at the start of a line, after bullets and arrows."""
    return re.compile(rf"^\W*(?:{'|'.join(alternatives)})(?=\W|$)", re.IGNORECASE)


NETWORKS = _word(
    "telegram|facebook|instagram|twitter|whats ?app|viber|youtube|tiktok|vk|ok|imo|threads|linkedin|rss|messenger",
    r"телеграмм?\w*|фейсбук\w*|инстаграм\w*|твиттер\w*|ватсап\w*|вайбер\w*|ютуб\w*|тикток\w*|вк|вконтакте|ок",
    r"одноклассник\w*|дзен\w*",
)
CALLS = _word(
    r"подпи(?:сыва[йт]\w*|ши(?:тесь|сь))|присоединя\w+тесь|оставайтесь|следите|(?:читайте|смотрите) нас|будьте с нами",
    r"подел(?:иться|итесь)|расскажите друзьям|отправить|наш(?:\w+)? (?:канал|страниц|групп|сообществ)\w*|мы (?:в|на)",
    r"join|follow|subscribe|stay (?:with|tuned|in touch)|share(?=\W*$| (?:this|it|on|via|with)\b)|find us",
    "our (?:channel|page)",
    r"обуна|пайравӣ|пайрав|ҳамроҳ шавед|бо мо|мубодила|саҳифа\w* мо|канали мо|мо дар|паҳн кунед",
)
US = _word(r"нас|нам|нами|наш\w*|us|our|мо")
ALSO = _start(
    r"(?:читайте?|смотрите?|см\.?) (?:также|ещ[её])|(?:по|на) (?:этой )?тем[еу]|(?:материалы|новости|ещ[её]) по теме",
    r"(?:похожие|другие|свежие|последние) (?:новости|материалы|статьи|публикации)|самое (?:читаемое|популярное)",
    r"рекомендуем|популярно[ею]|главные новости|лента новостей",
    r"(?:read|see|watch) (?:also|more|next)|related(?: (?:news|stories|articles|posts))?",
    r"more (?:news|stories|on this|from)|(?:most|also) (?:read|popular)",
    "you may also like|latest news|trending|recommended",
    r"(?:инчунин|ҳамчунин|боз) (?:хонед|мутолиа кунед|бихонед|бубинед|нигаред)",
    r"хабарҳои (?:дигар|охирин|марбут|монанд)|дар (?:ҳамин|ин) мавзӯъ|мавод(?:и|ҳои) марбут|маводи дигар|серхонанда\w*",
)
COMMENT = _word(r"коммент\w+|отзыв\w*|comment\w*|repl(?:y|ies)|шарҳ\w*|назар\w*")
LOG_IN = _word(
    r"войти|войдите|вход|авториз\w+|зарегистриру\w+|регистрац\w+",
    "log(?:ged)? ?in|sign ?(?:in|up)|register(?:ed)?",
    r"ворид (?:шавед|шудан)|вуруд|сабти ном|номнавис\w*|ба қайд",
)
LOG_IN_CALL = _word(
    "войдите|авторизуйтесь|зарегистрируйтесь|log ?in|sign ?(?:in|up)|register|ворид шавед|номнавис шавед"
)
NEEDED = _word(
    r"чтобы|нужно|необходимо|должны|могут только|только (?:зарег|авториз)\w+",
    "please|must|need to|have to|only|to (?:post|leave)",
    r"барои|лозим|зарур|метавон\w+",
)
COOKIES = _word("cookies?|куки|кукиҳо")
CONSENT = _word(r"соглас\w+|принима\w+|принять|используе[мт]\w*|accept|agree|consent|we use|uses|розӣ|қабул|истифода")
# The site speaking to its reader; a report about cookies or log-ins says "they".
ADDRESS = _word(
    r"we|our|you|your|мы|наш\w*|вы|вам|ваш\w*|мо|шумо",
    r"this (?:web ?)?site|(?:этот|данный) (?:веб-?)?сайт|ин (?:сомона|сайт)",
)
NEWSLETTER = _word(r"newsletters?|mailing list|рассылк\w*|хабарнома\w*")
MISTAKE = _word(r"ошибк\w+|опечатк\w+|mistake|typo|error|хато\w*|ғалат\w*")
SHORTCUT = _word(r"ctrl\s?\+\s?enter")
# Who is spoken to. Russian and Tajik have an imperative of their own; an English one needs its place or a "please".
TO_READER = re.compile(
    r"\b(?:please|you|your|вы|вам|вас|ваш\w*|войдите|авторизуйтесь|зарегистрируйтесь|шумо|шавед)\b"
    r"|(?:^|, )\W*(?:log ?in|sign ?(?:in|up)|register)\b",
    re.IGNORECASE,
)
WHOLE_TEXT = _word(
    r"(?:полн\w+|весь) (?:текст\w*|верси\w+|материал\w*)|full (?:text|story|article|version)|матни пурра"
)
ENTRY = _word(r"подпис\w+|доступ\w*|оплат\w+|subscri\w+|members?|available|обуна\w*|муштари\w*|дастрас\w*")
WALL = _word(
    r"только (?:для )?подписчик\w+|оформите подписку|не робот",
    "включите javascript|enable javascript|checking your browser|captcha|not a robot",
    "subscribers? only|subscribe to (?:read|continue)|to continue reading|муштариён|пурра хондан",
)
CREDIT = _start(
    r"©|\(c\)|copyright|все права (?:защищены|сохранены)|all rights reserved|ҳамаи ҳуқуқҳо",
    r"(?:при )?(?:использовани[ие]|перепечатк[аие]|копировани[ие]) (?:\w+ ){0,3}(?:материал|ссылк)\w*",
    r"(?:нашли|заметили) (?:ошибку|опечатку)|found a (?:mistake|typo)|(?:хато|ғалат)\w* (?:ёфтед|дидед)",
    "распечатать|версия для печати|print version|back to top",
)
COUNT = _start(r"(?:теги|тэги|метки|tags|барчаспҳо|просмотр\w*|views)\s*:")
# Before a colon or a bar, or alone: a report on the advertising market has more to say.
ADVERTISEMENT = re.compile(
    r"^\W*(?:реклама|на правах рекламы|партн[её]рский материал|advertisement|sponsored(?: content)?|эълон|таблиғот)"
    r"\s*(?:[:|]|\W*$)",
    re.IGNORECASE,
)
# With the marks that the law asks of it.
ADVERTISER = re.compile(r"^\W*реклама\b.*\b(?:erid|инн|огрн)\b", re.IGNORECASE)
# With the hour beside it: when the page was changed, as sites stamp it between the headline and the text.
STAMP = re.compile(
    r"^\W*(?:(?:обновл[её]н|исправлен|измен[её]н|опубликован)[оа]?"
    r"|(?:last )?(?:updated|modified|corrected|published)|ислоҳ|навсозӣ|нашр|нав карда)"
    r"\b.{0,30}\b\d{1,2}[:.]\d\d\b.{0,12}$",
    re.IGNORECASE,
)
# An hour and nothing else, as it stands over a flash.
HOUR = re.compile(r"^\W*(?:[01]?\d|2[0-3])[:.][0-5]\d\W*$")
APPEARED = _word(r"appeared first on|first appeared on|появил\w+ (?:сначала|впервые) на")
# A whole line, and the end of one: what a feed puts where it cuts the text.
MORE = re.compile(
    r"^\W*(?:читать (?:далее|дальше|полностью)|подробнее|далее|муфассал\w*|давомаш\w*"
    r"|continue reading|read (?:more|the rest|full)\b.{0,60})\W*$",
    re.IGNORECASE,
)
CUT_TAIL = re.compile(
    r"\s*(?:\[(?:…|\.\.\.|&hellip;)\]|(?:читать далее|continue reading|read more)\W{0,5})$", re.IGNORECASE
)
