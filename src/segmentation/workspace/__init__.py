"""The workspace: what a notebook or a host holds in its hand.

It binds a store, a user, the day and the clock. Its nouns are thin fronts of the verbs in
`segmentation.operations`, which a host with its own transactions calls directly.
"""

from ._campaigns import Campaigns
from ._consents import Consents
from ._contacts import Contacts
from ._extras import let_go, open_store
from ._found import Found
from ._interactions import Interactions
from ._journal import Journal
from ._letters import Letters
from ._logged_segments import LoggedSegments
from ._questionnaires import Questionnaires
from ._reports import Reports
from ._saved_criteria import AllSavedCriteria
from ._segments import Segments
from ._setup import Setup
from ._system import system_clock, system_random_bytes
from ._tables import Table, Tables
from ._tasks import Tasks
from ._templates import Templates
from ._worksheet import Worksheet
from ._workspace import Workspace

__all__ = [
    "AllSavedCriteria",
    "Campaigns",
    "Consents",
    "Contacts",
    "Found",
    "Interactions",
    "Journal",
    "Letters",
    "LoggedSegments",
    "Questionnaires",
    "Reports",
    "Segments",
    "Setup",
    "Table",
    "Tables",
    "Tasks",
    "Templates",
    "Worksheet",
    "Workspace",
    "let_go",
    "open_store",
    "system_clock",
    "system_random_bytes",
]
