"""Django (extra ``django``): stores in a project's own database and transactions.

As an app in ``INSTALLED_APPS`` it adds the command ``manage.py segmentation``.
"""

from segmentation.errors import MissingExtra

try:
    import django.db as _django  # noqa: F401 - whether it is there
except ImportError as error:
    raise MissingExtra("django", "a store in a Django project") from error

from ._joining import deliver_on_commit, join_django, make_tables, open_django
from ._models import map_model

__all__ = ["deliver_on_commit", "join_django", "make_tables", "map_model", "open_django"]
