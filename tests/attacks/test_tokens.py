"""Forged tokens of links to unsubscribe: all are refused alike, and nothing is recorded."""

import base64
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

import segmentation as seg
from segmentation.interactions import Interaction
from segmentation.operations.letters import Answer, Unsubscribing
from support.desk import make_desk
from support.fair import person

KEY = b"0123456789abcdef0123456789abcdef"
OURS = Unsubscribing("https://example.com/off/{token}", [KEY])
MAIL = Interaction(contact_no="ANNA", interaction_template_code="LETTER")


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def token_of(crm: seg.Workspace, no: str = "ANNA", by: Unsubscribing = OURS) -> str:
    return by.token(crm.contacts[no], MAIL)


def forged(crm: seg.Workspace) -> Iterator[str]:
    """Tokens that are none of ours, made of one that is."""
    token = token_of(crm)
    content, _, signature = token.partition(".")
    yield from ("", ".", content, signature, f".{signature}", f"{content}.", token * 2)
    yield from (token[:-1], token[1:], f"{token}=", f"{token} ", f" {token}", f"{token}.")
    yield token_of(crm, by=Unsubscribing(OURS.url, [KEY[::-1]]))
    yield f"{token_of(crm, 'BO').partition('.')[0]}.{signature}"
    for said in (["BO", "LETTER"], {"no": "ANNA"}, None):
        plain = json.dumps(said).encode()
        yield f"{encoded(plain)}.{encoded(hmac.digest(KEY, plain, 'sha256'))}"
        yield f"{encoded(plain)}.{signature}"
    yield from ("A" * 5_000_000, f"{'A' * 5_000_000}.{signature}", "é.é", "\0", "\ud800.\ud800")
    yield from spelled_otherwise(token)
    for part, other in ((content, f".{signature}"), (signature, "")):
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        for bit in range(len(raw) * 8):
            changed = bytearray(raw)
            changed[bit // 8] ^= 1 << bit % 8
            text = encoded(bytes(changed))
            yield f"{text}{other}" if other else f"{content}.{text}"
    for place, sign in enumerate(token):
        yield f"{token[:place]}{chr(ord(sign) ^ 1)}{token[place + 1 :]}"


def spelled_otherwise(token: str) -> Iterator[str]:
    """The same in other letters, in other forms of base64, with signs that are not seen."""
    content, _, signature = token.partition(".")
    yield from (f"{signature}.{content}", f"{content}..{signature}", f"{token}.{signature}")
    yield from (token.upper(), token.lower(), token.swapcase())
    yield token.translate({code: chr(code + 0xFEE0) for code in range(33, 127)})  # full width
    yield from (token.replace(".", dot) for dot in ("\u2024", "\u3002", "%2E", ","))
    for sign in ("=", "==", "%3D", "\n", "\t", "\0", "\u200b", "\ufeff", "\u0301"):
        yield from (f"{token}{sign}", f"{sign}{token}", f"{content}{sign}.{signature}")
    yield f"{content}.{signature.replace('_', '/').replace('-', '+')}"


def test_what_is_no_text_is_refused_as_well() -> None:
    """TRU-64: a parameter that is not there, or of another type than a web framework gives."""
    crm = make_desk()
    token = token_of(crm)
    others: list[Any] = [None, b"", token.encode(), bytearray(token.encode()), 5, True, [token]]
    for other in others:
        answer = crm.letters.answer_unsubscribing(OURS, method="POST", token=other)
        assert answer.status == 400
    assert len(crm.journal) == 0


def test_forged_tokens_are_refused_alike() -> None:
    """TRU-64."""
    crm = make_desk()
    answers = set()
    for token in forged(crm):
        assert token != token_of(crm)
        for method in ("POST", "GET"):
            answers.add(_seen(crm.letters.answer_unsubscribing(OURS, method=method, token=token)))
    assert len(answers) == 1
    [(status, _, _)] = answers
    assert status == 400
    assert len(crm.journal) == 0
    assert not any(contact.exclude_from_segment for contact in crm.contacts)


def _seen(answer: Answer) -> tuple[int, str, bytes]:
    return answer.status, str(sorted(answer.headers.items())), answer.body


def test_a_token_that_is_too_long_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """TRU-64."""
    crm = make_desk()
    signed: list[bytes] = []
    digest = hmac.digest

    def counting(key: bytes, content: bytes, name: str) -> bytes:
        signed.append(content)
        return digest(key, content, name)

    monkeypatch.setattr(hmac, "digest", counting)
    long = f"{'A' * 5_000_000}.{'A' * 43}"
    assert OURS.read(long) is None
    assert signed == []
    assert OURS.read(token_of(crm)) == ("ANNA", "LETTER")


def test_the_true_token_counts_once() -> None:
    """TRU-64."""
    crm = make_desk()
    for _ in range(2):
        answer = crm.letters.answer_unsubscribing(OURS, method="POST", token=token_of(crm))
        assert answer.status == 200
    assert crm.contacts["ANNA"].exclude_from_segment
    assert len(crm.journal) == 1


def taken_off(crm: seg.Workspace) -> set[str]:
    return {contact.name for contact in crm.contacts if contact.exclude_from_segment}


def test_a_token_finds_whoever_had_the_number() -> None:
    """TRU-64, replayed: whoever got the mail is taken off, by whatever number it goes now."""
    crm = make_desk(person("G", name="Gerda"), person("A", name="Al"))
    token = token_of(crm, "G")
    crm.contacts.renumber(old_no="G", new_no="Z")
    crm.contacts.renumber(old_no="A", new_no="G")
    crm.letters.answer_unsubscribing(OURS, method="POST", token=token)
    assert taken_off(crm) == {"Gerda", "Al"}  # it may be of either
    crm.contacts.admit("Z", "asked back")
    crm.contacts.merge(kept_no="ANNA", gone_no="Z")
    crm.letters.answer_unsubscribing(OURS, method="POST", token=token)
    assert crm.contacts["ANNA"].exclude_from_segment
    crm.contacts.erase("G")
    crm.contacts.erase("ANNA")
    head = crm.journal.head
    assert crm.letters.answer_unsubscribing(OURS, method="POST", token=token).status == 200
    assert crm.journal.head == head
    assert crm.journal.audit() == []
