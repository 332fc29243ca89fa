"""Segments: the worksheet, selection, saved criteria, sets and logging."""

from ._apply_action import (
    replayed,
)
from ._changes import (
    LineContact,
    change_header,
    change_line,
    line_contact,
    put_text,
    remove_text,
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
from ._saved_criteria import (
    SAVED_FORMAT,
    check_circle,
    delete_criteria,
    export_criteria,
    find_criteria,
    follow_criteria,
    import_criteria,
    refresh,
    rename_criteria,
    reuse_criteria,
    reuse_logged_segment,
    save_criteria,
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
    Source,
    apply_mailing_group,
    as_criteria,
    intersect,
    overlaps,
    subtract,
    unite,
)
from ._worksheet import (
    REFERRED,
    copy_segment,
    delete_segment,
    new_segment,
)

__all__ = [
    "MANY",
    "REFERRED",
    "SAVED_FORMAT",
    "LineContact",
    "Logged",
    "LoggingPlan",
    "Preview",
    "Source",
    "add_contact",
    "add_contacts",
    "apply_mailing_group",
    "as_criteria",
    "change_header",
    "change_line",
    "check_circle",
    "copy_segment",
    "delete_criteria",
    "delete_segment",
    "export_criteria",
    "find_criteria",
    "follow_criteria",
    "go_back",
    "go_forward",
    "header_faults",
    "import_criteria",
    "intersect",
    "line_contact",
    "log_segment",
    "new_segment",
    "overlaps",
    "plan_logging",
    "preview",
    "put_text",
    "reduce_contacts",
    "refine_contacts",
    "refresh",
    "remove_line",
    "remove_text",
    "rename_criteria",
    "replayed",
    "reuse_criteria",
    "reuse_logged_segment",
    "save_criteria",
    "subtract",
    "unite",
]
