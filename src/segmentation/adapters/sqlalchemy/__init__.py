"""SQLAlchemy (extra ``sql``): stores in SQLite files, in PostgreSQL and in MariaDB."""

from segmentation.errors import MissingExtra

try:
    import sqlalchemy as _sqlalchemy  # noqa: F401
except ImportError as error:
    raise MissingExtra("sql", "a store in a file or database") from error

from ._functions import add_functions
from ._mapping import MappedTable
from ._mapping_check import MappingFault, check_mapping
from ._script import schema_script, upgrade_script
from ._store import SqlStore, join_store, open_store

__all__ = [
    "MappedTable",
    "MappingFault",
    "SqlStore",
    "add_functions",
    "check_mapping",
    "join_store",
    "open_store",
    "schema_script",
    "upgrade_script",
]
