"""Records made by what people write: options by name, extra fields as a mapping."""

from segmentation import (
    Contact,
    ContactBusinessRelation,
    ContactType,
    InteractionTemplate,
    MarketingSetup,
    SegmentLine,
)
from segmentation.fields import Extra


def records(extra: Extra) -> None:
    _ = Contact(no="C1", type="person", extra={"points": 3})
    _ = Contact(no="C1", type=ContactType.PERSON, extra=extra, correspondence_type="email")
    _ = Contact(no="C1", extra=(("points", 3),))
    _ = ContactBusinessRelation(contact_no="C1", business_relation_code="C", link_to_table="vendor")
    _ = InteractionTemplate(code="FAIR", correspondence_type_default="hard_copy", extra={"a": "b"})
    _ = MarketingSetup(default_correspondence_type="email")


def what_comes_out(contact: Contact, line: SegmentLine) -> tuple[ContactType, Extra]:
    _ = line.information_flow.position
    return contact.type, contact.extra
