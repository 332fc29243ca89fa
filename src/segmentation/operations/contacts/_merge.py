"""Two contacts made one.

Where a host keeps the contacts, it has made them one, and this is recorded here.
"""

from datetime import datetime

import attrs

from segmentation.consents import ConsentMailingGroup
from segmentation.contacts import Contact, ContactMailingGroup, ContactType
from segmentation.errors import InvalidValue, Message, Refused
from segmentation.fields import Record, to_extra
from segmentation.journal import ContactMerged
from segmentation.operations.consents import passed_withdrawals
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.operations.records import get_record, is_of_host, key_in
from segmentation.protocols import Store

from ._card import persons_of
from ._former import keep_former_names
from ._marks import passed_marks
from ._moved_lines import Move, move_lines
from ._moved_rows import move_rows, rows_to_move
from ._numbers import still_there
from ._refusals import refuse


def merge(context: Context, *, kept_no: str | Contact, gone_no: str | Contact) -> Contact:
    """Make two contacts one: the first stays, the second goes.

    Blank fields of the first are filled from the second. Rows pass over, the first's own before
    rows with the same key, comments after the first's; so do a company's persons, lines, where the
    first has none of its own, and recorded interactions. An entry of the journal says so. What the
    second had withdrawn is withdrawn by the first; what it had agreed to is not taken over.

    Where a host keeps the contacts, it has taken the second out already, and this records it.

    Args:
        context: Store, user, day and clock.
        kept_no: Who stays.
        gone_no: Who goes.

    Raises:
        NotFound: There is no such contact; or the host has not the one that stays.
        InvalidValue: A number is blank.
        Refused: They are the same, or of different types. Or the host still has the one that goes.
    """
    store = context.store
    with store.transaction():
        if is_of_host(store, Contact):
            return _record_merging(context, kept_no, str(key_in(Contact, gone_no)[0]))
        kept, gone = get_record(store, Contact, kept_no), get_record(store, Contact, gone_no)
        step = _step(kept.no, gone.no)
        if kept.type is not gone.type:
            raise Refused(step, "one is a company, the other a person")
        merged = _merged(kept, gone, context.now)
        if kept.type is ContactType.COMPANY:
            store.records.put(
                attrs.evolve(person, company_no=kept.no, company_name=merged.company_name)
                for person in persons_of(store, gone)
            )
        _follow(context, merged, gone.no, gone.company_no)
        store.records.remove([gone])
        store.records.put([merged])
        keep_former_names(store, [(attrs.evolve(gone, no=kept.no), merged)])
        return merged


def _step(kept_no: str, gone_no: str) -> Message:
    """What is being done.

    Raises:
        Refused: Both are the same contact.
    """
    step = Message("merge contact {gone} into {kept}", gone=gone_no, kept=kept_no)
    if kept_no == gone_no:
        raise Refused(step, "they are the same contact")
    return step


def _record_merging(context: Context, kept_no: str | Contact, gone_no: str) -> Contact:
    """Record that a host made two contacts one.

    Raises:
        NotFound: The host has not the one that stays.
        InvalidValue: The other number is blank.
        Refused: The host still has the other; or they are the same.
    """
    store = context.store
    if not gone_no:
        raise InvalidValue("gone_no", gone_no, "is blank")
    kept = get_record(store, Contact, kept_no)
    refuse(_step(kept.no, gone_no), still_there(store, gone_no))
    _follow(context, kept, gone_no, "")
    return kept


def _follow(context: Context, kept: Contact, gone_no: str, gone_company_no: str) -> None:
    """Record that a contact is another one now, and let follow what is kept under its number."""
    store, stamp = context.store, context.stamp
    move = Move(
        old=gone_no,
        new=kept.no,
        as_company=kept.type is ContactType.COMPANY,
        company_no=kept.company_no,
    )
    rows = rows_to_move(store, move)
    agreed = [row for row in rows if _agrees(store, row, gone_no)]
    merged = ContactMerged(
        kept_no=kept.no,
        gone_no=gone_no,
        kept_company_no=kept.company_no,
        gone_company_no=gone_company_no,
    )
    marks = list(passed_marks(store, kept, gone_no))
    withdrawn = passed_withdrawals(store, kept.no, gone_no, stamp.at)
    record(store, [*marks, *withdrawn, merged], stamp)
    move_lines(store, move)
    store.records.remove(agreed)
    move_rows(store, move, [row for row in rows if row not in agreed])


_OWN = frozenset(
    {"no", "no_series", "type", "company_no", "company_name", "last_modified", "extra"}
)


def _merged(kept: Contact, gone: Contact, at: datetime) -> Contact:
    """Who stays, with what the other knew; a mark that protects from contact is never lost."""
    names = [field.name for field in attrs.fields(Contact) if field.name not in _OWN]
    filled = {name: getattr(gone, name) for name in names if not getattr(kept, name)}
    filled["parental_consent_received"] = kept.parental_consent_received
    if kept.type is ContactType.PERSON and not kept.company_no:
        filled |= {"company_no": gone.company_no, "company_name": gone.company_name}
    extra = {**dict(gone.extra), **dict(kept.extra)}
    return attrs.evolve(kept, **filled, extra=to_extra(extra), last_modified=at)


def _agrees(store: Store, row: Record, gone_no: str) -> bool:
    """Whether a row stands for consent, which is nobody else's: membership in a mailing group."""
    if not isinstance(row, ContactMailingGroup) or row.contact_no != gone_no:
        return False
    return store.records.find(ConsentMailingGroup, row.mailing_group_code) is not None
