"""The commands that prove the journal to outsiders, from making a key to verifying a proof."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from segmentation.command_line import main
from segmentation.proofs import parse_checkpoint
from segmentation.workspace import Workspace
from support.fair import TODAY
from support.logs import LOG


@pytest.fixture
def store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    main(["demo", "--folder", str(tmp_path / "demo")])
    capsys.readouterr()
    return str(tmp_path / "demo" / "crm.db")


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def ask(*arguments: object) -> tuple[int, str]:
        code = main(["journal", *map(str, arguments)])
        said = capsys.readouterr()
        return code, (said.out + said.err).strip()

    return ask


def record_more(store: str) -> None:
    with Workspace.open(store, user="ANNA", today=TODAY) as crm:
        no = next(iter(crm.interactions)).contact_no
        crm.interactions.create(no, interaction_template_code="FAIR")


def test_a_journal_is_proved_by_commands(
    store: str, tmp_path: Path, ask: Callable[..., tuple[int, str]]
) -> None:
    secret, seer = tmp_path / "log.key", tmp_path / "witness.key"
    code, key = ask("key", "example.com/journal", "--output", secret)
    assert code == 0
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    code, witness = ask("key", "witness.example/w1", "--output", seer, "--witness")
    assert code == 0
    signed, seen, proof = tmp_path / "checkpoint", tmp_path / "seen", tmp_path / "1.tlog-proof"
    sign = ["checkpoint", store, "--key", secret, "--output", signed]
    assert ask(*sign)[0] == 0
    cosign = ["cosign", signed, "--key", seer, "--log-key", key, "--output", seen]
    assert ask(*cosign)[0] == 0
    prove = ["proof", store, "--checkpoint", seen, "--entry", 1, "--output", proof]
    assert ask(*prove)[0] == 0
    lines = tmp_path / "1.tlog-proof.entry"
    verify = ["verify-proof", proof, lines, "--key", key, "--witness", witness]
    holds = "the proof holds: the entry is in the journal, seen by witness.example/w1"
    assert ask(*verify) == (0, holds)
    record_more(store)
    assert ask(*sign)[0] == 0
    grown = tmp_path / "grown"
    prove = ["proof", store, "--checkpoint", signed, "--kept", seen, "--output", grown]
    assert ask(*prove)[0] == 0
    assert ask("cosign", grown, *cosign[2:])[0] == 0
    assert parse_checkpoint(seen.read_text()).size == parse_checkpoint(signed.read_text()).size
    folder = tmp_path / "tiles"
    tiles = ["tiles", store, "--checkpoint", seen, "--folder", folder]
    assert ask(*tiles) == (0, _count(folder))
    lines.write_text(lines.read_text().replace("ANNA", "EVE", 1))
    code, said = ask(*verify)
    assert code == 1
    assert "it does not lead to the root" in said


def _count(folder: Path) -> str:
    return f"{sum(path.is_file() for path in folder.rglob('*'))} files written"


def test_a_checkpoint_is_not_replaced_by_a_smaller_one(
    store: str, tmp_path: Path, ask: Callable[..., tuple[int, str]]
) -> None:
    """TRU-48."""
    secret, signed = tmp_path / "log.key", tmp_path / "checkpoint"
    secret.write_text(LOG.secret_text)
    sign = ["checkpoint", store, "--key", secret, "--output", signed]
    assert ask(*sign)[0] == 0
    longer = signed.read_text()
    size = parse_checkpoint(longer).size
    signed.write_text(longer.replace(f"\n{size}\n", f"\n{size + 2}\n"))
    before = signed.read_bytes()
    code, said = ask(*sign)
    assert code == 1
    assert f"it has {size} entries, and the one kept has {size + 2}" in said
    assert signed.read_bytes() == before


def test_files_that_are_not_what_they_are_to_be_are_told(
    store: str, tmp_path: Path, ask: Callable[..., tuple[int, str]]
) -> None:
    secret, broken = tmp_path / "log.key", tmp_path / "broken"
    secret.write_text(LOG.secret_text)
    broken.write_bytes(b"\xff")
    assert ask("key", "name", "--output", secret) == (
        2,
        f"segmentation: {secret}: is there already; name another file",
    )
    sign = ["checkpoint", store, "--output", tmp_path / "checkpoint", "--key"]
    assert ask(*sign, tmp_path / "none")[0] == 2
    code, said = ask(*sign, broken)
    assert code == 1
    assert "is no text in UTF-8" in said
    broken.write_text("no key")
    code, said = ask(*sign, broken)
    assert code == 1
    assert "is no secret key" in said
    assert "no key" not in said.replace("is no secret key", "")
