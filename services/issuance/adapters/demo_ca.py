"""A certificate authority for demonstrations: made at set-up, marked in every name, never to be taken for BSrE.

Files: `ca.pem` (what validators are told to trust), `signer.pem`, `signer-key.pem` (mode 0600). The authority's own key is thrown away:
nothing more can ever be signed with it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

DEMO_MARK: Final = "SERTIFIKAT DEMO - BUKAN BSrE"
CA_NAME: Final = "CA Demo Adminduk Kabupaten Madiun"
SIGNER_NAME: Final = "Kepala Dinas Dukcapil Kabupaten Madiun (DEMO)"
OFFICE: Final = "Dinas Kependudukan dan Pencatatan Sipil Kabupaten Madiun"
KEY_BITS: Final = 3072  # 128-bit strength (NIST SP 800-57); RSA because every validator in use reads it
CA_LIFE: Final = timedelta(days=3652)
SIGNER_LIFE: Final = timedelta(days=730)
RENEW_BEFORE: Final = timedelta(days=30)  # an older set is made anew, so that a demo never dies in the middle
BACKDATE: Final = timedelta(hours=1)  # clocks differ
DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_RSA_EXPONENT: Final = 65537


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """The paths of the set. `fresh`: made just now, not found."""

    ca: Path
    certificate: Path
    key: Path
    fresh: bool


def ensure_demo_ca(folder: Path, *, now: datetime, force: bool = False) -> DemoFiles:
    """Make the set, or keep the one that is there and good for 30 more days. Safe to repeat.

    Raises:
        OSError: the folder can't be written.
    """
    ca, certificate, key = folder / "ca.pem", folder / "signer.pem", folder / "signer-key.pem"
    if not force and _still_good((ca, certificate, key), now):
        return DemoFiles(ca, certificate, key, fresh=False)
    folder.mkdir(parents=True, exist_ok=True)
    ca_pem, certificate_pem, key_pem = _make(now)
    _write(key, key_pem, 0o600)
    _write(certificate, certificate_pem, 0o644)
    _write(ca, ca_pem, 0o644)
    return DemoFiles(ca, certificate, key, fresh=True)


def _still_good(paths: tuple[Path, Path, Path], now: datetime) -> bool:
    if not all(path.is_file() for path in paths):
        return False
    ca, certificate, key = paths
    try:
        signer = x509.load_pem_x509_certificate(certificate.read_bytes())
        signer.verify_directly_issued_by(x509.load_pem_x509_certificate(ca.read_bytes()))
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    except Exception:  # noqa: BLE001 - whatever is wrong with the old set, a new one mends it
        return False
    return signer.public_key() == private.public_key() and signer.not_valid_after_utc - RENEW_BEFORE > now


def _make(now: datetime) -> tuple[bytes, bytes, bytes]:
    ca_key = rsa.generate_private_key(_RSA_EXPONENT, KEY_BITS)
    signer_key = rsa.generate_private_key(_RSA_EXPONENT, KEY_BITS)
    ca_name, signer_name = _name(CA_NAME), _name(SIGNER_NAME)
    ca = (
        _builder(ca_name, ca_name, ca_key.public_key(), ca_key.public_key(), now, CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(ca=True), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    signer = (
        _builder(signer_name, ca_name, signer_key.public_key(), ca_key.public_key(), now, SIGNER_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    key_pem = signer_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return ca.public_bytes(serialization.Encoding.PEM), signer.public_bytes(serialization.Encoding.PEM), key_pem


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, OFFICE),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMO_MARK),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, issuer_key: rsa.RSAPublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
    partial.replace(path)
