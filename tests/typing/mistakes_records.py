"""Mistakes in the making of records that both type checkers must find."""

from segmentation import Contact, ContactType, SegmentLine


def records() -> None:
    _ = Contact(no="C1", countri="DK")  # wrong
    _ = Contact(no="C1", type=5)  # wrong
    _ = Contact(no=1)  # wrong
    _ = Contact(no="C1", minor="yes")  # wrong
    _ = Contact(no="C1", extra={"points": object()})  # wrong
    _ = Contact(no="C1", extra=["points"])  # wrong
    _ = Contact("C1")  # wrong
    _ = Contact()  # wrong


def what_comes_out(contact: Contact, line: SegmentLine) -> ContactType:
    contact.name = "Anna"  # wrong
    _ = contact.extra["points"]  # wrong
    _ = line.evaluation.positon  # wrong
    return contact.type
