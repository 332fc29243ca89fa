"""Whole mails as another parser than Python's reads them: npm's postal-mime."""

import base64
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import pytest

from segmentation.adapters.smtp import Security, Server, SmtpCourier
from segmentation.documents import Document
from support.mailserver import Postman, serving
from support.npm import node_with

SCRIPT = Path(__file__).parents[1] / "data" / "mails.cjs"
ANNA = Document(
    contact_no="CT1",
    name="Berg AS - Anna Berg.txt",
    subject="Kjære Anna \u2013 velkommen",
    content=b"Dear Anna",
    key="17",
    segment_no="SM00001",
    addressee="Åse Berg, Oslo",
    e_mail="anna@example.com",
)
LONG = "Kjære Anna, " * 300
HTML = '<p>Kjære <b>Anna</b> 🎄</p><img src="data:image/png;base64,UE5H"/>'
BINARY = bytes(range(256)) * 9

Read: TypeAlias = Callable[[Sequence[bytes]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    folder = tmp_path_factory.mktemp("postal-mime")
    node = node_with("postal-mime@>=2", folder)

    def read(mails: Sequence[bytes]) -> list[dict[str, Any]]:
        asked = "".join(f"{base64.b64encode(mail).decode()}\n" for mail in mails)
        command = [node, str(SCRIPT), str(folder)]
        answered = subprocess.run(command, input=asked.encode(), capture_output=True, check=True)
        return [json.loads(line) for line in answered.stdout.splitlines()]

    return read


@pytest.fixture
def courier() -> Iterator[tuple[Postman, SmtpCourier]]:
    postman = Postman()
    with serving(postman) as port:
        server = Server(host="127.0.0.1", port=port, security=Security.NONE, timeout=5)
        with SmtpCourier(server, "Lynghede Lamper <post@lynghede.example.com>") as courier:
            yield postman, courier


def test_a_mail_is_read_by_others_as_it_was_written(
    read: Read, courier: tuple[Postman, SmtpCourier]
) -> None:
    """Body, text beside it, pictures, attachments and headers, of mails that a server took."""
    postman, sending = courier
    documents = {
        "text": ANNA,
        "long lines": attrs.evolve(ANNA, content=LONG.encode()),
        "a dot alone": attrs.evolve(ANNA, content=b"one\n.\n..two\nFrom me\n"),
        "web page": attrs.evolve(ANNA, media_type="text/html", content=HTML.encode()),
        "file": attrs.evolve(
            ANNA, name="Åse \u2013 brev.pdf", media_type="application/pdf", content=BINARY
        ),
    }
    for document in documents.values():
        sending.deliver(document)
    mails = dict(zip(documents, read(postman.contents), strict=True))
    for mail in mails.values():
        assert mail["subject"] == ANNA.subject
        assert mail["from"] == {"address": "post@lynghede.example.com", "name": "Lynghede Lamper"}
        assert mail["to"] == [{"address": "anna@example.com", "name": "Åse Berg, Oslo"}]
    assert mails["text"]["text"].strip() == "Dear Anna"
    assert mails["long lines"]["text"].strip() == LONG.strip()
    assert mails["a dot alone"]["text"].strip() == "one\n.\n..two\nFrom me"
    page = mails["web page"]
    assert page["text"].strip() == "Kjære Anna 🎄"
    (picture,) = page["attached"]
    assert (picture["type"], picture["content"]) == ("image/png", "UE5H")
    assert f'src="cid:{picture["id"].strip("<>")}"' in page["html"]
    assert "<b>Anna</b> 🎄" in page["html"]
    (file,) = mails["file"]["attached"]
    assert (file["name"], file["type"]) == ("Åse \u2013 brev.pdf", "application/pdf")
    assert base64.b64decode(file["content"]) == BINARY
    assert [mails[name]["attached"] for name in ("text", "long lines", "a dot alone")] == [[]] * 3
