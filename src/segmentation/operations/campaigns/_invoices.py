"""Invoices of customers whom an active campaign is aimed at: what the campaign brought in."""

from datetime import date

from segmentation.codes import to_code
from segmentation.errors import NotFound, Refused
from segmentation.interactions import DocumentType, Interaction
from segmentation.operations.context import Context
from segmentation.operations.interactions import record_document
from segmentation.protocols import Store
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup

from ._targets import campaigns_for


def record_targeted_invoice(
    context: Context, customer_no: str, order_no: str, posting_date: date
) -> Interaction | None:
    """Record that an order of a targeted customer was invoiced; once for each order.

    It is recorded for the first campaign, by number, that is active, aimed at the customer and
    running on the posting date.

    Args:
        context: Store, user, day and clock.
        customer_no: The customer.
        order_no: The order that was invoiced.
        posting_date: The day of the invoice, and of what is recorded.

    Returns:
        What was recorded; ``None`` if no campaign is aimed at the customer on that day, the
        order was recorded before, or the customer's contact may not be recorded for.

    Raises:
        Refused: The template set-up names no template for sales invoices.
        NotFound: It names one that is not there.
    """
    store = context.store
    order = to_code(order_no)
    with store.transaction():
        campaigns = campaigns_for(store, on=posting_date, customer_no=customer_no)
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
            date=posting_date,
        ).interaction


def _template_of_invoices(store: Store) -> InteractionTemplate:
    setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
    code = setup.sales_invoices
    if not code:
        raise Refused(
            "record an invoice for a campaign",
            "the template set-up's field sales_invoices is blank; set the invoice template up",
        )
    template = store.records.find(InteractionTemplate, code)
    if template is None:
        raise NotFound("interaction template", code)
    return template
