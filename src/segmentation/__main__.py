"""The command line: the main job on sample data, and a store's contacts and journal.

Exit codes: 0 done; 1 the data say no (faults, a broken chain); 2 wrong use. Here the clock
and the outside world come in.
"""

import argparse
import contextlib
import csv
import io
import json
import logging
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from .adapters.files import FolderCourier, ZipCourier
from .adapters.smtp import Security, Server, SmtpCourier
from .contacts import CorrespondenceType
from .criteria import AllOf, Part, Schema, Selection, Where, parse
from .documents import FormatsFor, plain_formats
from .errors import (
    FilterError,
    MissingExtra,
    NotFound,
    SegmentationError,
    StoreError,
    UsageError,
    near_name,
)
from .fields import Field
from .interactions import Interaction
from .journal import FIRST, Head
from .operations.importing import KINDS
from .operations.rendering import Rendering
from .protocols import Courier
from .segments import contact_schema
from .templates import InteractionTemplate, TemplateLanguage
from .workspace import Worksheet, Workspace, open_store, verify_export

DONE, DATA_SAY_NO, WRONG_USE = 0, 1, 2
_INTERRUPTED = 130
_SHOWN = ("no", "type", "name", "company_name", "post_code", "city", "country_region_code")
_SQLITE_MAGIC = b"SQLite format 3\x00"
_UNHEARD = logging.NullHandler()
"""Takes what SQLAlchemy says of a connection that an interrupt broke; errors are told by us."""
_NOWHERE = frozenset({"", ":memory:", "sqlite://", "sqlite:///", "sqlite:///:memory:"})
"""Stores that are gone with the command that opened them."""


_LEFT = {
    "letters": "letters in plain text, each in the language of its reader",
    "mails": "letters made with Word, as mails",
    ".zip": "letters made with Word, to print",
    ".db": "the store: contacts, segments, the journal",
    ".jsonl": "the journal once more, which any program can check",
}
"""What the demo leaves, by how its name ends."""
_PASSWORD = re.compile("(://[^:/@]*:|[?&]password=)[^@&]+")


class WrongUse(UsageError):  # noqa: N818 - as its family
    """An argument that names something which is not there, or is there already."""

    code = "wrong_use"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    logging.getLogger("sqlalchemy").addHandler(_UNHEARD)
    _speak_utf8()
    parser = _make_parser()
    options = parser.parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        code = run(options)
        _say(end="")
    except WrongUse as error:
        return _complain(error, WRONG_USE)
    except SegmentationError as error:
        return _complain(error, DATA_SAY_NO)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _complain(f"{where}{error.strerror or error}", DATA_SAY_NO)
    except KeyboardInterrupt:
        return _complain("interrupted; the store holds all or nothing of each step", _INTERRUPTED)
    return code


def _complain(what: object, code: int) -> int:
    print(f"segmentation: {what}", file=sys.stderr)
    return code


def _speak_utf8() -> None:
    """Let text leave as it is, whatever a locale makes of files; a terminal shows what it can."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        if sys.stdout.isatty():
            sys.stdout.reconfigure(errors="replace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")


def _say(text: str = "", *, end: str = "\n", flush: bool = True) -> None:
    """Print; a reader who has seen enough stops the talk, not the work.

    Raises:
        OSError: What is printed cannot be kept.
    """
    try:
        print(text, end=end, flush=flush)
    except BrokenPipeError:
        sys.stdout = None  # print is silent from here on, and nothing is left to flush at exit
    except OSError as error:
        sys.stdout = None
        raise OSError(error.errno, error.strerror, "standard output") from None


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="segmentation",
        description="Contact segmentation: choose contacts by criteria, log, verify the journal.",
        epilog="Exit codes: 0 done, 1 the data say no, 2 wrong use.",
    )
    parser.add_argument("--version", action="version", version=version("segmentation"))
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_import(commands)
    _add_select(commands)
    _add_journal(commands)
    return parser


_Commands = Any
"""What ``add_subparsers`` returns; argparse does not name its type."""


def _add_demo(commands: _Commands) -> None:
    demo = commands.add_parser(
        "demo",
        help="run the main job on the sample data",
        description="Build a segment from the sample data, log it, write its letters, verify.",
    )
    demo.add_argument(
        "--folder",
        type=Path,
        default=Path("segmentation-demo"),
        help="where to leave store, letters and journal (default: %(default)s; must not exist)",
    )
    demo.add_argument(
        "--store",
        metavar="FILE",
        default="",
        help="a new SQLite file, or an empty database's address (default: crm.db in the folder)",
    )
    demo.add_argument(
        "--smtp",
        metavar="HOST:PORT",
        default="",
        help="a test server that the demo's mails go to; without it they go to a folder",
    )
    demo.set_defaults(run=_demo)


def _add_import(commands: _Commands) -> None:
    taking = commands.add_parser(
        "import",
        help="take in JSON and CSV files",
        description="Take in a folder of JSON and CSV files, one for each table, or one file.",
    )
    taking.add_argument("data", type=Path, metavar="DATA", help="the folder or file")
    _add_store(taking)
    taking.set_defaults(run=_import)


def _add_select(commands: _Commands) -> None:
    select = commands.add_parser(
        "select",
        help="print the contacts that pass",
        description="Print the contacts that pass all filters; filters on one table must hold"
        " for the same row.",
        epilog=f"Tables: {', '.join(contact_schema().tables)}."
        " Example: --where 'contact.country_region_code=DK|SE'"
        " --where contact_mailing_group.mailing_group_code=NEWS",
    )
    _add_store(select)
    select.add_argument(
        "--where",
        action="append",
        default=[],
        type=_where,
        metavar="TABLE.FIELD=FILTER",
        help="a field and the filter that it must pass; may be given more than once",
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


def _add_journal(commands: _Commands) -> None:
    journal = commands.add_parser("journal", help="verify or export the journal")
    verbs = journal.add_subparsers(title="commands", required=True, metavar="COMMAND")
    verify = verbs.add_parser("verify", help="walk the chain and name the first misfit")
    verify.add_argument("source", metavar="FILE-OR-STORE", help="an export, or a store")
    verify.add_argument(
        "--head",
        type=_head,
        metavar="NUMBER:HASH",
        help="a head kept elsewhere, which the journal must still contain",
    )
    verify.set_defaults(run=_verify)
    export = verbs.add_parser("export", help="write the journal as JSON Lines")
    _add_store(export)
    export.add_argument("--output", type=Path, help="a file; standard output if not given")
    export.set_defaults(run=_export)


def _head(text: str) -> Head:
    number, colon, sha256 = text.partition(":")
    if not (colon and number.isdecimal() and len(sha256) == len(FIRST)):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NUMBER:HASH")
    return Head(int(number), sha256.lower())


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store",
        required=True,
        type=_lasting,
        metavar="FILE",
        help="a SQLite file, or a database's address",
    )


def _lasting(store: str) -> str:
    if store in _NOWHERE:
        raise argparse.ArgumentTypeError(f"{store!r} keeps nothing; name a file or an address")
    return store


def _where(text: str) -> tuple[str, str, str]:
    name, found, filtered = text.partition("=")
    table, dot, field = name.strip().rpartition(".")
    if not (found and dot and table and field):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form TABLE.FIELD=FILTER")
    return table, field, filtered


@contextlib.contextmanager
def _existing(store: str) -> Iterator[Workspace]:
    """A workspace on a store that is there; reading never creates one."""
    try:
        opened = open_store(store, create=False)
    except NotFound as missing:
        raise WrongUse(f"{missing}; make one with the command 'import'") from missing
    with Workspace(opened) as workspace:
        yield workspace


def _import(options: argparse.Namespace) -> int:
    if not options.data.exists():
        raise WrongUse(f"{options.data}: there is no such file or folder")
    with Workspace.open(options.store) as workspace:
        imported = workspace.import_data(options.data)
    for table, count in imported.counts:
        _say(f"{count:8} {table}")
    for extra in imported.extra_fields:
        _say(f"new field: {extra.table}.{extra.name} ({extra.type})")
    for name in imported.left_alone:
        near = near_name(Path(name).stem, KINDS)
        hint = f"; did you mean {near!r}?" if near not in {"", *dict(imported.counts)} else ""
        _say(f"left alone: {name} (no table of ours{hint})")
    return DONE


def _select(options: argparse.Namespace) -> int:
    with _existing(options.store) as workspace:
        try:
            nos = workspace.select(_selection(options.where, workspace.schema))
        except UsageError as error:
            return _complain(error, WRONG_USE)
        contacts = workspace.store.contacts.get_many(nos)
        fields_shown = list(workspace.schema.table("contact").fields.values())
    options.form([_row(contact, fields_shown) for contact in contacts])
    return DONE


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
    values = {
        field.name: extra.get(field.name, field.blank)
        if field.extra
        else getattr(contact, field.name)
        for field in fields
    }
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: object) -> object:
    if value is None:
        return ""
    return value if isinstance(value, bool | int) else str(value)


def _print_json(rows: Sequence[_Row]) -> None:
    _say(json.dumps(rows, ensure_ascii=False, indent=1))


def _print_csv(rows: Sequence[_Row]) -> None:
    columns = list(rows[0]) if rows else list(_SHOWN)
    lines = io.StringIO()
    writer = csv.DictWriter(lines, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _say(lines.getvalue(), end="")


def _print_count(rows: Sequence[_Row]) -> None:
    _say(str(len(rows)))


def _print_table(rows: Sequence[_Row]) -> None:
    table = [_SHOWN, *([str(row[name]) for name in _SHOWN] for row in rows)]
    widths = [max(len(line[place]) for line in table) for place in range(len(_SHOWN))]
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        _say("  ".join(cells).rstrip(), flush=False)
    _say(f"{len(rows)} contact{'s' if len(rows) != 1 else ''}")


def _verify(options: argparse.Namespace) -> int:
    if _is_store(options.source):
        with _existing(options.source) as workspace:
            head = workspace.journal.verify(kept=options.head)
    else:
        with _opened(options.source) as lines:
            head = verify_export(lines, kept=options.head)
    _say(f"the journal holds: {head.number} entries, head {head.sha256}")
    return DONE


def _is_store(source: str) -> bool:
    if "://" in source:
        return True
    with contextlib.suppress(OSError), Path(source).open("rb") as file:
        return file.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC
    return False


@contextlib.contextmanager
def _opened(source: str) -> Iterator[Iterator[str]]:
    if not Path(source).is_file():
        raise WrongUse(f"{source}: there is no such file")
    try:
        with Path(source).open(encoding="utf-8") as file:
            yield file
    except UnicodeDecodeError as error:
        raise StoreError(source, "is neither a store nor a journal's export") from error


def _export(options: argparse.Namespace) -> int:
    with _existing(options.store) as workspace:
        if options.output is None:
            for line in workspace.journal.export():
                _say(line, flush=False)
        elif _is_store(str(options.output)):
            raise WrongUse(f"{options.output}: is a store; name another file with --output")
        else:
            _write_journal(workspace, options.output)
    return DONE


def _write_journal(workspace: Workspace, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in workspace.journal.export())


def _demo(options: argparse.Namespace) -> int:
    folder: Path = options.folder
    server = _server(options.smtp) if options.smtp else None
    if options.store:
        _check_empty(options.store)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise WrongUse(f"{folder}: {error.strerror}; name another with --folder") from error
    with (
        as_file(files("segmentation.sample")) as sample,
        Workspace.open(options.store or folder / "crm.db", user="ANNA") as crm,
    ):
        _run_main_job(crm, sample, folder, server)
    _show_what_is_next(folder, options.store or str(folder / "crm.db"))
    return DONE


def _server(address: str) -> Server:
    host, _, port = address.rpartition(":")
    if not (host and re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 2**16):
        raise WrongUse(f"--smtp: {address!r} is not of the form HOST:PORT")
    return Server(host=host, port=int(port), security=Security.NONE)


def _check_empty(store: str) -> None:
    with Workspace.open(store) as crm:
        if crm.journal.head.number or any(crm.contacts):
            raise WrongUse("--store: the store is in use; the demo wants an empty one")


def _run_main_job(crm: Workspace, sample: Path, folder: Path, server: Server | None) -> None:
    crm.rendering = Rendering(formats_for=_formats())
    imported = crm.import_data(sample)
    _say(f"took in {dict(imported.counts)['contact']} contacts and their classification")

    fair = crm.new_segment("Spring fair", template="FAIR")
    fair.add_contacts(
        contact={"country_region_code": "DK|SE|NO"},
        mailing_groups={"mailing_group_code": "NEWS|FAIR"},
    )
    _tell(fair, "readers in the north added")
    fair.reduce_contacts(business_relations={"business_relation_code": "COMPETITOR"})
    _tell(fair, "without competitors")
    fair.refine_contacts(job_responsibilities={"job_responsibility_code": "OWNER"})
    _tell(fair, "only owners")
    fair.go_back()
    _tell(fair, "that step taken back")
    fair.save_criteria("NORTH", "Readers in the north")
    again = crm.new_segment("Summer fair", template="FAIR").reuse_criteria("NORTH")
    _tell(again, "the same criteria, saved and reused")

    logged = fair.log(follow_up=True)
    courier = FolderCourier(folder / "letters")
    for letter in crm.letters(logged.interactions):
        courier.deliver(letter)
    follow_up = logged.follow_up.no if logged.follow_up else ""
    _say(f"logged {logged.segment.segment_no}, follow-up {follow_up}")
    _deliver_word_letters(crm, sample, folder, server)
    head = crm.journal.verify()
    _write_journal(crm, folder / "journal.jsonl")
    _say(f"the journal holds: {head.number} entries, head {head.sha256}")


def _show_what_is_next(folder: Path, store: str) -> None:
    """Say what the demo left, and three commands to go on with, as it was called itself."""
    _say("\nlook at:")
    left = {path: _LEFT.get(path.suffix or path.name) for path in sorted(folder.iterdir())}
    for path, what in left.items():
        _say(f"  {path}: {what}" if what else f"  {path}")
    program = sys.orig_argv[0] or sys.executable
    store = _PASSWORD.sub(r"\1***", store)
    _say("\ngo on with:")
    for command in (
        ("select", "--store", store, "--where", "contact.country_region_code=DK"),
        ("select", "--store", store, "--where", "contact.type=person", "--csv"),
        ("journal", "verify", store),
    ):
        _say("  " + shlex.join((program, "-m", "segmentation", *command)))


def _deliver_word_letters(
    crm: Workspace, sample: Path, folder: Path, server: Server | None
) -> None:
    """A letter made in Word to each owner: as a mail if wished for, the others in an archive."""
    try:
        word = import_module("segmentation.adapters.word")
        mammoth = import_module("segmentation.adapters.mammoth")
    except MissingExtra as missing:
        _say(f"no Word letters: {missing}")
        return
    crm.rendering = Rendering(
        renderers=(word.WordRenderer(),), formats_for=_formats(), bodies=(mammoth.MailBody(),)
    )
    crm.add(InteractionTemplate(code="THANKS", language_code_default="ENU"))
    for path in sorted((sample / "letters").glob("thanks.*.docx")):
        text = TemplateLanguage(
            interaction_template_code="THANKS",
            language_code=path.name.split(".")[1],
            subject="Lynghede Lamper",
            attachment=crm.store.attachments.put(path.read_bytes()),
            attachment_name=path.name,
        )
        crm.add(text)
    thanks = crm.new_segment("Thanks to owners", template="THANKS")
    thanks.add_contacts(job_responsibilities={"job_responsibility_code": "OWNER"})
    thanks.reduce_contacts(contact={"correspondence_type": "''"})
    _tell(thanks, "owners, thanked by letter")
    thanks.log(deliver=True)
    with ZipCourier(folder) as archive, _mails(folder, server) as mails:
        done = crm.deliver({CorrespondenceType.HARD_COPY: archive, CorrespondenceType.EMAIL: mails})
    where = f"sent by {server.host}:{server.port}" if server else "in mails"
    _say(f"{thanks.no}: {len(done.delivered)} Word letters, packed in {thanks.no}.zip or {where}")
    missed = {*done.failed, *done.waiting}
    for each in crm.store.records.all(Interaction, interaction_template_code="THANKS"):
        if each.entry_no in missed:
            _say(f"  not delivered to {each.contact_no}: {each.delivery_error or 'not tried'}")


def _formats() -> FormatsFor:
    """Dates and numbers in the manner of each reader, where Babel is there to write them."""
    try:
        formats: FormatsFor = import_module("segmentation.adapters.babel").formats_for
    except MissingExtra:
        return plain_formats
    return formats


@contextlib.contextmanager
def _mails(folder: Path, server: Server | None) -> Iterator[Courier]:
    if server is None:
        yield FolderCourier(folder / "mails")
        return
    with SmtpCourier(server, "Lynghede Lamper <post@lynghede.example.com>") as courier:
        yield courier


def _tell(worksheet: Worksheet, what: str) -> None:
    left_out = sum(len(action.left_out) for action in worksheet.actions)
    _say(f"{worksheet.no}: {len(worksheet):3} lines, {left_out} left out  ({what})")


if __name__ == "__main__":  # pragma: no branch - imported by tests, run as a module by users
    sys.exit(main())
