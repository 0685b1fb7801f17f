"""`admin backup`, `admin restore` and `admin drill`, as they are called."""

from __future__ import annotations

import argparse
import io
import os
import sys
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
from pydantic import ValidationError

from deploy.admin import drill as drills
from deploy.admin import sealing
from deploy.admin.broker import restore_broker
from deploy.admin.changes import last_copied
from deploy.admin.keeping import Keeper, back_up
from deploy.admin.marks import Reserve, read_marks, skip_numbers
from deploy.admin.moments import ClusterTime
from deploy.admin.refusal import Refused
from deploy.admin.restoring import Backup, Restored, restore_databases
from deploy.admin.sets import STATE, newest_before, open_set, read_file, sets, verify_set
from deploy.admin.settings import BackupSettings
from deploy.admin.source import connected
from deploy.admin.targets import target_of
from shared.clock import WIB, now
from shared.settings import refused_lines

FAILED: Final = 1
USAGE: Final = 2
OPERATOR: Final = "operator"  # the folder of the state with what these commands need
_FULL_LATE: Final = timedelta(hours=26)  # one a day, and two hours to make it
_COPY_LATE: Final = timedelta(minutes=5)  # the promise; while services run, something changes every few seconds
_LOOK_SECONDS: Final = 2.0  # a service that runs answers at once


def main(words: Sequence[str]) -> int:
    """Run the command line; return the exit code: 0 done, 1 not, 2 wrong usage."""
    options = _parser().parse_args(words)
    try:
        settings = BackupSettings()
    except ValidationError as error:
        sys.stderr.write(refused_lines("admin", error))
        return USAGE
    try:
        return int(options.run(settings, options))
    except Refused as error:
        sys.stderr.write(f"admin: {error.sentence}\n")
        return FAILED


def _tell(text: str) -> None:
    sys.stdout.write(f"{now().astimezone(WIB):%Y-%m-%d %H:%M:%S} {text}\n")
    sys.stdout.flush()


def _key(settings: BackupSettings, options: argparse.Namespace) -> int:
    if options.out.exists():
        raise Refused("key_exists", str(options.out))
    public = sealing.make_key(options.out)
    file = settings.backup_recipients_file
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as recipients:  # who had a key before goes on opening what is made
            recipients.write(f"{public}\n")
    sys.stdout.write(f"{public}\n")
    sys.stderr.write(f"Kunci rahasia ada di {options.out}: simpan di dua tempat di luar server ini, lalu hapus dari sini.\n")
    return 0


def _now(settings: BackupSettings, _options: argparse.Namespace) -> int:
    back_up(settings, _tell)
    return 0


def _keep(settings: BackupSettings, _options: argparse.Namespace) -> int:
    Keeper(settings, _tell).run()
    return 0


def _list(settings: BackupSettings, _options: argparse.Namespace) -> int:
    for name in sets(target_of(settings)):
        sys.stdout.write(f"{name}\n")
    return 0


def _status(settings: BackupSettings, _options: argparse.Namespace) -> int:
    """Say how old the last full backup and the last copy are; 1 where either is older than was promised."""
    target, at = target_of(settings), now()
    reached = last_copied(target)
    if reached is None:
        raise Refused("backup_missing")
    ages = {"full": (at - ClusterTime.read(sets(target)[-1]).at, _FULL_LATE), "copy": (at - reached.at, _COPY_LATE)}
    for what, (age, most) in ages.items():
        sys.stdout.write(f"{what}_age_seconds {age.total_seconds():.0f}{' LATE' if age > most else ''}\n")
    return FAILED if any(age > most for age, most in ages.values()) else 0


def _verify(settings: BackupSettings, options: argparse.Namespace) -> int:
    target = target_of(settings)
    for name in [options.name] if options.name else sets(target):
        verify_set(target, name, settings.backup_scratch)
        sys.stdout.write(f"{name}: utuh\n")
    return 0


def _restore(settings: BackupSettings, options: argparse.Namespace) -> int:
    _require_stopped(settings)
    with _backup(settings, options.key) as backup, connected(settings.mongo_url.get_secret_value(), "MONGO_URL") as client:
        homes = settings.by_service()
        reserve = Reserve(settings.backup_reserve_documents, settings.backup_reserve_register)

        def skip(restored: Restored) -> None:
            skipped = skip_numbers(client, homes, read_marks(backup), reserve, restored.until, now())
            _tell(f"{len(skipped)} deret nomor dilanjutkan melewati yang mungkin sudah diberikan")

        restore_databases(backup, client, homes, name=options.name, until=options.to, tell=_tell, finish=skip)
    sys.stderr.write("Jalankan layanan, lalu: admin resend, admin conservation, admin backup now (rantai salinan yang baru).\n")
    return 0


def _restore_state(settings: BackupSettings, options: argparse.Namespace) -> int:
    folder: Path = options.into
    there = (path for path in folder.rglob("*") if path.is_file() and path.parent != folder / OPERATOR)
    if (found := next(there, None)) is not None:  # what leads to the target, such as its ssh key, must be there before
        raise Refused("state_not_empty", str(found))
    with _backup(settings, options.key) as backup:
        name = options.name or newest_before(backup.target, None)
        file = open_set(backup.target, name, backup.identity, backup.scratch).file(STATE)
        if file is None:
            raise Refused("backup_missing", STATE)
        content = read_file(backup.target, name, file, backup.identity, backup.scratch)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        # Python 3.11.2, Debian's, does not know filters; who does takes this one.
        archive.extraction_filter = getattr(tarfile, "tar_filter", None)
        archive.extractall(folder)  # noqa: S202 - our own, sealed and verified
    _tell(f"{name}: state sudah ada di {folder}")
    return 0


def _restore_broker(settings: BackupSettings, options: argparse.Namespace) -> int:
    with _backup(settings, options.key) as backup:
        back = restore_broker(backup, settings, options.name)
    sys.stdout.write("".join(f"{line}\n" for line in back))
    _tell(f"{len(back)} hal kembali yang belum dimiliki RabbitMQ")
    return 0


def _drill(settings: BackupSettings, options: argparse.Namespace) -> int:
    url = settings.backup_mongo_url.get_secret_value()
    with _backup(settings, options.key) as backup, connected(url, "BACKUP_MONGO_URL") as client:
        found = drills.drill(backup, client, url, name=options.name, until=options.to, tell=_tell)
    sys.stdout.write("".join(f"{line}\n" for line in drills.report(found)))
    return FAILED if found.wrong else 0


@contextmanager
def _backup(settings: BackupSettings, key: str) -> Iterator[Backup]:
    """Give the target and the private key; one that comes by standard input lies in a file of ours for as long as it is used."""
    with TemporaryDirectory(dir=settings.backup_scratch) as folder:
        identity = Path(key)
        if key == "-":
            identity = Path(folder) / "identity"
            identity.touch(mode=0o600)
            identity.write_text(sys.stdin.read())
        if not key or not identity.is_file():
            raise Refused("setting_missing", "--key")
        yield Backup(target_of(settings), identity, settings.backup_scratch)


def _require_stopped(settings: BackupSettings) -> None:
    """Pass where no service answers.

    Raises:
        Refused: `restore_running`.
    """
    for service, url in settings.admin_urls.items():
        try:
            httpx.get(f"{url}/livez", timeout=_LOOK_SECONDS, trust_env=False)
        except httpx.HTTPError:
            continue
        raise Refused("restore_running", service)


def _moment(text: str) -> ClusterTime:
    """Read `2026-11-29T19:53:45Z`; a moment without a zone is the office's."""
    moment = datetime.fromisoformat(text)
    return ClusterTime.until((moment if moment.tzinfo else moment.replace(tzinfo=WIB)).astimezone(UTC))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="admin")
    commands = parser.add_subparsers(required=True)
    backup = commands.add_parser("backup", help="cadangan penuh dan salinan berkelanjutan").add_subparsers(required=True)
    key = backup.add_parser("key", help="buat kunci rahasia, yang tidak boleh tinggal di mesin ini; mencetak kunci umumnya")
    key.add_argument("--out", type=Path, required=True, metavar="FILE")
    key.set_defaults(run=_key)
    for name, run, said in (
        ("now", _now, "buat cadangan penuh"),
        ("keep", _keep, "terus-menerus: cadangan penuh tiap hari, salinan berkelanjutan, dan yang terlalu lama dihapus"),
        ("list", _list, "cadangan penuh yang utuh"),
        ("status", _status, "umur cadangan penuh dan salinan terakhir; keluar dengan 1 bila terlalu lama"),
    ):
        backup.add_parser(name, help=said).set_defaults(run=run)
    verify = backup.add_parser("verify", help="ambil dan bandingkan sidiknya; tanpa kunci rahasia")
    verify.add_argument("name", nargs="?", default="")
    verify.set_defaults(run=_verify)
    restore = commands.add_parser("restore", help="kembalikan cadangan ke sistem yang kosong").add_subparsers(required=True)
    databases = restore.add_parser("databases", help="keempatnya, dengan perubahan sesudahnya; nomor melewati yang mungkin diberikan")
    databases.set_defaults(run=_restore)
    state = restore.add_parser("state", help="folder state, dan .env sebagai compose.env di dalamnya, sebelum apa pun dinyalakan")
    state.add_argument("--into", type=Path, required=True, metavar="FOLDER")
    state.set_defaults(run=_restore_state)
    broker = restore.add_parser("broker", help="konsol dan lainnya yang dibuat di RabbitMQ sewaktu berjalan; yang ada tidak diubah")
    broker.set_defaults(run=_restore_broker)
    trying = commands.add_parser("drill", help="pulihkan ke basis data sementara, periksa, lalu hapus")
    trying.set_defaults(run=_drill)
    for each in (databases, state, broker, trying):
        each.add_argument("--key", default=os.environ.get("BACKUP_KEY", ""), metavar="FILE", help="kunci rahasia; - dari masukan")
        each.add_argument("--name", default="", help="cadangan penuh, seperti disebut `backup list`; bawaan: yang terbaru")
    for each in (databases, trying):
        each.add_argument(
            "--to", type=_moment, default=None, metavar="MOMENT", help="misalnya 2026-11-29T20:15:00+07:00; bawaan: yang terakhir diketahui"
        )
    return parser
