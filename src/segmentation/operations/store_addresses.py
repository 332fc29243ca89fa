"""Telling addresses of databases from paths of files, before anything is opened or made."""

import re
from pathlib import Path

_SCHEME = re.compile(r"\s*[A-Za-z][\w+.-]+\s*(:|;?/\s*/)")
_BACKENDS = re.compile(
    r"\s*(postgres|mysql|mariadb|sqlite|oracle|mssql)[\w+.-]*\s*[:;]", re.IGNORECASE
)
_SECRET = re.compile(
    r"(?!/[^/]|\.\.?/).*:.*@|.*(password|passwd|pwd)\s*=", re.IGNORECASE | re.DOTALL
)


def is_address(store: str | Path) -> bool:
    """Whether a text is the address of a database, or was meant to be one.

    An address may hold a password. One that is mistyped must not be taken for the name of a file,
    which errors show and which would be made. A file that is there is a file.

    >>> is_address("postgresql://u@h/d"), is_address("postgresql:/u@h/d"), is_address("crm.db")
    (True, True, False)
    """
    text = str(store)
    if "://" in text:
        return True
    looks = _BACKENDS.match(text) or (_SCHEME.match(text) and isinstance(store, str))
    return bool(looks or _SECRET.match(text)) and not _is_there(text)


def _is_there(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # too long for a name, or with a NUL
        return False
