"""What is counted, in Prometheus' terms. One object a process, handed to whoever counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """The counters of one running bot."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.articles = Counter(
            "khabar_articles", "Articles stored, by what they were", ["kind"], registry=self.registry
        )
        self.polls = Counter("khabar_polls", "Visits to sources, by outcome", ["outcome"], registry=self.registry)
        self.messages = Counter("khabar_messages", "Messages to chats, by outcome", ["outcome"], registry=self.registry)
        self.updates = Counter("khabar_updates", "Updates handled", registry=self.registry)
        self.in_flight = Gauge("khabar_in_flight", "Messages on their way", registry=self.registry)

    def render(self) -> bytes:
        """The text that a Prometheus server reads."""
        return generate_latest(self.registry)
