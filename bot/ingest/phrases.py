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
    r"одноклассник\w*|дзен\w*|мой мир",
)
CALLS = _word(
    r"подпи(?:сыва[йт]\w*|ши(?:тесь|сь))|присоединя\w+тесь|оставайтесь|следите|(?:читайте|смотрите) нас|будьте с нами",
    r"подел(?:иться|итесь|ись)|расскажи(?:те)? друзьям|отправить|наш(?:\w+)? (?:канал|страниц|групп|сообществ)\w*"
    r"|мы (?:в|на)",
    r"join|follow|subscribe|stay (?:with|tuned|in touch)|share(?=\W*$| (?:this|it|on|via|with)\b)|find us",
    "our (?:channel|page)",
    r"обуна|пайравӣ|пайрав|ҳамроҳ шавед|бо мо|мубодила|саҳифа\w* мо|канали мо|мо дар|паҳн кунед|фиристед"
    r"|пайгирӣ кунед|моро дар",
)
US = _word(r"нас|нам|нами|наш\w*|us|our|мо|моро")
ALSO = _start(
    r"(?:читайте?|смотрите?|см\.?) (?:также|ещ[её]|по теме)|(?:по|на) (?:этой )?тем[еу]"
    r"|(?:материалы|новости|ещ[её]) по теме",
    r"(?:похожие|другие|свежие|последние) (?:новости|материалы|статьи|публикации)|самое (?:читаемое|популярное)",
    r"рекомендуем|популярно[ею]|главные новости|лента новостей|ещё (?:новости|о)|еще (?:новости|о)",
    r"(?:другие|ещё|еще|новые|последние|свежие|все|популярные|похожие|недавние)"
    r" (?:новост|материал|стат|публикаци|интервью|колонк|репортаж|сюжет|запис|заметк|видео|истори|событи)\w*"
    r"|сейчас (?:обсуждают|читают)|не пропустите|вам может",
    r"(?:other|more|latest|recent|similar|further) (?:interviews|columns|reports|posts|articles|stories|news|videos"
    r"|from)",
    r"(?:хабар|мавод|мақола|мусоҳиба|рӯйдод|навгони|гузориш)\w*ҳои (?:дигар|охир|нав|монанд)",
    r"(?:read|see|watch) (?:also|more|next)|related(?: (?:news|stories|articles|posts))?",
    r"more (?:news|stories|on this|from)|(?:most|also) (?:read|popular)",
    "you may also like|latest news|trending|recommended",
    r"lesen sie (?:auch|mehr)|mehr zum thema|noticias relacionadas|le[ea] también|(?:à )?lire aussi|leggi anche",
    r"(?:инчунин|ҳамчунин|боз) (?:хонед|мутолиа кунед|бихонед|бубинед|нигаред)",
    r"хабарҳои (?:дигар|охирин|марбут|монанд)|дар (?:ҳамин|ин) мавзӯъ|мавод(?:и|ҳои) марбут|маводи дигар|серхонанда\w*",
)
# The label over what readers say, alone in its line.
COMMENTS = re.compile(
    r"\W*(?:\d{1,6}\s*)?(?:комментари(?:й|и|я|ев)(?: (?:читателей|болельщиков|пользователей|к .{1,30}))?"
    r"|обсуждени[ея]|отзывы"
    r"|(?:reader )?comments?|discussion|leave a (?:comment|reply)|join the conversation|добавить комментарий"
    r"|оставить комментарий|(?:responses|replies|thoughts) (?:to|on) .{1,60}|kommentare|comentarios|commentaires"
    r"|шарҳҳо|назарҳо|андешаҳо|шарҳи хонандагон)\s*(?:[:(]?\s*\d{0,6}\s*\)?)\W*",
    re.IGNORECASE,
)
COMMENT = _word(r"коммент\w+|отзыв\w*|comment\w*|kommentar\w*|comentar\w*|repl(?:y|ies)|шарҳ\w*|назар\w*")
LOG_IN = _word(
    r"войти|войдите|вход|авториз\w+|зарегистриру\w+|регистрац\w+",
    "log(?:ged)? ?in|sign ?(?:in|up)|register(?:ed)?|iniciar? sesión|melden sie sich|anmelden",
    r"ворид (?:шавед|шудан)|вуруд|сабти ном|номнавис\w*|ба қайд",
)
LOG_IN_CALL = _word(
    "войдите|авторизуйтесь|зарегистрируйтесь|log ?in|sign ?(?:in|up)|register|ворид шавед|номнавис шавед"
)
NEEDED = _word(
    r"чтобы|нужно|необходимо|должны|могут только|только (?:зарег|авториз)\w+",
    "please|must|need to|have to|only|to (?:post|leave)|debes?|bitte",
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
    r"^\W*(?:реклама|на правах рекламы|партн[её]рский материал|advertisement"
    r"(?:\W{1,3}(?:continue|scroll|story|article)\b.{0,40})?"
    r"|(?:story|article) continues (?:below|after)\b.{0,30}|ad loading|sponsored(?: content)?"
    r"|anzeige|werbung|publicidad|publicité|эълон|таблиғот)"
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
# A day without its year, with the hour.
DAY = re.compile(r"^\W*\d{1,2}\s+[^\W\d]{3,10}\.?\W{1,3}(?:в\s+|соати\s+)?\d{1,2}[:.]\d\d\W*$")
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
# How the headline of an error page begins; the number counts alone or before its words.
ERROR = re.compile(
    r"^\W*(?:(?:error|ошибка|хато(?:гӣ)?|http)\W{0,3}(?:4\d\d|5\d\d)\b|(?:4(?:0[0134-9]|10|29)|50[0-4])\b(?=\W*$"
    r"|\W{1,3}[^\W\d]{3,}\s?(?:not|не|found|ошибк|error|bad|ёфт|page|стран|access|forbidden|unavail|service|server"
    r"|gateway|internal))"
    r"|(?:ой|упс|oops|извините|sorry)?\W{0,3}(?:(?:такой |запрашиваемая |эта |this |the )?(?:страниц[аы]|page"
    r"|саҳифа|материал|публикация|article)\b.{0,20}"
    r"(?:не (?:найден|существует)|удал[её]н|not found|(?:does not|doesn.t|no longer) exist|could not be found"
    r"|ёфт нашуд|вуҷуд надорад))"
    r"|not found\W*$|page not found|file not found|access denied|forbidden|доступ (?:запрещ[её]н|ограничен)"
    r"|сайт временно недоступен"
    r"|(?:service|site|server|temporarily) (?:is )?(?:temporarily )?unavailable|internal server error|bad gateway"
    r"|just a moment|attention required"
    r"|технические работы|ведутся технические|checking your browser|проверка (?:браузера|безопасности)|ddos)",
    re.IGNORECASE,
)
NO_PAGE = re.compile(
    r"страниц\w* (?:не найден|не существует|удалена)|page (?:you|that you|was|could|cannot|can.t).{0,40}(?:found"
    r"|exist|moved|removed)"
    r"|саҳифа\w*.{0,30}ёфт нашуд",
    re.IGNORECASE,
)
# What a stub says where it breaks off: it speaks of reading on, not of a newsletter.
READ_ON = re.compile(
    r"чтобы (?:читать|прочитать|прочесть|дочитать|продолжить чтение|увидеть полн|открыть)"
    r"|(?:продолжение|полн(?:ый|ая) (?:текст|верси\w)|(?:эта )?статья|(?:этот )?материал|остальн\w+ текст).{0,40}"
    r"(?:доступ\w+ (?:только )?(?:по подписке|подписчик|после|для)|только (?:для )?(?:подписчик|зарегистр))"
    r"|только для (?:подписчиков|зарегистрированных)|оформите подписку.{0,60}(?:чита|доступ|статьи|материал)"
    r"|(?:to|and) (?:continue|keep) reading|to read (?:the )?(?:full|rest|whole|this)\b"
    r"|read the full (?:story|article)"
    r"|(?:this|the) (?:article|story|content) is (?:for|available (?:only )?(?:to|for)|exclusive|only)"
    r"|subscribers?.only|for subscribers only"
    r"|барои (?:идомаи? (?:хондан|мутолиа)|хондани (?:идома|матни|пурра)|мутолиаи (?:пурра|идома))|танҳо (?:барои"
    r"|ба) (?:муштари|обуна)"
    r"|матни пурра.{0,40}(?:обуна|муштари|дастрас)",
    re.IGNORECASE,
)
# How a site asks its reader for something of his own: his money, his address, his telephone's memory, his stories.
APPEAL = re.compile(
    r"^\W*(?:(?:download|get) (?:the|our)\b.{0,40}\bapps?\b"
    r"|sign up (?:for|to|here|now|today|with your)\b|subscribe (?:to|for|now|today)\b|follow (?:us|.{1,40} on"
    r" (?:twitter|facebook|instagram|x))\b|like us on\b|click here (?:to|for)\b|we respect your privacy\b"
    r"|support (?:local|independent|quality|our) (?:news|journalism|reporting|work)"
    r"|become a (?:member|subscriber|patron)\b|.{0,10}we have a small favou?r to ask|we hope you (?:enjoyed|liked)"
    r"|(?:got|have|do you have) a (?:problem|tip|question|story|news tip)\b.{0,40}\?|spotted an? (?:error|mistake)"
    r"|(?:enjoy(?:ed|ing)|like|liked) (?:this|our) (?:story|article|post|work)\b"
    r"|if you (?:enjoyed|liked|value|appreciate) (?:this|our)\b|share this (?:article|story|post|page)\b"
    r"|this (?:entry|post) was (?:posted|written|published) (?:on|by|in)\b"
    r"|(?:rate|print|email) this (?:recipe|article|story|page)\b|compart(?:e|ir)\b.{0,40}$"
    r"|хотите (?:получать|узнавать|читать|первыми)\b|(?:скачайте|установите) (?:наше |мобильное )?приложение\b"
    r"|подписывайтесь на (?:нас|наш)\b|поддержите (?:нас|редакцию|нашу)\b)"
    r"|support us from (?:as little as|only|just)|\bdrop us a line\b"
    r"|^\W*если вы (?:стали (?:очевидц|свидетел)|знаете (?:что-то|больше))|^\W*(?:присылайте|пришлите) .{0,40}"
    r"(?:почт|whatsapp|telegram|viber|редакци)",
    re.IGNORECASE,
)
# Whose picture stands above, as a line of its own.
PICTURED = re.compile(
    r"^\W*(?:(?:photo(?:graph)?s?|images?|pictures?|фото|снимки|акс(?:ҳо)?|fotos?|bild)"
    r"(?:\s*(?:by|courtesy(?: of)?|credit))?\s*[:/©]"
    r"|(?:[^\W\d]+ ){0,3}фото автора|(?:photo|image)s? (?:by|courtesy of)\b)[^.!?]{0,60}$",
    re.IGNORECASE,
)
# Whole lines that are no news wherever they stand: counters of pictures, buttons, players, disclaimers, what content
# systems say to a visitor.
IDLE = re.compile(
    r"^\W*(?:\d{1,3}\s*/\s*\d{1,3}|нравится|не нравится|сохранить|поделиться|задать вопрос|скопировать ссылку"
    r"|скачать|печать|pdf|e-?mail"
    r"|оцени(?:ть|те) (?:новость|статью|материал)|share|save|like|listen|print|copy link|листать далее|смотреть все"
    r"|see all|view all)\W*$",
    re.IGNORECASE,
)
NOTICE = re.compile(
    r"мнение (?:автора|редакции|авторов).{0,60}(?:не совпада|совпада)|редакция не несёт ответственности"
    r"|^this is a modal window|(?:this video|the media).{0,40}could not be loaded"
    r"|(?:this video|видео|media).{0,40}(?:cannot be played|не поддерживается|недоступно|isn.t supported)"
    r"|enable javascript|включите javascript"
    r"|^our standards:|purchase licensing rights$|имеются противопоказания|проконсультируйтесь (?:со специалистом"
    r"|с врачом)"
    r"|вы зашли на сайт как незарегистрированный|находящиеся в группе (?:гости|«гости»)|^\W*(?:последнее обновление"
    r"|last updated?)\b.{0,40}$",
    re.IGNORECASE,
)
# The headlines of pages that ask before they show anything, and of those that only list.
ASKING = re.compile(
    r"^\W*(?:we value your privacy|your privacy(?: matters| choices)?|before you continue|cookie (?:settings"
    r"|preferences|consent)|настройк\w (?:cookie|файлов)"
    r"|(?:выберите|укажите) (?:ваш |свой |вашу |свою )?(?:регион|город|страну|язык|область)|(?:choose"
    r"|select) (?:your|a) (?:region|country|city|edition|language|location)"
    r"|(?:минтақа|шаҳр|забон)\w*(?:и худро)? (?:интихоб)|интихоби (?:минтақа|шаҳр|забон)"
    r"|(?:результаты|итоги) поиска|поиск по (?:сайту|запросу)|search results|results for|натиҷа\w* (?:и )?ҷустуҷӯ"
    r"|архив (?:новостей|за)|all news|все новости)",
    re.IGNORECASE,
)
# What stands before an author's name.
BYLINE = re.compile(
    r"^\W*(?:(?:автор(?:ы|ка)?(?: (?:текста|статьи|материала|публикации))?|текст(?: и (?:фото|снимки))?"
    r"|подготовил[аи]?|беседовал[аи]?|записал[аи]?"
    r"|корреспондент|журналист|муаллиф(?:он|и матн)?|хабарнигор|author|text|words|written by|story by"
    r"|reported by)\s*[:—–-]"
    r"|(?:written |story |reported )by\b|by\b(?=\s(?-i:[A-Z]))"
    r"|(?:von|por|par)(?=(?:\s(?-i:[A-ZÄÖÜÉÁ])[\w.-]{1,20}){2,4}\W*$))\s*",
    re.IGNORECASE,
)
# What an agency sells under its pictures.
CAPTION_TAIL = re.compile(
    r"\s*(?:purchase licensing rights|buy (?:this )?(?:photo|image)|enlarge (?:this )?image|купить фото|увеличить)\W*$",
    re.IGNORECASE,
)
CONTACTS = re.compile(
    r"^\W*(?:media (?:enquiries|inquiries|contacts?)|press (?:enquiries|inquiries|contacts?|office)"
    r"|contacts? for (?:media|press)"
    r"|контакты? для (?:прессы|сми|журналистов)|пресс-служба|тамос барои)\W*$",
    re.IGNORECASE,
)
