"""A sample news site for the demo and the tests: invented outlets, real formats, honest clutter."""

from .newsroom import NotPublished
from .server import SampleSite, SiteFeed, start_site

__all__ = ["NotPublished", "SampleSite", "SiteFeed", "start_site"]
