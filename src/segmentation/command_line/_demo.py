"""The command ``demo``: the main job on the sample data."""

import argparse
import contextlib
import re
import shlex
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.resources import as_file, files
from pathlib import Path

import attrs

from segmentation.adapters.files import FolderCourier, ZipCourier
from segmentation.adapters.smtp import Security, Server, SmtpCourier
from segmentation.contacts import CorrespondenceType
from segmentation.documents import FormatsFor, plain_formats
from segmentation.errors import Message, MissingExtra
from segmentation.interactions import Interaction
from segmentation.operations.store_addresses import is_address
from segmentation.protocols import Courier, Rendering
from segmentation.templates import InteractionTemplate, TemplateLanguage
from segmentation.workspace import Worksheet, Workspace

from ._arguments import Commands
from ._output import DONE, WrongUse, say
from ._stores import write_journal

_LEFT = {
    "letters": "letters in plain text, each in the language of its reader",
    "mails": "letters made with Word, as mails",
    ".zip": "letters made with Word, to print",
    ".db": "the store: contacts, segments, the journal",
    ".jsonl": "the journal once more, which any program can check",
}
"""What the demo leaves, by how its name ends."""

_PASSWORD = re.compile("(://[^:/@]*:|[?&]password=)[^@&]+")


def add_demo(commands: Commands) -> None:
    """Add the command, its arguments and what it runs."""
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


def _demo(options: argparse.Namespace) -> int:
    folder: Path = options.folder
    server = _server(options.smtp) if options.smtp else None
    if options.store:
        _check_empty(options.store)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise WrongUse(
            Message(
                "{folder}: {said}; name another with --folder",
                folder=str(folder),
                said=error.strerror,
            )
        ) from error
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
        raise WrongUse(Message("--smtp: {address!r} is not of the form HOST:PORT", address=address))
    return Server(host=host, port=int(port), security=Security.NONE)


def _check_empty(store: str) -> None:
    if not is_address(store) and not Path(store).exists():
        return
    with Workspace.open(store) as crm:
        if crm.journal.head.number or any(crm.contacts):
            raise WrongUse("--store: the store is in use; the demo wants an empty one")


def _rendering(crm: Workspace, rendering: Rendering) -> Workspace:
    """The same workspace, which makes letters in another way."""
    return Workspace(attrs.evolve(crm.context, rendering=rendering))


def _run_main_job(crm: Workspace, sample: Path, folder: Path, server: Server | None) -> None:
    crm = _rendering(crm, Rendering(formats_for=_formats()))
    imported = crm.import_data(sample)
    say(f"took in {dict(imported.counts)['contact']} contacts and their classification")

    fair = crm.new_segment("Spring fair", interaction_template_code="FAIR")
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
    again = crm.new_segment("Summer fair", interaction_template_code="FAIR").reuse_criteria("NORTH")
    _tell(again, "the same criteria, saved and reused")

    logged = fair.log(follow_up=True)
    courier = FolderCourier(folder / "letters")
    for letter in crm.letters.of(*logged.interactions):
        courier.deliver(letter)
    follow_up = logged.follow_up.no if logged.follow_up else ""
    say(f"logged {logged.segment.segment_no}, follow-up {follow_up}")
    _deliver_word_letters(crm, sample, folder, server)
    head = crm.journal.verify()
    write_journal(crm, folder / "journal.jsonl")
    say(f"the journal holds: {head.number} entries, head {head.sha256}")


def _show_what_is_next(folder: Path, store: str) -> None:
    """Say what the demo left, and three commands to go on with, as it was called itself."""
    say("\nlook at:")
    left = {path: _LEFT.get(path.suffix or path.name) for path in sorted(folder.iterdir())}
    for path, what in left.items():
        say(f"  {path}: {what}" if what else f"  {path}")
    program = sys.orig_argv[0] or sys.executable
    store = _PASSWORD.sub(r"\1***", store)
    say("\ngo on with:")
    for command in (
        ("select", "--store", store, "--where", "contact.country_region_code=DK"),
        ("select", "--store", store, "--where", "contact.type=person", "--csv"),
        ("journal", "verify", store),
    ):
        say("  " + shlex.join((program, "-m", "segmentation", *command)))


def _deliver_word_letters(
    crm: Workspace, sample: Path, folder: Path, server: Server | None
) -> None:
    """A letter made in Word to each owner: as a mail if wished for, the others in an archive."""
    try:
        word = import_module("segmentation.adapters.word")
        mammoth = import_module("segmentation.adapters.mammoth")
    except MissingExtra as missing:
        say(f"no Word letters: {missing}")
        return
    crm = _rendering(
        crm,
        Rendering(
            renderers=(word.WordRenderer(),), formats_for=_formats(), bodies=(mammoth.MailBody(),)
        ),
    )
    texts = [
        TemplateLanguage(
            interaction_template_code="THANKS",
            language_code=path.name.split(".")[1],
            subject="Lynghede Lamper",
            attachment=crm.store.attachments.put(path.read_bytes()),
            attachment_name=path.name,
        )
        for path in sorted((sample / "letters").glob("thanks.*.docx"))
    ]
    crm.add(InteractionTemplate(code="THANKS", language_code_default="ENU"), *texts)
    thanks = crm.new_segment("Thanks to owners", interaction_template_code="THANKS")
    thanks.add_contacts(job_responsibilities={"job_responsibility_code": "OWNER"})
    thanks.reduce_contacts(contact={"correspondence_type": "''"})
    _tell(thanks, "owners, thanked by letter")
    thanks.log(deliver=True)
    with ZipCourier(folder) as archive, _mails(folder, server) as mails:
        done = crm.letters.deliver(
            {CorrespondenceType.HARD_COPY: archive, CorrespondenceType.EMAIL: mails}
        )
    where = f"sent by {server.host}:{server.port}" if server else "in mails"
    say(f"{thanks.no}: {len(done.delivered)} Word letters, packed in {thanks.no}.zip or {where}")
    missed = {*done.failed, *done.waiting}
    for each in crm.store.records.all(Interaction, interaction_template_code="THANKS"):
        if each.entry_no in missed:
            say(f"  not delivered to {each.contact_no}: {each.delivery_error or 'not tried'}")


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
    say(f"{worksheet.no}: {len(worksheet):3} lines, {left_out} left out  ({what})")
