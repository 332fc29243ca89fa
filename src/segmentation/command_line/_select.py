"""The command ``select``: print the contacts that pass, as a table, CSV or JSON."""

import argparse
import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from segmentation.criteria import AllOf, Criteria, Part, Schema, Selection, Where, parse
from segmentation.errors import FilterError, UsageError
from segmentation.fields import Field
from segmentation.operations.data import csv_cell, lines_of_cells
from segmentation.segments import contact_schema
from segmentation.workspace import Workspace

from ._arguments import Commands, add_store
from ._output import DONE, WRONG_USE, complain, say, shown
from ._stores import existing

_SHOWN = ("no", "type", "name", "company_name", "post_code", "city", "country_region_code")


def add_select(commands: Commands) -> None:
    """Add the command, its arguments and what it runs."""
    select = commands.add_parser(
        "select",
        help="print the contacts that pass",
        description="Print the contacts that pass all filters; filters on one table must hold"
        " for the same row.",
        epilog=f"Tables: {', '.join(contact_schema().tables)}."
        " Example: --where 'contact.country_region_code=DK|SE'"
        " --where contact_mailing_group.mailing_group_code=NEWS",
    )
    add_store(select)
    chosen = select.add_mutually_exclusive_group()
    chosen.add_argument(
        "--where",
        action="append",
        default=[],
        type=_where,
        metavar="TABLE.FIELD=FILTER",
        help="a field and the filter that it must pass; may be given more than once",
    )
    chosen.add_argument(
        "--words",
        default="",
        metavar="TEXT",
        help="the selection in words, such as 'City is Bern or Basel'",
    )
    select.add_argument(
        "--language", default="en", metavar="CODE", help="the language of the words (default: en)"
    )
    form = select.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_const", dest="form", const=_print_json)
    form.add_argument("--csv", action="store_const", dest="form", const=_print_csv)
    form.add_argument(
        "--count",
        action="store_const",
        dest="form",
        const=_print_count,
        help="print only how many they are",
    )
    select.set_defaults(run=_select, form=_print_table)


def _where(text: str) -> tuple[str, str, str]:
    name, found, filtered = text.partition("=")
    table, dot, field = name.strip().rpartition(".")
    if not (found and dot and table and field):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form TABLE.FIELD=FILTER")
    return table, field, filtered


def _select(options: argparse.Namespace) -> int:
    with existing(options.store, options.erasures_key) as workspace:
        try:
            nos = workspace.select(_asked(options, workspace))
        except UsageError as error:
            return complain(error, WRONG_USE)
        contacts = workspace.store.contacts.get_many(nos)
        fields_shown = list(workspace.schema.table("contact").fields.values())
    options.form([_row(contact, fields_shown) for contact in contacts], fields_shown)
    return DONE


def _asked(options: argparse.Namespace, workspace: Workspace) -> Criteria | None:
    if options.words:
        return workspace.from_words(options.words, language=options.language)
    return _selection(options.where, workspace.schema)


def _selection(wheres: Sequence[tuple[str, str, str]], schema: Schema) -> Selection | None:
    """A part for each table named; empty filters are no filters."""
    conditions: dict[str, list[Where]] = {}
    for table, field, text in wheres:
        try:
            tree = parse(text)
        except FilterError as error:
            raise error.at_field(f"{table}.{field}") from error
        if tree is not None:
            conditions.setdefault(schema.table(table).name, []).append(Where(field, tree))
    parts = [Part(table, tuple(each)) for table, each in conditions.items()]
    return AllOf(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)


_Row = Mapping[str, Any]


def _row(contact: Any, fields: Sequence[Field]) -> _Row:  # noqa: ANN401 - any source's contact
    extra = dict(contact.extra)
    return {
        field.name: extra.get(field.name, field.blank)
        if field.extra
        else getattr(contact, field.name)
        for field in fields
    }


def _plain(value: object) -> object:
    if value is None:
        return ""
    return value if isinstance(value, bool | int) else str(value)


def _print_json(rows: Sequence[_Row], _fields: Sequence[Field]) -> None:
    plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
    say(json.dumps(plain, ensure_ascii=False, indent=1))


def _print_csv(rows: Sequence[_Row], fields: Sequence[Field]) -> None:
    header = [field.name for field in fields] if rows else _SHOWN
    cells = ([csv_cell(field, row[field.name]) for field in fields] for row in rows)
    say("".join(lines_of_cells(chain([header], cells))), end="")


def _print_count(rows: Sequence[_Row], _fields: Sequence[Field]) -> None:
    say(str(len(rows)))


def _print_table(rows: Sequence[_Row], _fields: Sequence[Field]) -> None:
    cells = [[shown(str(_plain(row[name])), whole=True) for name in _SHOWN] for row in rows]
    table = [list(_SHOWN), *cells]
    widths = [max(len(line[place]) for line in table) for place in range(len(_SHOWN))]
    for line in table:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        say("  ".join(padded).rstrip(), flush=False)
    say(f"{len(rows)} contact{'s' if len(rows) != 1 else ''}")
