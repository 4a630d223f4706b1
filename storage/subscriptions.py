"""Subscriptions at WebSub hubs."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import insert
from storage.records import HubState, Subscription
from storage.tables import source, subscription


class SubscriptionStore:
    """At most one a source."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, source_id: int) -> Subscription | None:
        """That of a source."""
        return await self._first(subscription.c.source_id == source_id)

    async def find(self, token: str) -> Subscription | None:
        """The one whose callback address ends with this."""
        return await self._first(subscription.c.token == token)

    async def save(self, one: Subscription) -> None:
        """Write it down as it stands, in place of the source's earlier one."""
        values = {
            "source_id": one.source_id,
            "hub": one.hub,
            "topic": one.topic,
            "token": one.token,
            "secret": one.secret,
            "state": one.state,
            "asked_at": one.asked_at,
            "ends_at": one.ends_at,
            "failures": one.failures,
        }
        statement = insert(self._connection, subscription).values(values)
        changed = {name: statement.excluded[name] for name in values if name != "source_id"}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["source_id"], set_=changed))

    async def get_due(self, asked_before: datetime, ends_before: datetime) -> list[Subscription]:
        """Those to ask for (again): not asked since `asked_before`, and not live beyond `ends_before`."""
        is_waiting = sa.or_(subscription.c.asked_at.is_(None), subscription.c.asked_at <= asked_before)
        is_ending = sa.or_(
            subscription.c.state != HubState.LIVE,
            subscription.c.ends_at.is_(None),
            subscription.c.ends_at <= ends_before,
        )
        polled = sa.select(source.c.id).where(source.c.removed_at.is_(None), source.c.is_paused.is_(False))
        query = sa.select(subscription).where(is_waiting, is_ending, subscription.c.source_id.in_(polled))
        return [_record(row) for row in await self._connection.execute(query.order_by(subscription.c.asked_at))]

    async def get_live(self, now: datetime) -> frozenset[int]:
        """The sources whose hub tells us of news by itself now."""
        which = (subscription.c.state == HubState.LIVE, subscription.c.ends_at > now)
        return frozenset((await self._connection.execute(sa.select(subscription.c.source_id).where(*which))).scalars())

    async def remove(self, source_id: int) -> None:
        """Forget it: messages that still come for it are refused."""
        await self._connection.execute(sa.delete(subscription).where(subscription.c.source_id == source_id))

    async def _first(self, which: sa.ColumnElement[bool]) -> Subscription | None:
        row = (await self._connection.execute(sa.select(subscription).where(which))).first()
        return None if row is None else _record(row)


def _record(row: sa.Row[Any]) -> Subscription:
    return Subscription(
        source_id=row.source_id,
        hub=row.hub,
        topic=row.topic,
        token=row.token,
        secret=row.secret,
        state=HubState(row.state),
        asked_at=row.asked_at,
        ends_at=row.ends_at,
        failures=row.failures,
    )
