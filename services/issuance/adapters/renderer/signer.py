"""PDF -> signed PDF (PAdES B-B) with pyHanko. Runs only in the child process; the key stays in its memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from asn1crypto import pem, tsp, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.attributes import SignedAttributeProviderSpec, SigningCertificateV2Provider
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko_certvalidator.registry import SimpleCertificateStore

from services.issuance.adapters.demo_ca import DEMO_MARK

SIGNATURE_BYTES: Final = 16384  # room for the CMS object with two RSA-3072 certificates, about 6 KiB; saves signing twice
FIELD_NAME: Final = "TTE"
DIGEST: Final = "sha256"


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The signer, as its certificate names it."""

    certified_by: str
    demo: bool
    fingerprint: str
    not_after: datetime


class EncodedOnce(SigningCertificateV2Provider):
    """The attribute that names the certificate, encoded once: asn1crypto would encode it 160 times a signature, 8 ms of 14."""

    def __init__(self, certificate: x509.Certificate) -> None:
        super().__init__(certificate)
        self._encoded = as_signing_certificate_v2(certificate).dump()

    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:  # noqa: FBT001, FBT002, ARG002 - pyHanko's signature
        """Return the attribute's value; its parts are read only if somebody asks for them."""
        return tsp.SigningCertificateV2.load(self._encoded)


class PadesAttributes(SignedAttributeProviderSpec):
    """The attributes of PAdES B-B beside digest and content type (ETSI EN 319 142-1, table 1): the certificate, and no time."""

    def __init__(self, certificate: x509.Certificate) -> None:
        self._certificate = EncodedOnce(certificate)

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Iterator[SigningCertificateV2Provider]:  # noqa: ARG002 - pyHanko's signature
        """Yield the certificate's attribute."""
        yield self._certificate


class HeldKey(signers.Signer):
    """An RSA key that is parsed once. pyHanko's own SimpleSigner parses and checks it for each signature: 120 ms of 130."""

    def __init__(self, certificate: x509.Certificate, key: RSAPrivateKey, store: SimpleCertificateStore) -> None:
        super().__init__(signing_cert=certificate, cert_registry=store)
        self.signed_attr_prov_spec = PadesAttributes(certificate)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002, ARG002 - pyHanko's signature
        """Sign with PKCS#1 v1.5, the one that every validator in use reads.

        Raises:
            ValueError: another digest than SHA-256 was asked for.
        """
        if digest_algorithm != DIGEST:
            raise ValueError(f"no signature over {digest_algorithm}")
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class Appendix(IncrementalPdfFileWriter):
    """A writer that appends the signature and nothing else.

    pyHanko would also rewrite the XMP metadata in its own words; typst's, made for PDF/A-2a and PDF/UA-1, stay as they are.
    """

    def _update_meta(self) -> None:
        pass


class Signer:
    """The holder of the office's key. It certifies: after the signature no change is allowed (DocMDP 1)."""

    def __init__(self, *, certificate: Path, key: Path, chain: Path, location: str, genuine: bool) -> None:
        signing_certificate = _certificates(certificate)[0]
        store = SimpleCertificateStore.from_certs(_certificates(chain))  # type: ignore[no-untyped-call]
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
        if not isinstance(private, RSAPrivateKey):
            raise TypeError("the signing key must be RSA")
        if private.public_key() != serialization.load_der_public_key(signing_certificate.public_key.dump()):
            raise ValueError("the key does not belong to the certificate")
        self._signer = HeldKey(signing_certificate, private, store)
        self._metadata = signers.PdfSignatureMetadata(
            field_name=FIELD_NAME,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            location=location,
            name=_first(signing_certificate.subject, "common_name"),
        )
        self.identity = _identity(signing_certificate, genuine=genuine)

    def sign(self, pdf: bytes) -> bytes:
        """Append one signature over the whole file."""
        out = signers.sign_pdf(
            Appendix(io.BytesIO(pdf)),
            self._metadata,
            signer=self._signer,
            bytes_reserved=SIGNATURE_BYTES,
        )
        out.seek(0)
        return bytes(out.read())


def _certificates(path: Path) -> list[x509.Certificate]:
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(path.read_bytes(), multiple=True)]


def _identity(certificate: x509.Certificate, *, genuine: bool) -> SigningKeys:
    # Demo unless everything says otherwise: a wrong setting may hide a real certificate, never dress up a demo one.
    marked = DEMO_MARK in certificate.issuer.human_friendly or DEMO_MARK in certificate.subject.human_friendly
    self_signed = certificate.self_signed != "no"
    return SigningKeys(
        certified_by=_first(certificate.issuer, "common_name"),
        demo=marked or self_signed or not genuine,
        fingerprint=certificate.sha256_fingerprint.replace(" ", "").lower(),
        not_after=certificate.not_valid_after,
    )


def _first(name: x509.Name, field: str) -> str:
    value = name.native.get(field, name.human_friendly)
    return str(value[0] if isinstance(value, list) else value)
