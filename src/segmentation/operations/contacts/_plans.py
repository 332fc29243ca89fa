"""Plans of segments that need approval, and name a contact."""

from collections.abc import Iterator

from segmentation.protocols import Store
from segmentation.segments import SegmentPlan
from segmentation.serialization import from_json


def plans_with(store: Store, no: str) -> Iterator[SegmentPlan]:
    """The plans in which a contact is a recipient."""
    for plan in store.records.all(SegmentPlan):
        recipients = from_json(plan.content)["recipients"]
        if any(no in {each["contact_no"], each.get("contact_company_no")} for each in recipients):
            yield plan
