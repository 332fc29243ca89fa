"""Headers of mails: whatever a name holds, they are ours."""

import email
import email.header
import email.policy
import re
import shutil
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import attrs
import pytest

from segmentation.adapters.smtp import Security, Server, SmtpCourier, to_text
from segmentation.documents import Document, to_ascii_host, to_uri
from segmentation.errors import InvalidValue, NotDelivered
from support.scriptedserver import Script, following

SENDER = "Lynghede Lamper <post@lynghede.example.com>"
ANNA = Document(
    contact_no="CT1",
    name="Anna Berg.txt",
    subject="Invitation",
    content=b"Dear Anna",
    key="17",
    addressee="Anna Berg",
    e_mail="anna@example.com",
)
HOSTILE = "=?utf-8?q?x=0AReply-To:_evil=40evil.example=0A=0APay?="
BASE64 = "=?utf-8?b?eAoKUGF5?="


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def port(script: Script) -> Iterator[int]:
    with following(script) as port:
        yield port


def at(port: int) -> Server:
    return Server(host="127.0.0.1", port=port, security=Security.NONE, timeout=5)


def head_of(mail: bytes) -> bytes:
    return mail.partition(b"\r\n\r\n")[0]


def decoded(header: bytes) -> str:
    """A header as a lenient reader shows it: its encoded words decoded, wherever they stand."""
    text = header.decode()
    words = re.sub(r"(=\?[^?]+\?[bBqQ]\?[^?]*\?=)", r" \1 ", text)
    parts = email.header.decode_header(words)
    return "".join(
        part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part
        for part, charset in parts
    )


def headers_of(mail: bytes) -> list[bytes]:
    unfolded = re.sub(rb"\r\n[ \t]", b" ", head_of(mail))
    return unfolded.split(b"\r\n")


@pytest.mark.parametrize("hostile", [HOSTILE, BASE64, f"a {HOSTILE} b", f"é{HOSTILE}"])
def test_ltr_30_encoded_words_in_a_name_put_nothing_into_a_mail(
    script: Script, port: int, hostile: str
) -> None:
    """LTR-30."""
    document = attrs.evolve(
        ANNA,
        addressee=hostile,
        subject=hostile,
        unsubscribe=f"https://example.com/{hostile}",
        name=f"{hostile}.pdf",
        media_type="application/pdf",
    )
    body = "See the letter."
    with SmtpCourier(at(port), f"{hostile} <post@example.com>", text=body) as courier:
        courier.deliver(document)
    (mail,) = script.mails
    lines = re.split(rb"\r\n|\r|\n", mail)
    assert not [line for line in lines if line.lower().startswith(b"reply-to")]
    for header in headers_of(mail):
        assert not re.search(r"[\r\n]", decoded(header))
    read = email.message_from_bytes(mail, policy=email.policy.default)
    text, attached = read.iter_parts()
    assert text.get_content().strip() == body
    assert attached.get_content() == ANNA.content


@pytest.mark.parametrize("address", [f"{BASE64}@example.com", f"{HOSTILE}@example.com"])
def test_ltr_30_an_address_has_no_encoded_words(script: Script, port: int, address: str) -> None:
    """LTR-30."""
    with (
        SmtpCourier(at(port), SENDER) as courier,
        pytest.raises(NotDelivered, match="no mail addr"),
    ):
        courier.deliver(attrs.evolve(ANNA, e_mail=address))
    with pytest.raises(InvalidValue, match="no mail address"):
        SmtpCourier(at(port), address)
    assert script.mails == []


def message(**changes: Any) -> EmailMessage:  # noqa: ANN401 - as for a document
    return SmtpCourier("localhost", SENDER).message(attrs.evolve(ANNA, **changes))


def seen(**changes: Any) -> EmailMessage:  # noqa: ANN401
    """The mail as its reader gets it."""
    read = email.message_from_bytes(bytes(message(**changes)), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


FAMILY = "Berg \U0001f468\u200d\U0001f469\u200d\U0001f467"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"


def test_ltr_31_joiners_stay() -> None:
    """LTR-31."""
    mail = seen(subject=PERSIAN, addressee=FAMILY)
    assert mail["Subject"] == PERSIAN
    assert mail["To"].addresses[0].display_name == FAMILY


@pytest.mark.parametrize(
    "sign",
    ["\u202e", "\u2066", "\x00", "\x1b", "\u2028", "\x85"],
    ids=["override", "isolate", "NUL", "escape", "line separator", "next line"],
)
def test_ltr_31_marks_of_direction_and_control_signs_go(sign: str) -> None:
    """LTR-31."""
    mail = seen(subject=f"a{sign}b", addressee=f"Anna{sign}Berg")
    assert (mail["Subject"], mail["To"].addresses[0].display_name) == ("a b", "Anna Berg")


# -- the link to unsubscribe --------------------------------------------------------------------


def link_of(mail: bytes) -> list[str]:
    return [
        header.decode().partition(":")[2].strip()
        for header in headers_of(mail)
        if header.startswith(b"List-Unsubscribe:")
    ]


@pytest.mark.parametrize("length", [60, 77, 300, 900, 978])
@pytest.mark.parametrize("scheme", ["https:", "HTTPS:"])
def test_ltr_32_a_link_stands_in_its_header_as_it_is(
    script: Script, port: int, length: int, scheme: str
) -> None:
    """LTR-32."""
    link = (f"{scheme}//example.com/off?token=" + "aZ9-_.~%2F" * 100)[:length]
    with SmtpCourier(at(port), SENDER) as courier:
        courier.deliver(attrs.evolve(ANNA, unsubscribe=link))
    (mail,) = script.mails
    assert link_of(mail) == [f"<{link}>"]
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in headers_of(mail)
    assert max(map(len, mail.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("link", ["mailto:off@example.com?subject=off", "http://example.com/off"])
def test_ltr_32_only_a_link_by_https_is_followed_by_one_click(link: str) -> None:
    """LTR-32."""
    mail = bytes(message(unsubscribe=link))
    assert link_of(mail) == [f"<{link}>"]
    assert b"One-Click" not in mail


def test_ltr_32_a_link_that_no_header_can_hold_is_an_error_of_its_mail() -> None:
    """LTR-32."""
    link = "https://example.com/".ljust(1000, "a")
    with pytest.raises(NotDelivered, match="too long"):
        SmtpCourier("localhost", SENDER).deliver(attrs.evolve(ANNA, unsubscribe=link))


@pytest.mark.parametrize(
    ("link", "written"),
    [
        (
            "https://bücher.example/aus/é?n=ø&a=>,<",
            "https://xn--bcher-kva.example/aus/%C3%A9?n=%C3%B8&a=%3E%2C%3C",
        ),
        ("https://BÜCHER.example:8443/a", "https://xn--bcher-kva.example:8443/a"),
        ("https://jo:pw@straße.example", "https://jo:pw@xn--strae-oqa.example"),
        ("https://example.com/a b\r\nBcc: x", "https://example.com/a%20b%0D%0ABcc:%20x"),
        ("https://example.com/%C3%A9", "https://example.com/%C3%A9"),
        ("mailto:off@example.com?subject=é", "mailto:off@example.com?subject=%C3%A9"),
    ],
)
def test_ltr_33_a_link_is_written_in_ascii(link: str, written: str) -> None:
    """LTR-33."""
    assert link_of(bytes(message(unsubscribe=link))) == [f"<{written}>"]
    assert to_uri(written) == written


@pytest.mark.parametrize(
    "host",
    ["ü" * 64, "a b.ü.example", "ü/x", "ü\ud800.example"],
    ids=["too long", "a blank", "a slash", "half a letter"],
)
def test_ltr_33_a_link_to_no_host_is_an_error_of_its_mail(host: str) -> None:
    """LTR-33."""
    with pytest.raises(ValueError, match="no host name"):
        to_ascii_host(host)


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("faß.de", "xn--fa-hia.de"),
        ("ΒΌΛΟΣ.com", "xn--nxasmq6b.com"),
        ("example\u3002jp", "example.jp"),
        ("日本語\u3002jp", "xn--wgv71a119e.jp"),
        ("\uff21\uff22\uff23.example", "abc.example"),
    ],
)
def test_hosts_are_written_as_the_net_knows_them(host: str, written: str) -> None:
    assert to_ascii_host(host) == written


# -- what a mail says ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("</title><p>Hi</p>", "Hi"),
        ("<html><head><title>No</title></title></head><body>Hi</body></html>", "Hi"),
        ("<head><style>p{}</style><body>Hi", "Hi"),
        ("a</style>b</head>c", "abc"),
        ("<style>x</style></style>Hi<title>no</title>", "Hi"),
    ],
)
def test_stray_ends_of_what_is_not_seen_hide_nothing(html: str, text: str) -> None:
    assert to_text(html) == text


def test_the_letters_that_a_media_type_names_are_those_of_the_text() -> None:
    document = attrs.evolve(
        ANNA, media_type='text/html; Charset="iso-8859-1"', content="<p>Kjære</p>".encode("latin-1")
    )
    mail = SmtpCourier("localhost", SENDER).message(document)
    bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]
    assert [body.get_content().strip() for body in bodies if body] == ["Kjære", "<p>Kjære</p>"]


@pytest.mark.parametrize(
    ("media_type", "reason"),
    [
        ("text/plain; charset=klingon", "'klingon' names no letters that are known"),
        ("text/plain", r"not in utf-8 \(byte 0\)"),
        ("text/plain; charset=a\0b", "the mail cannot be made: .*null character"),
    ],
    ids=["unknown", "other letters", "NUL"],
)
def test_letters_that_are_none_are_an_error_of_the_mail(media_type: str, reason: str) -> None:
    odd = attrs.evolve(ANNA, media_type=media_type, content=b"\xff")
    with pytest.raises(NotDelivered, match=reason):
        SmtpCourier("localhost", SENDER).deliver(odd)


# -- read by others -------------------------------------------------------------------------------

READER = """
use Encode qw(decode);
binmode STDOUT, ':encoding(UTF-8)';
local $/;
my ($head) = split /\\r\\n\\r\\n/, <STDIN>, 2;
$head =~ s/\\r\\n[ \\t]/ /g;
for (split /\\r\\n/, $head) {
    my $line = decode('MIME-Header', $_);
    print length($line) ? $line : 'blank', "\\0";
}
"""
"""A reader of headers that is not Python's: that of Perl's Encode."""


@pytest.fixture
def perl() -> str:
    found = shutil.which("perl")
    if found is None:
        pytest.skip("needs Perl: install perl")
    return found


@pytest.mark.parametrize(
    ("addressee", "subject"),
    [
        ("J\u00f8rgen \u00c5s", "Kj\u00e6re venner \u2013 velkommen til messen i Troms\u00f8"),
        (FAMILY, PERSIAN),
        (
            "\u0418\u0432\u0430\u043d " * 6,
            "\u041f\u0440\u0438\u0433\u043b\u0430\u0448\u0435\u043d\u0438\u0435 " * 20,
        ),
        ('Berg, Anna ("Ann")', "a =?b? c"),
        (HOSTILE, HOSTILE),
        (BASE64, f"\u00e9 {BASE64}"),
    ],
    ids=["nordic", "joiners", "long", "signs", "hostile", "base64"],
)
def test_headers_are_read_by_others_as_by_us(perl: str, addressee: str, subject: str) -> None:
    """LTR-30, LTR-31: no header ends early, and none says anything else."""
    link = "https://example.com/off?" + "n=" * 200
    mail = bytes(message(addressee=addressee.strip(), subject=subject.strip(), unsubscribe=link))
    ran = subprocess.run([perl, "-e", READER], input=mail, capture_output=True, check=True)
    lines = ran.stdout.decode().split("\0")[:-1]
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    ours = seen(addressee=addressee.strip(), subject=subject.strip(), unsubscribe=link)
    assert set(headers) == {name.lower() for name in ours.keys()}  # noqa: SIM118 - no mapping
    assert not re.search(r"[\r\n]", "".join(headers.values()))
    assert headers["subject"] == ours["subject"]
    assert headers["list-unsubscribe"] == f"<{link}>"
    shown = " ".join(ours["to"].addresses[0].display_name.split())  # Python reads blanks twice
    assert shown.replace('"', "") in headers["to"].replace("\\", "").replace('"', "")
