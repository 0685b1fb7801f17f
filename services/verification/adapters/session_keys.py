"""The keys that sessions are signed with: PEM, the first one signs, all of them are published, so that a new one can be put in front."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from jwt.algorithms import ECAlgorithm

from shared.errors import Permanent

_BEGIN: Final = "-----BEGIN"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the id by which services find its public one."""

    key_id: str
    key: EllipticCurvePrivateKey


class SessionSigningKeys:
    """The keys of an installation."""

    def __init__(self, keys: tuple[SigningKey, ...]) -> None:
        self._keys = keys

    @classmethod
    def read(cls, pem: str) -> SessionSigningKeys:
        """Read private keys, one below the other; without any make one, which lasts as long as this process.

        Raises:
            Permanent: `session_keys_malformed`.
        """
        try:
            found = [load_pem_private_key(f"{_BEGIN}{part}".encode(), password=None) for part in pem.split(_BEGIN)[1:]]
        except (ValueError, TypeError) as error:
            raise Permanent("session_keys_malformed", "DESK_SESSION_KEYS is no PEM without a password.") from error
        keys = [key for key in found if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)]
        if len(keys) != len(found) or (pem.strip() and not found):
            raise Permanent("session_keys_malformed", "DESK_SESSION_KEYS must hold EC keys on P-256.")
        return cls(tuple(SigningKey(_id_of(key), key) for key in keys or [generate_private_key(SECP256R1())]))

    @property
    def signing(self) -> SigningKey:
        """The key that signs."""
        return self._keys[0]

    async def read_public(self) -> Mapping[str, Any]:
        """Return the public keys as a JSON Web Key Set (RFC 7517)."""
        return {"keys": [_jwk(each) for each in self._keys]}


def _id_of(key: EllipticCurvePrivateKey) -> str:
    return hashlib.sha256(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()[:16]


def _jwk(each: SigningKey) -> Mapping[str, Any]:
    row: dict[str, Any] = ECAlgorithm.to_jwk(each.key.public_key(), as_dict=True)
    return row | {"kid": each.key_id, "alg": "ES256", "use": "sig"}
