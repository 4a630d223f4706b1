"""When jobs run: each at its pace, and one at night."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

NIGHT = 22  # o'clock UTC: in the small hours where the readers are

Job = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A job that looks every so many seconds whether anything is due; so many runs of it may overlap."""

    name: str
    job: Job
    seconds: float
    overlapping: int = 1
    is_at_once: bool = True  # else for the first time after these seconds


def create_scheduler(ticks: Sequence[Tick], nightly: Job, now: datetime) -> AsyncIOScheduler:
    """A scheduler with these jobs, not started yet: the ticks from `now` on, and `nightly` once a night.

    Jobs handle their faults themselves.
    """
    # The default misfire grace of 1 s drops a job that was due during a stall.
    defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
    for tick in ticks:
        scheduler.add_job(
            tick.job,
            "interval",
            seconds=tick.seconds,
            id=tick.name,
            max_instances=tick.overlapping,
            next_run_time=now + timedelta(seconds=0 if tick.is_at_once else tick.seconds),
        )
    scheduler.add_job(nightly, "cron", hour=NIGHT, id="nightly")
    return scheduler
