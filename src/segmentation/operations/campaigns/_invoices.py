"""Invoices of customers whom an active campaign is aimed at: what the campaign brought in."""

from datetime import date

from segmentation.codes import to_code
from segmentation.errors import InvalidValue, Refused
from segmentation.interactions import DocumentType, Interaction
from segmentation.operations.context import Context
from segmentation.operations.interactions import record_document
from segmentation.operations.records import get_record
from segmentation.protocols import Store
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup

from ._targets import active_for


def record_invoice(
    context: Context, customer_no: str, order_no: str, *, posting_date: date | None = None
) -> Interaction | None:
    """Record that an order of a targeted customer was invoiced; once for each order.

    It is recorded for the first campaign, by number, that is active, aimed at the customer and
    running on the posting date.

    Args:
        context: Store, user, day and clock.
        customer_no: The host's number of the customer.
        order_no: The host's number of the order that was invoiced.
        posting_date: The day of the invoice, and of what is recorded; today if not given.

    Returns:
        What was recorded; ``None`` if no campaign is aimed at the customer on that day, the
        order was recorded before, or the customer's contact may not be recorded for.

    Raises:
        InvalidValue: The customer or the order is blank.
        Refused: The template set-up names no template for sales invoices.
        NotFound: It names one that is not there.
    """
    for name, no in (("customer_no", customer_no), ("order_no", order_no)):
        if not to_code(no):
            raise InvalidValue(name, no, "is blank")
    store = context.store
    order, on = to_code(order_no), posting_date or context.day.today
    with store.transaction():
        campaigns = active_for(store, on=on, customer_no=customer_no)
        if not campaigns:
            return None
        group = _template_of_invoices(store).interaction_group_code
        recorded = store.records.all(
            Interaction,
            document_no=order,
            document_type=DocumentType.SALES_INVOICE,
            interaction_group_code=group,
        )
        if next(recorded, None) is not None:
            return None
        return record_document(
            context,
            DocumentType.SALES_INVOICE,
            order,
            customer_no=customer_no,
            campaign_no=campaigns[0].no,
            date=on,
        ).interaction


def _template_of_invoices(store: Store) -> InteractionTemplate:
    setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
    code = setup.sales_invoices
    if not code:
        raise Refused(
            "record an invoice for a campaign",
            "the template set-up's field sales_invoices is blank; set the invoice template up",
        )
    return get_record(store, InteractionTemplate, code)
