"""Pictures of charts: drawn in a worker process, and known again by Telegram's id once one was uploaded."""

from collections import OrderedDict
from typing import cast

from bot.rendering.charts import Chart, Theme
from bot.workers.pool import Door, Pool

TASKS = "bot.rendering.drawing"
REMEMBERED = 200  # pictures


class Painter(Door):
    """Use as an async context manager. The process starts with the first picture and ends when none is asked for."""

    def __init__(self) -> None:
        super().__init__(Pool(TASKS, 1))
        self._files: OrderedDict[tuple[Chart, Theme], str] = OrderedDict()

    async def draw(self, chart: Chart, theme: Theme) -> bytes:
        """The picture as PNG. Raises WorkerError."""
        return cast("bytes", await self._pool.ask("draw", chart, theme))

    def find_file(self, chart: Chart, theme: Theme) -> str | None:
        """Telegram's id of this very picture, if it was uploaded lately."""
        return self._files.get((chart, theme))

    def keep_file(self, chart: Chart, theme: Theme, file_id: str) -> None:
        """Telegram has the picture under this id: it need not be uploaded again (core.telegram.org/bots/api, Files)."""
        self._files[chart, theme] = file_id
        self._files.move_to_end((chart, theme))
        if len(self._files) > REMEMBERED:
            self._files.popitem(last=False)

    def forget_file(self, chart: Chart, theme: Theme) -> None:
        """Telegram does not have it any more: it is to be uploaded again."""
        self._files.pop((chart, theme), None)
