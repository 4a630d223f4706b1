"""All stores over one connection: what a transaction gives."""

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.alerts import AlertStore
from storage.articles import ArticleStore
from storage.chats import ChatStore
from storage.chores import ChoreStore
from storage.entities import EntityStore
from storage.growths import GrowthStore
from storage.holds import HoldStore
from storage.inbox import InboxStore
from storage.mailbox import MailboxStore
from storage.names import NameStore
from storage.pasts import PastStore
from storage.posts import PostStore
from storage.readers import ReaderStore
from storage.search import SearchStore
from storage.sketches import SketchStore
from storage.sources import SourceStore
from storage.stories import StoryStore
from storage.subscriptions import SubscriptionStore
from storage.tallies import TallyStore
from storage.topics import TopicStore
from storage.trends import TrendStore
from storage.waves import WaveStore


class Stores:
    """One store a noun. They never commit: whoever opened the transaction does."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.sources = SourceStore(connection)
        self.alerts = AlertStore(connection)
        self.subscriptions = SubscriptionStore(connection)
        self.articles = ArticleStore(connection)
        self.stories = StoryStore(connection)
        self.sketches = SketchStore(connection)
        self.topics = TopicStore(connection)
        self.pasts = PastStore(connection)
        self.chats = ChatStore(connection)
        self.inbox = InboxStore(connection)
        self.mailbox = MailboxStore(connection)
        self.posts = PostStore(connection)
        self.readers = ReaderStore(connection)
        self.growths = GrowthStore(connection)
        self.tallies = TallyStore(connection)
        self.waves = WaveStore(connection)
        self.holds = HoldStore(connection)
        self.names = NameStore(connection)
        self.trends = TrendStore(connection)
        self.search = SearchStore(connection)
        self.entities = EntityStore(connection)
        self.chores = ChoreStore(connection)
