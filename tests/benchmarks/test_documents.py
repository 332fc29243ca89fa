"""Letters and mails, against docx-mailmerge and smtplib by hand, side by side in one run.

Run with ``python -m pytest tests/benchmarks/test_documents.py -s``; prints medians and ratios.
Nothing fails for being slow.
"""

import io
import smtplib
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from mailmerge import MailMerge

from segmentation.adapters.files import ZipCourier
from segmentation.adapters.jinja.word import make_word_renderer
from segmentation.adapters.smtp import Security, Server, SmtpCourier
from segmentation.adapters.word import WordRenderer
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.documents import Document, PlainFormats
from segmentation.interactions import Interaction
from segmentation.operations.letters import letters
from segmentation.protocols import Rendering
from segmentation.reports import ContactList, ContactRow, report_template
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate, TemplateLanguage
from segmentation.workspace import Workspace
from support.fair import context

SAMPLE = Path(__file__).parents[2] / "src" / "segmentation" / "sample" / "letters"
TEMPLATE = (SAMPLE / "thanks.enu.docx").read_bytes()
RUNS, LETTERS, TOGETHER, MAILS = 5, 200, 100, 300
PACKED = 1_000, 10_000, 50_000
JOINED = 100, 1_000
LISTED = 5_000, 10_000, 20_000
FORMATS = PlainFormats()


def side_by_side(what: str, each: int, **rivals: Callable[[], object]) -> None:
    """Run the rivals in turn and print medians; the first is ours."""
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(RUNS):
        for name, run in rivals.items():
            begun = perf_counter()
            run()
            times[name].append(perf_counter() - begun)
    medians = {name: median(found) for name, found in times.items()}
    first, *others = medians
    for name, taken in medians.items():
        print(f"\n{what:34} {name:16} {each / taken:9.0f} a second", end="")
    for name in others:
        print(f"\n{what:34} ratio to {name}: {medians[first] / medians[name]:.2f}", end="")
    print()


def test_letters_one_file_each() -> None:
    form = WordRenderer().read(TEMPLATE, "thanks.docx")
    values = {name: f"value of {name}" for name in form.fields}

    def ours() -> None:
        fresh = WordRenderer().read(TEMPLATE, "thanks.docx")
        for _ in range(LETTERS):
            fresh.fill(values, FORMATS)

    def by_hand() -> None:
        for _ in range(LETTERS):
            with MailMerge(io.BytesIO(TEMPLATE)) as document:
                document.merge(**values)
                document.write(io.BytesIO())

    side_by_side("letters, one file each", LETTERS, ours=ours, docx_mailmerge=by_hand)


def test_letters_in_one_document() -> None:
    form = WordRenderer().read(TEMPLATE, "thanks.docx")
    values = {name: f"value of {name}" for name in form.fields}

    def ours() -> None:
        fresh = WordRenderer().read(TEMPLATE, "thanks.docx")
        fresh.fill_all(((values, FORMATS) for _ in range(TOGETHER)), io.BytesIO())

    def by_hand() -> None:
        with MailMerge(io.BytesIO(TEMPLATE)) as document:
            document.merge_templates([values] * TOGETHER, separator="nextPage_section")
            document.write(io.BytesIO())

    side_by_side("letters, all in one document", TOGETHER, ours=ours, docx_mailmerge=by_hand)


def contacts(number: int) -> Iterator[Contact]:
    for at in range(number):
        yield Contact(
            no=f"C{at:06}",
            name=f"Company {at}",
            company_name=f"Company {at}",
            e_mail=f"c{at}@example.com",
            salesperson_code="JO",
            correspondence_type=CorrespondenceType.EMAIL,
        )


def test_letters_of_a_store() -> None:
    crm = Workspace.open()
    digest = crm.store.attachments.put(TEMPLATE)
    crm.store.records.put(contacts(LETTERS))
    more = {"CALC_Formal_Salutation": "Dear Sirs,"}
    rendering = Rendering(renderers=(WordRenderer(),), extra_fields=lambda *_: more)
    sent = [
        Interaction(contact_no=f"C{at:06}", attachment=digest, attachment_name="thanks.docx")
        for at in range(LETTERS)
    ]
    form = WordRenderer().read(TEMPLATE, "thanks.docx")
    values = {name: f"value of {name}" for name in form.fields}

    def ours() -> None:
        for _ in letters(context(crm.store, rendering=rendering), sent):
            pass

    def by_hand() -> None:
        for _ in range(LETTERS):
            with MailMerge(io.BytesIO(TEMPLATE)) as document:
                document.merge(**values)
                document.write(io.BytesIO())

    side_by_side("letters with their merge data", LETTERS, ours=ours, docx_mailmerge=by_hand)


@contextmanager
def mail_server(port: int) -> Iterator[None]:
    """A server that takes every mail, in a process of its own, so that it slows down nobody."""
    address = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink"]
    with subprocess.Popen([*command, "-l", address]) as server:
        try:
            while server.poll() is None:
                with suppress(ConnectionRefusedError), smtplib.SMTP("127.0.0.1", port):
                    break
            yield
        finally:
            server.terminate()


def test_mails() -> None:
    body = "Dear Sirs,\n" + "This is what we have to say.\n" * 20
    numbers = count()

    def ours() -> None:
        server = Server(host="127.0.0.1", port=8925, security=Security.NONE)
        with SmtpCourier(server, "post@example.com") as courier:
            for _ in range(MAILS):
                number = next(numbers)
                document = Document(
                    contact_no=f"C{number}",
                    name="letter.txt",
                    subject="Hello",
                    content=body.encode(),
                    key=str(number),
                    addressee="Anna Berg",
                    e_mail="anna@example.com",
                )
                courier.deliver(document)

    def by_hand() -> None:
        with smtplib.SMTP("127.0.0.1", 8925) as connection:
            for _ in range(MAILS):
                message = EmailMessage()
                message["From"] = "post@example.com"
                message["To"] = "Anna Berg <anna@example.com>"
                message["Subject"] = "Hello"
                message["Message-ID"] = f"<{next(numbers)}@example.com>"
                message.set_content(body)
                connection.send_message(message)

    def with_the_journal() -> None:
        crm = Workspace.open(user="JO")
        crm.store.records.put(
            [
                MarketingSetup(segment_nos="SEGM"),
                NumberSeries(code="SEGM", starting_no="SM00001"),
                SalespersonPurchaser(code="JO"),
                InteractionTemplate(code="HELLO", language_code_default="ENU"),
                TemplateLanguage(
                    interaction_template_code="HELLO",
                    language_code="ENU",
                    attachment=crm.store.attachments.put(body.encode()),
                    attachment_name="hello.txt",
                ),
                *contacts(MAILS),
            ]
        )
        segment = crm.new_segment("Hello", interaction_template_code="HELLO")
        segment.add_contacts()
        segment.log(deliver=True)
        server = Server(host="127.0.0.1", port=8925, security=Security.NONE)
        with SmtpCourier(server, "post@example.com") as courier:
            crm.letters.deliver({CorrespondenceType.EMAIL: courier})

    with mail_server(8925):
        side_by_side("mails on loopback", MAILS, ours=ours, smtplib=by_hand)
        side_by_side("segment logged and mailed", MAILS, ours=with_the_journal, smtplib=by_hand)


def test_memory_while_letters_go_into_an_archive(tmp_path: Path) -> None:
    form = WordRenderer().read(TEMPLATE, "thanks.docx")
    values = dict.fromkeys(form.fields, "value")
    print()
    for number in PACKED:
        tracemalloc.start()
        with ZipCourier(tmp_path / str(number)) as courier:
            for at in range(number):
                document = Document(
                    contact_no=f"C{at}",
                    name=f"Company {at}.docx",
                    content=form.fill(values, FORMATS),
                    key=str(at),
                    segment_no="SM00001",
                )
                courier.deliver(document)
            delivering = tracemalloc.get_traced_memory()[1]
            tracemalloc.reset_peak()
        packing = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(
            f"{number:6} letters into a zip: {delivering / 1e6:.1f} MB at most while delivering,"
            f" {packing / 1e6:.1f} MB while packing"
        )


def test_memory_of_one_document_for_all(tmp_path: Path) -> None:
    form = WordRenderer().read(TEMPLATE, "thanks.docx")
    values = dict.fromkeys(form.fields, "value")
    print()
    for number in JOINED:
        tracemalloc.start()
        with (tmp_path / f"{number}.docx").open("w+b") as file:
            form.fill_all(((values, FORMATS) for _ in range(number)), file)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"{number:6} letters in one document: {peak / 1e6:.1f} MB at most")


def test_a_list_of_contacts_in_word() -> None:
    form = make_word_renderer().read(report_template("segment_contacts.docx"), "contacts.docx")
    print()
    before = 0.0
    for number in LISTED:
        rows = tuple(
            ContactRow(
                line_no=at,
                contact_no=f"C{at:06}",
                name=f"Company {at}",
                address=("Storgata 1", "Oslo"),
            )
            for at in range(number)
        )
        begun = process_time()
        ContactList(data=rows).render(form)
        taken = process_time() - begun
        grown = f", {taken / before:.1f} times the list before" if before else ""
        print(f"{number:6} contacts in a Word list: {taken:.2f} s{grown}")
        before = taken
