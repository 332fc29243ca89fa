"""Mails to a real server: what is in them, and what is made of its answers."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from aiosmtpd.smtp import AuthResult
from hypothesis import given
from hypothesis import strategies as st

from segmentation.adapters.smtp import Security, Server, SmtpCourier, to_text
from segmentation.documents import Document
from segmentation.errors import InvalidValue, NotDelivered
from support.mailserver import Postman, serving

SENDER = "Lynghede Lamper <post@lynghede.example.com>"
ANNA = Document(
    contact_no="CT1",
    name="Berg AS - Anna Berg.txt",
    subject="Invitation",
    content="Kjære Anna".encode(),
    key="17",
    segment_no="SM00001",
    addressee="Anna Berg",
    e_mail="anna@example.com",
)


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def port(postman: Postman) -> Iterator[int]:
    with serving(postman) as port:
        yield port


def at(port: int) -> Server:
    return Server(host="127.0.0.1", port=port, security=Security.NONE, timeout=5)


def test_int_47_a_mail_goes_to_the_contacts_address_with_the_subject(
    postman: Postman, port: int
) -> None:
    with SmtpCourier(at(port), SENDER, reply_to="jo@example.com") as courier:
        assert courier.deliver(ANNA) == "anna@example.com"
    (mail,) = postman.mails
    assert mail["To"] == "Anna Berg <anna@example.com>"
    assert mail["From"] == SENDER
    assert mail["Reply-To"] == "jo@example.com"
    assert mail["Subject"] == "Invitation"
    assert mail["Message-ID"] == "<SM00001.CT1.17@lynghede.example.com>"
    assert mail["Date"].endswith("+0000")
    assert mail.get_content().strip() == "Kjære Anna"


def test_many_mails_share_one_connection(postman: Postman, port: int) -> None:
    with SmtpCourier(at(port), SENDER) as courier:
        for _ in range(5):
            courier.deliver(ANNA)
    assert (len(postman.mails), postman.connections) == (5, 1)


def test_html_is_the_body_with_a_text_beside_it(postman: Postman, port: int) -> None:
    html = "<html><head><style>p{}</style></head><body><p>Kjære <b>Anna</b></p></body></html>"
    with SmtpCourier(at(port), SENDER) as courier:
        courier.deliver(attrs.evolve(ANNA, media_type="text/html", content=html.encode()))
    (mail,) = postman.mails
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.get_body(("plain",)).get_content().strip() == "Kjære Anna"  # type: ignore[union-attr]
    assert "<b>Anna</b>" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_pictures_in_html_travel_as_parts_of_the_mail(postman: Postman, port: int) -> None:
    html = '<p>Hi</p><img src="data:image/png;base64,UE5H"/><img src="data:image/gif;base64,R0lG">'
    with SmtpCourier(at(port), SENDER) as courier:
        courier.deliver(attrs.evolve(ANNA, media_type="text/html", content=html.encode()))
    (mail,) = postman.mails
    parts = {part["Content-ID"]: part for part in mail.walk() if part["Content-ID"]}
    assert [part.get_content_type() for part in parts.values()] == ["image/png", "image/gif"]
    assert [part.get_content() for part in parts.values()] == [b"PNG", b"GIF"]
    body = mail.get_body(("html",))
    assert body is not None
    said = body.get_content()
    assert "data:" not in said
    assert all(f'src="cid:{name.strip("<>")}"' in said for name in parts)


@pytest.mark.parametrize("data", ["", "AAA", "AAAAA", "AA=A", "AAAA=", "<p>"])
def test_what_is_no_picture_is_left_in_the_html(postman: Postman, port: int, data: str) -> None:
    html = f'<p>Hi</p><img src="data:image/png;base64,{data}"/>'
    with SmtpCourier(at(port), SENDER) as courier:
        courier.deliver(attrs.evolve(ANNA, media_type="text/html", content=html.encode()))
    body = postman.mails[0].get_body(("html",))
    assert body is not None
    assert body.get_content().strip() == html


@pytest.mark.parametrize(
    "name",
    ["N" * 5000, "Ø" * 5000, "a b " * 2000, "\U0001f600" * 5000],
    ids=["letters", "letters beyond ASCII", "words", "smileys"],
)
def test_names_of_any_length_fit_into_a_header(postman: Postman, port: int, name: str) -> None:
    with SmtpCourier(at(port), SENDER) as courier:
        courier.deliver(attrs.evolve(ANNA, subject=name, addressee=name))
    (mail,) = postman.mails
    assert mail["Subject"].startswith(name[:20])
    assert mail["To"].addresses[0].addr_spec == "anna@example.com"


@pytest.mark.parametrize(
    ("text", "said"), [("", "Invitation"), ("See the letter.", "See the letter.")]
)
def test_any_other_document_is_attached(postman: Postman, port: int, text: str, said: str) -> None:
    letter = attrs.evolve(ANNA, media_type="application/pdf", content=b"%PDF", name="Søn A_S.pdf")
    with SmtpCourier(at(port), SENDER, text=text) as courier:
        courier.deliver(letter)
    (mail,) = postman.mails
    (attachment,) = mail.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == ("Søn A_S.pdf", b"%PDF")
    assert mail.get_body().get_content().strip() == said  # type: ignore[union-attr]


def test_a_link_to_unsubscribe_stands_in_the_header(postman: Postman, port: int) -> None:
    with SmtpCourier(at(port), SENDER) as courier:
        for link in ("https://example.com/u/1", "mailto:off@example.com", ""):
            courier.deliver(attrs.evolve(ANNA, unsubscribe=link))
    first, second, third = postman.mails
    assert first["List-Unsubscribe"] == "<https://example.com/u/1>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert second["List-Unsubscribe"] == "<mailto:off@example.com>"
    assert second["List-Unsubscribe-Post"] is None
    assert third["List-Unsubscribe"] is None


def test_headers_cannot_be_injected(postman: Postman, port: int) -> None:
    odd = attrs.evolve(
        ANNA,
        subject="Hello\r\nBcc: eve@example.com\x00",
        addressee='Anna\nBcc: eve@example.com "<x>, y',
        unsubscribe="https://example.com/\r\nBcc: eve@example.com",
    )
    with SmtpCourier(at(port), SENDER) as courier:
        courier.deliver(odd)
    (mail,) = postman.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hello Bcc: eve@example.com"
    assert postman.recipients == ["anna@example.com"]


@pytest.mark.parametrize(
    "address", ["", "anna", "a@b\r\nRCPT TO:<eve@example.com>", "a b@c", "a@b, c@d", "@", "<a@b>"]
)
def test_what_is_no_address_is_refused_for_good(postman: Postman, port: int, address: str) -> None:
    with SmtpCourier(at(port), SENDER) as courier, pytest.raises(NotDelivered) as caught:
        courier.deliver(attrs.evolve(ANNA, e_mail=address))
    assert not caught.value.temporary
    assert postman.mails == []


@given(st.text(), st.text(), st.text())
def test_whatever_a_contact_holds_there_is_one_recipient(
    name: str, subject: str, body: str
) -> None:
    document = attrs.evolve(
        ANNA, addressee=name, subject=subject, content=body.encode(errors="replace")
    )
    message = SmtpCourier("localhost", SENDER).message(document)
    head = bytes(message).partition(b"\r\n\r\n")[0]
    assert head.count(b"\r\nTo:") == 1
    assert [address.addr_spec for address in message["To"].addresses] == ["anna@example.com"]


@pytest.mark.parametrize("sender", ["", "nobody", "a@b\nBcc: c@d", "A B"])
def test_a_sender_that_is_no_address_is_refused_at_once(sender: str) -> None:
    with pytest.raises(InvalidValue, match="no mail address"):
        SmtpCourier("localhost", sender)


def test_a_pace_below_zero_is_refused_at_once() -> None:
    with pytest.raises(InvalidValue, match="per_minute"):
        SmtpCourier("localhost", SENDER, per_minute=-1)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "soon"])
def test_a_server_that_would_never_be_waited_for_is_refused_at_once(timeout: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValue, match=r"timeout: .* is no number of seconds above zero"):
        Server(host="localhost", timeout=timeout)


# -- answers of the server --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "temporary"),
    [("550 no such mailbox", False), ("451 try again later", True), ("452 full", True)],
)
def test_a_refused_recipient_does_not_stop_the_others(
    postman: Postman,
    port: int,
    answer: str,
    temporary: bool,
) -> None:
    postman.answers["anna@example.com"] = answer
    with SmtpCourier(at(port), SENDER) as courier:
        with pytest.raises(NotDelivered, match=answer) as caught:
            courier.deliver(ANNA)
        courier.deliver(attrs.evolve(ANNA, e_mail="per@example.com"))
    assert (caught.value.temporary, caught.value.down) == (temporary, False)
    assert postman.recipients == ["per@example.com"]
    assert postman.connections == 1


def test_a_contacts_several_addresses_all_get_the_mail(postman: Postman, port: int) -> None:
    both = attrs.evolve(ANNA, e_mail="anna@example.com; post@example.com;")
    with SmtpCourier(at(port), SENDER) as courier:
        courier.deliver(both)
        postman.answers["anna@example.com"] = "550 no such mailbox"
        courier.deliver(both)
        postman.answers["post@example.com"] = "451 try again later"
        with pytest.raises(NotDelivered, match="451") as caught:
            courier.deliver(both)
        with pytest.raises(NotDelivered, match="'anna' is no mail address"):
            courier.deliver(attrs.evolve(ANNA, e_mail="post@example.com; anna"))
    assert caught.value.temporary
    assert postman.recipients == ["anna@example.com", "post@example.com", "post@example.com"]
    names = [address.display_name for address in postman.mails[0]["To"].addresses]
    assert names == ["Anna Berg", "Anna Berg"]


def test_a_server_that_says_it_closes_is_down(postman: Postman, port: int) -> None:
    postman.answers["anna@example.com"] = "421 going down"
    with SmtpCourier(at(port), SENDER) as courier:
        with pytest.raises(NotDelivered) as caught:
            courier.deliver(ANNA)
        assert caught.value.down
        postman.answers.clear()
        courier.deliver(ANNA)
    assert len(postman.mails) == 1


def test_a_server_that_goes_away_is_down_and_may_come_back(postman: Postman, port: int) -> None:
    postman.gone_after = 2
    with SmtpCourier(at(port), SENDER) as courier:
        courier.deliver(ANNA)
        courier.deliver(ANNA)
        with pytest.raises(NotDelivered) as caught:
            courier.deliver(ANNA)
        assert caught.value.down
        postman.gone_after = -1
        courier.deliver(ANNA)
    assert len(postman.mails) == 3


def test_no_server_at_all_is_an_error_to_try_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        courier = SmtpCourier(at(taken.getsockname()[1]), SENDER)
        with pytest.raises(NotDelivered, match=r"server 127\.0\.0\.1") as caught:
            courier.deliver(ANNA)
    assert caught.value.down
    courier.close()


def test_a_server_that_hangs_counts_as_gone() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        server = attrs.evolve(at(silent.getsockname()[1]), timeout=0.2)
        with pytest.raises(NotDelivered, match=r"server 127\.0\.0\.1") as caught:
            SmtpCourier(server, SENDER).deliver(ANNA)
    assert caught.value.down


def test_a_connection_that_the_server_tired_of_is_made_anew(postman: Postman, port: int) -> None:
    watch = Watch()
    with SmtpCourier(at(port), SENDER, clock=watch) as courier:
        courier.deliver(ANNA)
        watch.now += 60
        courier.deliver(ANNA)
        assert postman.connections == 1
        watch.now += 60
        hang_up(courier)
        courier.deliver(ANNA)
    assert (len(postman.mails), postman.connections) == (3, 2)


def test_saying_goodbye_to_a_server_that_is_gone_is_no_error(postman: Postman, port: int) -> None:
    courier = SmtpCourier(at(port), SENDER)
    courier.deliver(ANNA)
    hang_up(courier)
    courier.close()
    assert len(postman.mails) == 1


def test_an_address_that_the_server_cannot_write_is_refused_for_good(postman: Postman) -> None:
    with serving(postman, enable_SMTPUTF8=False) as port, SmtpCourier(at(port), SENDER) as courier:
        with pytest.raises(NotDelivered) as caught:
            courier.deliver(attrs.evolve(ANNA, e_mail="søren@example.com"))
        assert not caught.value.temporary
        courier.deliver(ANNA)
    assert len(postman.mails) == 1


def test_a_server_without_tls_gets_no_mail_where_tls_is_asked_for(port: int) -> None:
    server = Server(host="127.0.0.1", port=port)
    with pytest.raises(NotDelivered, match="STARTTLS") as caught:
        SmtpCourier(server, SENDER).deliver(ANNA)
    assert caught.value.down


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    pem, key = folder / "cert.pem", folder / "key.pem"
    command = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", str(key), "-out", str(pem),
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs openssl: install openssl")
    pem.write_text(pem.read_text() + key.read_text())
    return pem


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_mail_goes_by_tls_after_a_login(
    postman: Postman, certificate: Path, security: Security
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    asked = "ssl_context" if security is Security.TLS else "tls_context"

    def authenticator(_0: object, _1: object, _2: object, _3: object, data: Any) -> AuthResult:  # noqa: ANN401
        return AuthResult(success=data.password == b"secret", handled=False)

    options = {asked: context, "authenticator": authenticator, "auth_require_tls": False}
    trusted = ssl.create_default_context(cafile=str(certificate))
    with serving(postman, **options) as port:
        server = attrs.evolve(
            at(port),
            user="jo",
            password="secret",  # noqa: S106 - nobody's
            tls=trusted,
            security=security,
        )
        with SmtpCourier(server, SENDER) as courier:
            courier.deliver(ANNA)
        wrong = attrs.evolve(server, password="wrong")  # noqa: S106
        with pytest.raises(NotDelivered, match="535") as caught:
            SmtpCourier(wrong, SENDER).deliver(ANNA)
        assert caught.value.down
        untrusting = attrs.evolve(server, tls=None)
        with pytest.raises(NotDelivered) as caught:
            SmtpCourier(untrusting, SENDER).deliver(ANNA)
        assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
    assert len(postman.mails) == 1
    assert "secret" not in repr(server)


def hang_up(courier: SmtpCourier) -> None:
    """What a server does that waited too long."""
    connection = courier._connection  # noqa: SLF001 - there is no other way to its socket
    assert connection is not None
    assert connection.sock is not None
    connection.sock.shutdown(socket.SHUT_RDWR)


class Watch:
    """A clock that goes on only when somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def test_mails_keep_the_pace_that_is_set(postman: Postman, port: int) -> None:
    watch = Watch()
    server = at(port)
    with SmtpCourier(server, SENDER, per_minute=120, clock=watch, sleep=watch.sleep) as courier:
        for _ in range(4):
            courier.deliver(ANNA)
    assert watch.waits == [0.5, 0.5, 0.5]
    assert len(postman.mails) == 4


def test_a_server_may_be_named_alone() -> None:
    message = SmtpCourier("mail.example.com", "post@example.com").message(
        attrs.evolve(ANNA, key="", segment_no="", contact_no="")
    )
    assert message["Message-ID"] == "<document@example.com>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ('<a href="https://example.com">here</a>', "here <https://example.com>"),
        ("<script>x</script>y<a>z</a>", "yz"),
        ("a\n  <b>b</b>\n c", "a b c"),
        ("", ""),
    ],
)
def test_html_is_told_as_text(html: str, text: str) -> None:
    assert to_text(html) == text
