"""Where backups lie: a folder (a disk, a share), a server reached by SFTP, or a bucket of an S3 service.

A name is a path with `/`. A file is there whole or not at all.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from deploy.admin.refusal import Refused
from deploy.admin.s3 import S3Target
from deploy.admin.settings import BackupSettings
from deploy.admin.sftp import SftpTarget


class BackupTarget(Protocol):
    """A place for files."""

    def put(self, file: Path, name: str) -> None:
        """Store a copy of a file under a name.

        Raises:
            Refused: `target_refused`, `target_unreachable`.
        """

    def fetch(self, name: str, file: Path) -> None:
        """Write what is stored under a name into a file.

        Raises:
            Refused: `backup_missing`, `target_refused`, `target_unreachable`.
        """

    def names(self, folder: str) -> list[str]:
        """Return the names that lie in a folder, however deep, in order.

        Raises:
            Refused: `target_refused`, `target_unreachable`.
        """

    def remove(self, name: str) -> None:
        """Remove what is stored under a name, where it is there.

        Raises:
            Refused: `target_refused`, `target_unreachable`.
        """


class FolderTarget:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, file: Path, name: str) -> None:
        path = self._folder / name
        draft = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, draft)
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise Refused("target_refused", error.strerror or type(error).__name__) from error

    def fetch(self, name: str, file: Path) -> None:
        try:
            shutil.copyfile(self._folder / name, file)
        except FileNotFoundError as error:
            raise Refused("backup_missing", name) from error
        except OSError as error:
            raise Refused("target_refused", error.strerror or type(error).__name__) from error

    def names(self, folder: str) -> list[str]:
        found = (path for path in (self._folder / folder).rglob("*") if path.is_file() and not path.name.startswith("."))
        return sorted(path.relative_to(self._folder).as_posix() for path in found)

    def remove(self, name: str) -> None:
        path = self._folder / name
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()


def target_of(settings: BackupSettings) -> BackupTarget:
    """Return the place that the settings name.

    Raises:
        Refused: `target_unknown`, or `setting_missing` of what it needs.
    """
    text = settings.backup_target
    if not text:
        raise Refused("setting_missing", "BACKUP_TARGET")
    parts = urlsplit(text)
    if parts.scheme == "sftp" and parts.hostname and parts.username:
        return SftpTarget(unquote(parts.username), parts.hostname, parts.port or 22, unquote(parts.path), settings)
    if parts.scheme == "s3" and parts.hostname:
        return S3Target(parts.netloc, unquote(parts.path).strip("/"), settings)
    if parts.scheme or not Path(text).is_absolute():
        raise Refused("target_unknown", parts.scheme)
    return FolderTarget(Path(text))
