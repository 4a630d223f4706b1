"""People, organisations and places that a text speaks of. The models live in a worker process."""

from bot.topics.entities.finder import EntityFinder

__all__ = ["EntityFinder"]
