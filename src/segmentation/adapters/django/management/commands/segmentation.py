"""``manage.py segmentation``: what a scheduler calls, on the workspace of a project.

The setting ``SEGMENTATION_WORKSPACE`` names the project's function that opens it: it takes a
function that opens a store, `open_django` here and `join_django` in a view.
"""

import argparse
from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any, TypeAlias

from django import conf
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from segmentation.adapters.django import open_django
from segmentation.errors import SegmentationError

_SETTING = "SEGMENTATION_WORKSPACE"

Opened: TypeAlias = Any
"""The workspace that the project's function opens."""


class Command(BaseCommand):  # type: ignore[misc]  # Django ships no types
    """Deliver what is due, run segments that are due, verify the journal."""

    help = "Deliver what is outstanding, run segments that are due, verify the journal."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add a command for each verb."""
        verbs = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
        deliver = verbs.add_parser("deliver", help="deliver what is outstanding")
        deliver.set_defaults(verb=self._deliver)
        due = verbs.add_parser("run_due", help="log each segment that repeats and is due")
        due.add_argument("--on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="the day")
        due.add_argument(
            "--deliver", action="store_true", help="mark what is to be delivered, and deliver it"
        )
        due.set_defaults(verb=self._run_due)
        verify = verbs.add_parser("verify", help="verify the journal")
        verify.set_defaults(verb=self._verify)

    def handle(self, *, verb: Callable[..., None], **options: Any) -> None:  # noqa: ANN401 - Django's
        """Run a verb on the project's workspace.

        Raises:
            CommandError: The workspace cannot be opened, or the verb fails.
        """
        try:
            with closing(_opened()) as crm:
                verb(crm, **options)
        except SegmentationError as error:
            raise CommandError(str(error)) from error

    def _deliver(self, crm: Opened, **_options: object) -> None:
        delivered = crm.letters.deliver()
        self.stdout.write(repr(delivered))

    def _run_due(self, crm: Opened, *, on: date | None, deliver: bool, **_: object) -> None:
        runs = crm.segments.run_due(on=on, deliver=deliver)
        for run in runs:
            self.stdout.write(f"{run.segment_no}: {run.error or run.logged or 'nobody'}")
        if deliver:
            self._deliver(crm)
        if failed := [run.segment_no for run in runs if run.error]:
            raise CommandError(f"not logged: {', '.join(failed)}")

    def _verify(self, crm: Opened, **_options: object) -> None:
        self.stdout.write(repr(crm.journal.verify()))


def _opened() -> Opened:
    """The workspace of the project, on a store of its own.

    Raises:
        CommandError: The project does not say how to open it.
    """
    named = getattr(conf.settings, _SETTING, "")
    if not named:
        raise CommandError(f"{_SETTING} is not set; name the function that opens the workspace")
    try:
        opens = import_string(named)
    except ImportError as error:
        raise CommandError(f"{_SETTING}: {error}") from error
    return opens(open_django)
