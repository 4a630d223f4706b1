"""The composition root: everything the running bot is made of, put together once.

Jobs are a handful of ticks that look at an index of what is due; none belongs to a user.
"""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from aiogram import Bot, Dispatcher
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.archive import Archive
from bot.chat import ChatContext, create_dispatcher
from bot.chat.alerts import Alerts
from bot.chat.arranging import AGAIN_IN, NOT_KNOWN, Arranger, CannotArrange
from bot.chat.inbox import Inbox
from bot.chat.notes import Notes
from bot.chat.poll import Poller, PollingEnded
from bot.chat.webhook import create_webhook
from bot.clock import now_utc
from bot.delivery.compose import Composer
from bot.delivery.pace import Pacer
from bot.delivery.sender import Sender, TokenRefused, create_bot
from bot.delivery.worker import Worker
from bot.groups import first_of
from bot.metrics import Metrics, create_metrics_server, listening
from bot.painter import Painter
from bot.pipeline import Pipeline, open_pipeline
from bot.placing import StoryDesk
from bot.provision import apply_settings
from bot.rendering.locales import Locales
from bot.renewal import Pasts, Renewal
from bot.ticks import Job, Tick, create_scheduler
from bot.tidying import tidy
from bot.topics.lemmas import Lemmatiser
from config.settings import Settings
from storage.database import Database, held_alone
from storage.deliveries import Load
from storage.errors import StorageError
from storage.schema import migrate

log = structlog.get_logger("khabar.app")

TICK = 1.0  # seconds between looks at what is due
HUB_TICK = 10.0  # the same for subscriptions at hubs
DELIVER_TICK = 0.25  # the same for deliveries: a story is on its way within a second
# With the webhook's closing (metrics.CLOSING) and the last confirmation, no more than the 10 s of the contract.
GRACE = 2.5  # seconds for commands that are being answered
DRAIN = 3.0  # seconds more to settle messages that are on their way
OVERLAPPING_VISITS = 100  # ticks that may still wait for slow sources


class CannotServe(Exception):
    """The bot cannot go on; the text says what to do."""


class App:
    """A bot that is ready to serve."""

    def __init__(
        self,
        *,
        bot: Bot,
        dispatcher: Dispatcher,
        context: ChatContext,
        pipeline: Pipeline,
        renewal: Renewal,
        worker: Worker,
        alerts: Alerts,
        just_stopped: frozenset[int] = frozenset(),
    ) -> None:
        """`just_stopped` are chats that the settings fed and name no more, or by a name that has changed."""
        self._bot = bot
        self._context = context
        self._settings = context.settings
        self._database = context.database
        self._pipeline = pipeline
        self._renewal = renewal
        self._worker = worker
        self._alerts = alerts
        self._dispatcher = dispatcher
        self._inbox = Inbox(bot, dispatcher, context)
        self._updates = dispatcher.resolve_used_update_types()
        self._stopping = asyncio.Event()
        self._fault: CannotServe | None = None
        self._reading_hubs: asyncio.Task[None] | None = None
        self._arranger = Arranger(bot, context, self._updates, just_stopped)
        self.is_ready = False

    def stop(self) -> None:
        """Begin nothing new; `serve` ends once what is on its way has been settled."""
        self._stopping.set()

    async def serve(self, on_ready: Callable[[], None] | None = None) -> None:
        """Serve until `stop`. Raises `CannotServe` when Telegram refuses the token or gives the updates to another."""
        scheduler = self._schedule()
        poller = Poller(self._bot, self._inbox, self._updates)
        try:
            async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
                await self._open_servers(stack)
                starting = group.create_task(self._start(group, poller, scheduler, on_ready))
                await self._stopping.wait()
                self._worker.begin_to_stop()
                starting.cancel()
                if self._reading_hubs is not None:
                    self._reading_hubs.cancel()
                poller.stop()
                self._inbox.stop()
        except* (PollingEnded, CannotServe) as ended:
            self._fault = CannotServe(str(first_of(ended)))
        finally:
            self.is_ready = False
            await self._drain(scheduler)
        if self._fault is not None:
            raise self._fault from None

    async def _start(
        self,
        group: asyncio.TaskGroup,
        poller: Poller,
        scheduler: AsyncIOScheduler,
        on_ready: Callable[[], None] | None,
    ) -> None:
        await self._guarded(self._arranger.arrange)()
        if self._stopping.is_set():
            return
        group.create_task(self._inbox.run(GRACE))
        if self._settings.webhook.url:
            self._reading_hubs = group.create_task(self._pipeline.hubs.run())
        else:
            group.create_task(poller.run())
        # What is there by now, aiogram's models above all, lives as long as the process: an eighth of the processor
        # time of a broadcast went into looking it through for garbage.
        gc.collect()
        gc.freeze()
        scheduler.start()
        self.is_ready = True
        log.info("ready")
        if on_ready is not None:
            on_ready()

    async def _drain(self, scheduler: AsyncIOScheduler) -> None:
        """Settle what is on its way. APScheduler cancels what still runs when it is shut down, so that comes last."""
        if scheduler.running:
            scheduler.pause()
        try:
            async with asyncio.timeout(DRAIN):
                await self._worker.stop()
        except TimeoutError:
            log.warning("messages were still on their way", waited=DRAIN)
        if scheduler.running:
            scheduler.shutdown(wait=False)
        log.info("stopped")

    def _schedule(self) -> AsyncIOScheduler:
        ticks = [
            Tick("collect", self._guarded(self._pipeline.collect), TICK, OVERLAPPING_VISITS),
            Tick("deliver", self._guarded(self._worker.drain), DELIVER_TICK),
            Tick("correct", self._guarded(self._worker.correct), TICK),
            Tick("tell", self._guarded(self._worker.tell), TICK),
            Tick("alert", self._guarded(self._alerts.tell), TICK),
            Tick("hubs", self._guarded(lambda: self._pipeline.hubs.tick(now_utc())), HUB_TICK),
            Tick("renew", self._guarded(self._renewal.step), TICK),
            Tick("pasts", self._guarded(Pasts(self._database, self._context.archive).step), TICK),
            Tick("arrange", self._guarded(self._arranger.arrange), AGAIN_IN, is_at_once=False),
        ]
        return create_scheduler(ticks, self._guarded(self._tidy), now_utc())

    def _guarded(self, job: Job) -> Job:
        """A fault of the database passes and the next tick tries again; a refused token ends the bot."""

        async def run() -> None:
            try:
                await job()
            except asyncio.CancelledError:
                if self.is_ready:
                    raise
                # The scheduler ends what still waits for slow sources, and would report each as a fault.
            except StorageError as error:
                log.error("the database failed, trying again", error=str(error))
            except TokenRefused:
                self._fault = CannotServe(NOT_KNOWN)
                self.stop()
            except CannotArrange as error:
                self._fault = CannotServe(str(error))
                self.stop()

        return run

    async def _open_servers(self, stack: AsyncExitStack) -> None:
        webhook = self._settings.webhook
        if webhook.url:
            path = urlsplit(webhook.url).path or "/"
            application = create_webhook(self._inbox, path, webhook.secret.get_secret_value())
            self._pipeline.hubs.add_routes(application)
            await stack.enter_async_context(listening(application, webhook.listen))
        if self._settings.metrics.listen:
            application = create_metrics_server(self._context.metrics, lambda: self.is_ready, self._get_load)
            await stack.enter_async_context(listening(application, self._settings.metrics.listen))

    async def _get_load(self) -> Load:
        async with self._database.snapshot() as stores:
            return await stores.tallies.get_load(now_utc())

    async def _tidy(self) -> None:
        await tidy(self._database, now_utc(), timedelta(days=self._settings.delivery.ledger_days))


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[App]:
    """Everything opened in its order, and closed in reverse. The database is brought to the newest schema first.

    Raises `StorageError` when the database cannot be used.
    """
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        stack.enter_context(held_alone(database))
        now = now_utc()
        migrated = await migrate(database, now)
        if migrated.backup is not None:
            log.info("the database was migrated", found=migrated.found, now=migrated.now, copy=str(migrated.backup))
        metrics = Metrics()
        lemmatiser = Lemmatiser()
        archive = Archive(lemmatiser)
        async with database.transaction() as stores:
            await apply_settings(settings, stores, archive, now)
            just_stopped = await stores.chats.keep_settings([channel.chat for channel in settings.channels])
        pipeline = await stack.enter_async_context(open_pipeline(settings, database, lemmatiser, metrics))
        bot = create_bot(settings.token.get_secret_value(), settings.api_url)
        stack.push_async_callback(bot.session.close)
        painter = await stack.enter_async_context(Painter())
        parts = _Parts(settings, database, archive, pipeline, bot, metrics, painter)
        yield _put_together(parts, just_stopped)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What was opened, in its order."""

    settings: Settings
    database: Database
    archive: Archive
    pipeline: Pipeline
    bot: Bot
    metrics: Metrics
    painter: Painter


def _put_together(parts: _Parts, just_stopped: frozenset[int]) -> App:
    settings, database = parts.settings, parts.database
    composer = Composer(Locales(settings.language), settings.timezone)
    pacer = Pacer(settings.delivery.messages_per_second, settings.delivery.group_messages_per_minute)
    sender = Sender(parts.bot, pacer, time.monotonic, allow_paid_broadcast=settings.delivery.allow_paid_broadcast)
    worker = Worker(
        database=database,
        sender=sender,
        composer=composer,
        settings=settings.delivery,
        stories=settings.stories,
        metrics=parts.metrics,
        tell=Notes(sender, database, composer, settings.admins).tell,
    )
    context = _context(parts, composer, pacer)
    return App(
        bot=parts.bot,
        dispatcher=create_dispatcher(context),
        context=context,
        pipeline=parts.pipeline,
        renewal=Renewal(database, parts.pipeline.landing),
        worker=worker,
        alerts=Alerts(sender, database, composer, settings.admins),
        just_stopped=just_stopped,
    )


def _context(parts: _Parts, composer: Composer, pacer: Pacer) -> ChatContext:
    return ChatContext(
        database=parts.database,
        archive=parts.archive,
        composer=composer,
        settings=parts.settings,
        pacer=pacer,
        metrics=parts.metrics,
        painter=parts.painter,
        prospector=parts.pipeline.prospector,
        reader=parts.pipeline.reader,
        desk=StoryDesk(parts.pipeline.landing.placing),
        now=now_utc,
    )
