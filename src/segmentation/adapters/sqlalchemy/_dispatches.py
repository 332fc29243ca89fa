"""The statements that find what was sent to many contacts lately, or is being sent."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import attrs
import sqlalchemy as sa

from segmentation.contacts import CorrespondenceType
from segmentation.interactions import DeliveryClaim, Dispatch, Interaction

from ._dialects import Dialect
from ._tables import Tables
from ._types import can_hold_text
from ._writing import batches


def dispatch_queries(
    tables: Tables,
    dialect: Dialect,
    nos: Collection[str],
    since: datetime,
    now: datetime,
    until: datetime,
) -> Iterator[sa.Select[Any]]:
    """The statements, for `to_dispatch`; see `segmentation.protocols.FindsDispatches`."""
    log, claims = tables.of(Interaction).table, tables.of(DeliveryClaim).table
    *names, moment, before = (field.name for field in attrs.fields(Dispatch))
    said = [log.c[name] for name in names]
    sent = (log.c[moment], log.c[before])
    never = (sa.null().label(moment), sa.literal("").label(before))
    held = sa.and_(claims.c.worker != "", claims.c.until > now, claims.c.until <= until)
    for some in batches(sorted(str(no) for no in nos if can_hold_text(no))):
        theirs = sa.and_(dialect.among(log.c.contact_no, some), ~log.c.canceled)
        yield sa.select(*said, *sent).where(theirs, log.c[moment] > since)
        sending = sa.join(log, claims, claims.c.entry_no == log.c.entry_no)
        yield sa.select(*said, *never).select_from(sending).where(theirs, held)


def to_dispatch(row: sa.Row[Any]) -> Dispatch:
    """A row of these statements."""
    values = row._asdict()
    channel = CorrespondenceType(values.pop("correspondence_type"))
    return Dispatch(correspondence_type=channel, **values)
