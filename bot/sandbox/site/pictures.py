"""Pictures for the stories, drawn when first asked for and kept: 1280x720 JPEG of at most 120 KB."""

import asyncio
import io
from collections.abc import Mapping

from .painting import Canvas
from .scenes import SCENES

MAX_BYTES = 120 * 1024
QUALITIES = (86, 78, 70, 60, 48)
"""JPEG qualities tried in turn until the picture fits."""


class PictureBook:
    """The site's pictures by path. A path that no story has is no picture: strangers cannot make it paint."""

    def __init__(self, pictures: Mapping[str, tuple[str, int]]) -> None:
        """`pictures`: path -> (scene, seed)."""
        self._wanted = dict(pictures)
        self._painted: dict[str, bytes] = {}
        self._lock = asyncio.Lock()

    async def get(self, path: str) -> bytes | None:
        """The JPEG of that path, or None. Painting takes a few tenths of a second, in a thread, one at a time."""
        if path not in self._wanted:
            return None
        async with self._lock:
            if path not in self._painted:
                self._painted[path] = await asyncio.to_thread(paint, *self._wanted[path])
            return self._painted[path]


def paint(scene: str, seed: int) -> bytes:
    """One picture as JPEG. The same scene and seed give the same bytes. Raises KeyError for an unknown scene."""
    canvas = Canvas(seed)
    SCENES[scene](canvas)
    image = canvas.finish()
    for quality in QUALITIES:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=quality, optimize=True, progressive=True)
        if stream.tell() <= MAX_BYTES:
            break
    return stream.getvalue()
