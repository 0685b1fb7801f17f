"""Full backups: made file by file, each encrypted and stored before the next, so that no more than one lies on this machine."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deploy.admin import manifest as manifests
from deploy.admin.manifest import Manifest, SetCollection, SetFile
from deploy.admin.moments import SETS, SUMS, ClusterTime, set_name
from deploy.admin.refusal import Refused
from deploy.admin.sealing import seal, sha256_of, unseal
from deploy.admin.source import Snapshot, is_content
from deploy.admin.targets import BackupTarget
from shared.clock import now

PART_BYTES: Final = 256 * 1024 * 1024  # plain, in one file: a cut connection repeats no more, and S3 takes 5 GB in one request
STATE: Final = "state.tar.age"
BROKER: Final = "broker.json.age"
VARIABLES: Final = "compose.env"
"""Compose's variables among the state: beside it, not in their place, for a restore writes over nothing."""
_DIGEST_SPACE: Final = 1 << 256


@dataclass
class RowDigest:
    """Counts rows, and adds up their SHA-256."""

    rows: int = 0
    total: int = 0

    def add(self, row: bytes) -> None:
        """Count one more."""
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(row).digest())) % _DIGEST_SPACE

    @property
    def text(self) -> str:
        """The sum in hex."""
        return f"{self.total:064x}"


@dataclass
class SetWriter:
    """Stores the files of one set."""

    target: BackupTarget
    recipients: Path
    scratch: Path
    name: str
    files: list[SetFile] = field(default_factory=list)

    def write(self, name: str, blocks: Iterable[bytes], service: str = "", collection: str = "") -> None:
        """Encrypt and store one file."""
        with TemporaryDirectory(dir=self.scratch) as folder:
            file = Path(folder) / name
            sealed = seal(self.recipients, blocks, file)
            self.target.put(file, f"{self.name}/{name}")
        self.files.append(SetFile(name=name, sha256=sealed.sha256, size_bytes=sealed.size_bytes, service=service, collection=collection))

    def finish(self, made: Manifest) -> None:
        """Store the manifest, then the sums, which say that the set is whole."""
        self.write(manifests.NAME, [made.model_dump_json(indent=1).encode()])
        with TemporaryDirectory(dir=self.scratch) as folder:
            sums = Path(folder) / SUMS
            sums.write_text("".join(f"{file.sha256}  {file.name}\n" for file in self.files))
            self.target.put(sums, f"{self.name}/{SUMS}")


def make_set(
    source: Snapshot,
    target: BackupTarget,
    recipients: Path,
    scratch: Path,
    *,
    state: Path | None = None,
    variables: Path | None = None,
    broker: bytes | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Make a full backup and check that what is stored is what was written.

    Raises:
        Refused: what reading, encrypting and storing raise; `backup_damaged` where it was stored otherwise.
    """
    writer = SetWriter(target, recipients, scratch, set_name(source.moment))
    collections = [
        each for content in (False, True) for service in source.databases for each in _collections(source, service, writer, content)
    ]
    if state is not None:
        writer.write(STATE, _tar(state, variables))
    if broker is not None:
        writer.write(BROKER, [broker])
    made = Manifest(
        format=manifests.FORMAT,
        made_at=now(),
        moment=str(source.moment),
        databases=source.databases,
        server_version=source.server_version,
        collections=tuple(collections),
        files=tuple(writer.files),
    )
    writer.finish(made)
    tell(f"{writer.name}: {made.rows} baris dalam {len(made.collections)} koleksi, {len(writer.files)} berkas")
    verify_set(target, writer.name, scratch)
    return made


def sets(target: BackupTarget) -> list[str]:
    """Return the names of the whole sets, the oldest first."""
    return [name.removesuffix(f"/{SUMS}") for name in target.names(SETS) if name.endswith(f"/{SUMS}")]


def newest_before(target: BackupTarget, moment: ClusterTime | None) -> str:
    """Return the newest set that is not after a moment; of all where there is none.

    Raises:
        Refused: `backup_missing`.
    """
    found = [name for name in sets(target) if moment is None or ClusterTime.read(name) <= moment]
    if not found:
        raise Refused("backup_missing")
    return found[-1]


def verify_set(target: BackupTarget, name: str, scratch: Path) -> None:
    """Fetch every file of a set and compare it with the sums; no private key is needed.

    Raises:
        Refused: `backup_missing`, `backup_damaged`.
    """
    for file, wanted in read_sums(target, name, scratch).items():
        with fetched(target, f"{name}/{file}", scratch) as path:
            if sha256_of(path) != wanted:
                raise Refused("backup_damaged", f"{name}/{file}")


def read_sums(target: BackupTarget, name: str, scratch: Path) -> Mapping[str, str]:
    """Return the SHA-256 of each file of a set.

    Raises:
        Refused: `backup_missing`, `backup_damaged`.
    """
    with fetched(target, f"{name}/{SUMS}", scratch) as path:
        lines = [line.split("  ") for line in path.read_text(errors="replace").splitlines()]
    if any(len(line) != 2 for line in lines):  # noqa: PLR2004 - a hash and a name
        raise Refused("backup_damaged", f"{name}/{SUMS}")
    return {file: digest for digest, file in lines}


def open_set(target: BackupTarget, name: str, identity: Path, scratch: Path) -> Manifest:
    """Return the manifest of a set, whose own hash is held against the sums.

    Raises:
        Refused: `backup_missing`, `backup_damaged`, `backup_too_old`, `backup_too_new`, `identity_wrong`.
    """
    sums = read_sums(target, name, scratch)
    with fetched(target, f"{name}/{manifests.NAME}", scratch) as path:
        if sha256_of(path) != sums.get(manifests.NAME):
            raise Refused("backup_damaged", f"{name}/{manifests.NAME}")
        found = manifests.read_manifest(unseal(identity, path))
    if {file.name: file.sha256 for file in found.files} != {name: digest for name, digest in sums.items() if name != manifests.NAME}:
        raise Refused("backup_damaged", f"{name}/{SUMS}")
    return found


def read_file(target: BackupTarget, name: str, file: SetFile, identity: Path, scratch: Path) -> bytes:
    """Return the content of one small file of a set.

    Raises:
        Refused: `backup_missing`, `backup_damaged`, `identity_wrong`.
    """
    with fetched(target, f"{name}/{file.name}", scratch) as path:
        if sha256_of(path) != file.sha256:
            raise Refused("backup_damaged", f"{name}/{file.name}")
        return unseal(identity, path)


class fetched:  # noqa: N801 - read as `with fetched(...)`
    """A file of the target on this machine, for as long as the block runs."""

    def __init__(self, target: BackupTarget, name: str, scratch: Path) -> None:
        self._folder = TemporaryDirectory(dir=scratch)
        self._target, self._name = target, name

    def __enter__(self) -> Path:
        file = Path(self._folder.name) / Path(self._name).name
        try:
            self._target.fetch(self._name, file)
        except BaseException:
            self._folder.cleanup()
            raise
        return file

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def _collections(source: Snapshot, service: str, writer: SetWriter, content: bool) -> Iterator[SetCollection]:  # noqa: FBT001
    for collection, options, indexes in source.collections(service):
        if is_content(collection) is not content:
            continue
        digest = RowDigest()
        for number, part in enumerate(_parts(source.rows(service, collection), digest), start=1):
            writer.write(f"{service}.{collection}.{number:04d}.bson.age", part, service, collection)
        yield SetCollection(service=service, name=collection, options=options, indexes=tuple(indexes), rows=digest.rows, digest=digest.text)


def _parts(rows: Iterator[bytes], digest: RowDigest) -> Iterator[Iterator[bytes]]:
    """Yield the rows in parts of `PART_BYTES`; each is to be read before the next is asked for. None where there are no rows."""
    ahead = next(rows, None)
    while ahead is not None:

        def part() -> Iterator[bytes]:
            nonlocal ahead
            size_bytes = 0
            while ahead is not None and size_bytes < PART_BYTES:
                digest.add(ahead)
                size_bytes += len(ahead)
                yield ahead
                ahead = next(rows, None)

        yield part()


def _tar(folder: Path, variables: Path | None) -> Iterator[bytes]:
    """Yield a tar of a folder with owners and rights. The state is some hundred kilobytes: it is held whole.

    `variables`: the file of compose's variables, which goes with it as it is now; what an earlier restore left of them does not.
    """
    buffer = io.BytesIO()
    inside = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    if variables is not None and variables.is_file():
        inside[VARIABLES] = variables
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, path in inside.items():
            try:
                archive.add(path, arcname=name, recursive=False)
            except OSError as error:
                raise Refused("state_unreadable", name) from error
    yield buffer.getvalue()
