"""The register: addresses marked and released, each by an entry of the journal.

With a key, those that are suppressed are kept under it (see `_keyed`).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from segmentation.contacts import (
    AddressMark,
    AddressState,
    AlternativeAddress,
    Contact,
    mail_addresses,
)
from segmentation.criteria import AsOf, Like, Part, Where, Wild, bind
from segmentation.errors import InvalidValue, Message, NotFound
from segmentation.journal import AddressMarked, Entry, EntryKind, happening_of
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.operations.records import find_records, get_record
from segmentation.operations.schema import schema_of
from segmentation.protocols import Store

from ._keyed import check_keys, found_under_keys, key_id, keyed, keyed_mark

_STATES = tuple(state for state in AddressState if state)


def mark_address(
    context: Context, address: str, state: AddressState | str, reason: str = ""
) -> AddressMark:
    """Mark an address as one that no mail goes to; the journal records by whom, when and why.

    One that is marked so already stays as it is, and nothing is recorded; a complaint is stronger
    than a bounce, and a suppression than both. A suppressed one is kept under the first of the
    context's keys, if it has any.

    Args:
        context: Store, user, day and clock.
        address: The address, in any case.
        state: "bounced", "complained" or "suppressed".
        reason: What a server or a person said.

    Returns:
        The mark as it is now.

    Raises:
        InvalidValue: It is not one address, or there is no such state.
        Refused: Addresses are kept under a key that is not given.
    """
    one, marked = _one(address), _state(state)
    check_keys(context)
    store = context.store
    with store.transaction():
        before = mark_of(context, one)
        made = marks_for(context, [one], marked, reason)
        if not made and before is not None:
            return before
        record(store, made, context.stamp)
        return get_record(store, AddressMark, made[-1].address)


def mark_of(context: Context, address: str) -> AddressMark | None:
    """The mark of an address in small letters, kept as it is or under a key; or ``None``."""
    plain = context.store.records.find(AddressMark, address)
    return plain or keyed_mark(context, address)


def marks_for(
    context: Context, addresses: Iterable[str], state: AddressState, reason: str
) -> list[AddressMarked]:
    """What marks addresses, without those that are marked so, or more strongly, already."""
    wanted = list(dict.fromkeys(addresses))
    found = {**_marks(context.store, wanted), **found_under_keys(context, wanted)}
    made: list[AddressMarked] = []
    for address in wanted:
        before = found.get(address)
        if before is None or _is_more(context, before, state):
            made += _marked_as(context, address, before, state, reason)
    return made


def _is_more(context: Context, before: AddressMark, state: AddressState) -> bool:
    """Whether a state says more than a mark; a suppression under a key more than one without."""
    if state is AddressState.SUPPRESSED and context.address_keys:
        return not before.key_id
    return _STATES.index(before.state) < _STATES.index(state)


def _marked_as(
    context: Context, address: str, before: AddressMark | None, state: AddressState, reason: str
) -> Iterator[AddressMarked]:
    if state is not AddressState.SUPPRESSED or not context.address_keys:
        yield AddressMarked(state=state, address=address, reason=reason)
        return
    if before is not None:  # the address itself goes out of the register
        yield AddressMarked(state=AddressState.BLANK, address=before.address)
    key = context.address_keys[0]
    yield AddressMarked(state=state, address=keyed(key, address), reason=reason, key_id=key_id(key))


def release_address(context: Context, address: str | AddressMark, reason: str) -> None:
    """Let mails go to an address again; the journal records by whom, when and why.

    Args:
        context: Store, user, day and clock.
        address: The address, in any case.
        reason: Why.

    Raises:
        NotFound: It is not marked.
        InvalidValue: The reason is blank.
        Refused: Addresses are kept under a key that is not given.
    """
    if not reason.strip():
        raise InvalidValue("reason", reason, Message("is blank; say why"))
    check_keys(context)
    one = address.address if isinstance(address, AddressMark) else _one(address)
    store = context.store
    with store.transaction():
        mark = mark_of(context, one)
        if mark is None:
            known = (mark.address for mark in store.records.all(AddressMark))
            raise NotFound("address mark", one, known=known)
        released = AddressMarked(
            state=AddressState.BLANK, address=mark.address, reason=reason, key_id=mark.key_id
        )
        record(store, [released], context.stamp)


def _one(address: object) -> str:
    found = mail_addresses(address) if isinstance(address, str) else ()
    if len(found) != 1 or "@" not in found[0].strip("@"):
        raise InvalidValue("address", address, Message("is not one mail address"))
    return found[0]


def _state(state: AddressState | str) -> AddressState:
    if state not in _STATES:
        raise InvalidValue("state", state, Message("is none of bounced, complained, suppressed"))
    return AddressState(state)


# -- asking -----------------------------------------------------------------------------------


def hindrances(context: Context, fields: Iterable[str]) -> Mapping[str, AddressMark]:
    """Which mails would reach nobody, by what stands in a field for mail addresses.

    Of several addresses in a field one that is not marked is enough. Whoever asks has seen by
    `check_keys` that those under a key are found.

    Args:
        context: Store and keys.
        fields: What stands in the fields; one by one they are looked up, so give few, or all.
    """
    wanted = {field: mail_addresses(field) for field in fields}
    addresses = [one for each in wanted.values() for one in each]
    marks = {**_marks(context.store, addresses), **found_under_keys(context, addresses)}
    return {
        field: marks[each[0]]
        for field, each in wanted.items()
        if each and all(one in marks for one in each)
    }


def _marks(store: Store, addresses: Iterable[str]) -> Mapping[str, AddressMark]:
    found = find_records(store, AddressMark, [(each,) for each in addresses])
    return {mark.address: mark for mark in found.values()}


# -- what is kept of a contact ----------------------------------------------------------------


def address_marks_of(store: Store, addresses: Iterable[str]) -> Iterable[AddressMark]:
    """The marks of some addresses, in the order of these."""
    return _marks(store, addresses).values()


def marked_in(entry: Entry) -> str:
    """The address that an entry marks or releases; empty if it does not, or was emptied."""
    if entry.kind is not EntryKind.ADDRESS_MARKED or entry.personal is None:
        return ""
    marked = happening_of(entry)
    return marked.address if isinstance(marked, AddressMarked) else ""


def addresses_of(store: Store, contact: Contact) -> Iterable[str]:
    """The mail addresses of a contact, those of its alternative addresses among them."""
    others = store.records.all(AlternativeAddress, contact_no=contact.no)
    fields = (contact.e_mail, contact.e_mail_2, *(other.e_mail for other in others))
    return dict.fromkeys(address for field in fields for address in mail_addresses(field))


def is_shared(store: Store, contact: Contact, address: str) -> bool:
    """Whether another contact has a mail address."""
    holding = Like((Wild.ANY_RUN, address, Wild.ANY_RUN), any_case=True)
    for field in ("e_mail", "e_mail_2"):
        wanted = bind(Part("contact", (Where(field, holding),)), schema_of(store), AsOf(date.min))
        others: Iterable[Contact] = store.contacts.get_many(store.contacts.matching(wanted))
        for other in others:
            if other.no != contact.no and address in mail_addresses(getattr(other, field)):
                return True
    return False
