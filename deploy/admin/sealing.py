"""Encryption by `age`: what is sealed for a public key is opened with the private one, which need not be on this machine.

Keys go by files, so that none stands in a list of processes.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

from deploy.admin.refusal import Refused

_BLOCK_BYTES: Final = 1024 * 1024
_WRONG_KEY: Final = ("no identity matched", "identity file", "failed to read")


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file that was written: its SHA-256 as it lies, and how much went into it."""

    sha256: str
    size_bytes: int
    plain_bytes: int


def make_key(identity: Path) -> str:
    """Write a new private key into a file that is not there yet; return the public one.

    Raises:
        Refused: `age_missing`.
    """
    identity.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([_program("age-keygen"), "-o", str(identity)], capture_output=True, text=True, check=True)
    return done.stderr.partition("Public key: ")[2].strip()


def seal(recipients: Path, blocks: Iterable[bytes], file: Path) -> SealedFile:
    """Write the blocks into a file, encrypted for every key that `recipients` names.

    Raises:
        Refused: `age_missing`, `recipients_wrong`.
    """
    plain_bytes = 0
    with subprocess.Popen(
        [_program("age"), "-R", str(recipients), "-o", str(file)], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        stdin, stderr = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stderr)
        with suppress(BrokenPipeError):  # it ended before: what it said is told below
            for block in blocks:
                plain_bytes += len(block)
                stdin.write(block)
            stdin.close()
        said = stderr.read().decode(errors="replace")
    if process.returncode != 0:
        raise Refused("recipients_wrong", said.strip().splitlines()[0] if said.strip() else "")
    return SealedFile(sha256_of(file), file.stat().st_size, plain_bytes)


@contextmanager
def opened(identity: Path, file: Path) -> Generator[IO[bytes]]:
    """Give the plain bytes of a file as a stream.

    Raises:
        Refused: `age_missing`, `identity_wrong`; `backup_damaged` where a byte of it is not as it was.
    """
    with subprocess.Popen(
        [_program("age"), "-d", "-i", str(identity), str(file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        stdout, stderr = cast("IO[bytes]", process.stdout), cast("IO[bytes]", process.stderr)
        yield stdout
        stdout.read()  # what was not asked for: age finds a damaged end only when it gets there
        said = stderr.read().decode(errors="replace")
    if process.returncode != 0:
        raise Refused("identity_wrong" if any(each in said for each in _WRONG_KEY) else "backup_damaged", file.name)


def unseal(identity: Path, file: Path) -> bytes:
    """Return all plain bytes of a small file.

    Raises:
        Refused: as `opened`.
    """
    with opened(identity, file) as stream:
        return stream.read()


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Refused("age_missing")
    return found
