from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from services.issuance.adapters.demo_ca import DEMO_MARK, DOCUMENT_SIGNING, ensure_demo_ca
from services.issuance.wiring import make_demo_ca
from tests.support.approvals import AT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("demo")
    assert ensure_demo_ca(where / "ca", now=AT).fresh
    return where / "ca"


def test_signer_is_issued_by_the_authority_for_signing_documents(folder: Path) -> None:
    ca = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    signer = x509.load_pem_x509_certificate((folder / "signer.pem").read_bytes())
    signer.verify_directly_issued_by(ca)
    assert ca.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(ca=True, path_length=0)
    assert DOCUMENT_SIGNING in signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    assert not usage.key_cert_sign


def test_every_name_carries_the_mark(folder: Path) -> None:
    for name in ("ca.pem", "signer.pem"):
        certificate = x509.load_pem_x509_certificate((folder / name).read_bytes())
        assert DEMO_MARK in certificate.subject.rfc4514_string()
        assert DEMO_MARK in certificate.issuer.rfc4514_string()


def test_key_is_for_its_owner_only_and_the_authority_s_key_is_nowhere(folder: Path) -> None:
    assert (folder / "signer-key.pem").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["ca.pem", "signer-key.pem", "signer.pem"]
    key = serialization.load_pem_private_key((folder / "signer-key.pem").read_bytes(), password=None)
    assert key.public_key() == x509.load_pem_x509_certificate((folder / "signer.pem").read_bytes()).public_key()


def test_good_set_is_kept_and_an_old_or_broken_one_replaced(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    before = (copy / "signer.pem").read_bytes()
    assert not ensure_demo_ca(copy, now=AT).fresh
    assert (copy / "signer.pem").read_bytes() == before
    (copy / "ca.pem").write_text("no certificate")
    assert ensure_demo_ca(copy, now=AT).fresh
    assert ensure_demo_ca(copy, now=AT + timedelta(days=701)).fresh


def test_command_makes_and_keeps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make_demo_ca(["--out", str(tmp_path / "ca")]) == 0
    assert make_demo_ca(["--out", str(tmp_path / "ca")]) == 0
    made, kept = capsys.readouterr().out.splitlines()
    assert made.startswith("made ")
    assert kept.startswith("kept ")
