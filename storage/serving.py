"""Statements that each turn of delivery needs: who is due, and where positions go. Built once: putting a statement
together costs as much as running it.
"""

from typing import Any

import sqlalchemy as sa

from storage.records import ChatState, Rank
from storage.tables import UtcDateTime, chat, in_flight


def _due() -> sa.CompoundSelect[Any]:
    """Each rank by itself, so that the index on rank and due time is gone through from its beginning."""
    flying = sa.select(in_flight.c.chat_id).where(in_flight.c.chat_id == chat.c.id)
    now, limit = sa.bindparam("now", type_=UtcDateTime), sa.bindparam("limit", type_=sa.Integer)
    parts = [
        sa.select(chat)
        .where(chat.c.rank == rank, chat.c.due_at <= now, chat.c.state == ChatState.ACTIVE, ~flying.exists())
        .order_by(chat.c.due_at)
        .limit(limit)
        .subquery()
        for rank in Rank
    ]
    return sa.union_all(*(sa.select(part) for part in parts))


def _settling() -> sa.Update:
    """One chat's position and due time after a message."""
    until, due = sa.bindparam("new_position", type_=sa.BigInteger), sa.bindparam("new_due", type_=UtcDateTime)
    return (
        sa.update(chat)
        .where(chat.c.id == sa.bindparam("of"))
        .values(
            position=sa.case((chat.c.position > until, chat.c.position), else_=until),
            due_at=sa.case((due.is_(None), chat.c.due_at), (chat.c.state == ChatState.ACTIVE, due), else_=sa.null()),
            missed=sa.bindparam("new_missed", type_=sa.Integer),
            attempts=0,
        )
    )


def _passing() -> sa.Update:
    """One chat's position and due time where there was nothing to send."""
    return (
        sa.update(chat)
        .where(chat.c.id == sa.bindparam("of"))
        .values(
            position=sa.bindparam("new_position", type_=sa.BigInteger),
            due_at=sa.bindparam("new_due", type_=UtcDateTime),
            missed=sa.bindparam("new_missed", type_=sa.Integer),
            attempts=0,
        )
    )


DUE = _due()
SETTLING = _settling()
PASSING = _passing()
