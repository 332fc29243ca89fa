"""Plans of segments that need approval, and name a contact."""

from collections.abc import Iterable, Iterator

from segmentation.segments import SegmentPlan
from segmentation.serialization import from_json


def plans_with(plans: Iterable[SegmentPlan], no: str) -> Iterator[SegmentPlan]:
    """Those plans in which a contact is a recipient, or a recipient's company."""
    return (plan for plan in plans if no in recipients_of(plan))


def recipients_of(plan: SegmentPlan) -> set[str]:
    """The recipients of a plan, and their companies."""
    recipients = from_json(plan.content)["recipients"]
    companies = (each.get("contact_company_no", "") for each in recipients)
    return {each["contact_no"] for each in recipients}.union(filter(None, companies))
