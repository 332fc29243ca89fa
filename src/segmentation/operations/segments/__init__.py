"""Segments: the worksheet, selection, saved criteria, sets, logging and logged segments."""

from ._apply_action import (
    replayed,
)
from ._approval import Approval, approve_plan
from ._changes import (
    LineContact,
    change_header,
    change_line,
    line_attachment,
    line_contact,
    put_text,
    remove_text,
)
from ._circles import (
    check_circle,
)
from ._criteria_files import (
    CriteriaForm,
    add_criteria_from_files,
    add_criteria_from_text,
    check_criteria_files,
    criteria_to_text,
)
from ._delta import (
    DeltaRow,
    SegmentDelta,
    segment_delta,
    take_delta,
)
from ._explain import (
    Why,
    entered_since,
    explain_in_segment,
)
from ._header import (
    REFERRED,
)
from ._log import (
    Logged,
    log_segment,
    plan_logging,
)
from ._log_checks import (
    MANY,
)
from ._log_plan import (
    LoggingPlan,
    header_faults,
)
from ._logged import (
    Rerun,
    cancel_logged,
    delete_all_canceled_logged,
    delete_canceled_logged,
    explain_logged,
    logged_figures,
    rebuild_logged,
    rerun_logged,
    uncancel_logged,
)
from ._repeat import (
    SegmentRun,
    run_due,
)
from ._reuse import (
    Refreshed,
    follow_criteria,
    refresh,
    reuse_criteria,
    reuse_logged_segment,
    unfollow_criteria,
)
from ._saved_criteria import (
    add_criteria,
    change_criteria,
    check_criteria,
    delete_criteria,
    describe_criteria,
    find_criteria,
    new_criteria,
    rename_criteria,
    save_criteria,
    save_selection,
)
from ._selection import (
    Preview,
    add_contact,
    add_contacts,
    go_back,
    go_forward,
    preview,
    reduce_contacts,
    refine_contacts,
    remove_line,
)
from ._sets import (
    Overlaps,
    Source,
    apply_mailing_group,
    as_criteria,
    intersect,
    overlaps,
    subtract,
    unite,
)
from ._split import (
    split_segment,
)
from ._waiting_lines import WaitingLine, waiting_lines
from ._worksheet import (
    copy_segment,
    delete_segment,
    new_segment,
)

__all__ = [
    "MANY",
    "REFERRED",
    "Approval",
    "CriteriaForm",
    "DeltaRow",
    "LineContact",
    "Logged",
    "LoggingPlan",
    "Overlaps",
    "Preview",
    "Refreshed",
    "Rerun",
    "SegmentDelta",
    "SegmentRun",
    "Source",
    "WaitingLine",
    "Why",
    "add_contact",
    "add_contacts",
    "add_criteria",
    "add_criteria_from_files",
    "add_criteria_from_text",
    "apply_mailing_group",
    "approve_plan",
    "as_criteria",
    "cancel_logged",
    "change_criteria",
    "change_header",
    "change_line",
    "check_circle",
    "check_criteria",
    "check_criteria_files",
    "copy_segment",
    "criteria_to_text",
    "delete_all_canceled_logged",
    "delete_canceled_logged",
    "delete_criteria",
    "delete_segment",
    "describe_criteria",
    "entered_since",
    "explain_in_segment",
    "explain_logged",
    "find_criteria",
    "follow_criteria",
    "go_back",
    "go_forward",
    "header_faults",
    "intersect",
    "line_attachment",
    "line_contact",
    "log_segment",
    "logged_figures",
    "new_criteria",
    "new_segment",
    "overlaps",
    "plan_logging",
    "preview",
    "put_text",
    "rebuild_logged",
    "reduce_contacts",
    "refine_contacts",
    "refresh",
    "remove_line",
    "remove_text",
    "rename_criteria",
    "replayed",
    "rerun_logged",
    "reuse_criteria",
    "reuse_logged_segment",
    "run_due",
    "save_criteria",
    "save_selection",
    "segment_delta",
    "split_segment",
    "subtract",
    "take_delta",
    "uncancel_logged",
    "unfollow_criteria",
    "unite",
    "waiting_lines",
]
