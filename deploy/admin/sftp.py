"""A server reached by SFTP, through the `sftp` program of OpenSSH: a private key in a file, the host's key known before."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from deploy.admin.refusal import Refused
from deploy.admin.settings import BackupSettings

_CONNECT_SECONDS: Final = 15
_SLOWEST: Final = 50_000  # bytes a second of a line that still carries a backup
_UNREACHABLE: Final = ("Connection refused", "timed out", "Could not resolve", "No route", "unreachable")
_ABSENT: Final = ("No such file", "not found")


class SftpTarget:
    """A folder of another machine. `folder` is absolute, or relative to where the user lands where it begins with `/~/`."""

    def __init__(self, user: str, host: str, port: int, folder: str, settings: BackupSettings) -> None:
        program = shutil.which("sftp")
        if program is None:
            raise Refused("sftp_missing")
        for name in ("sftp_key_file", "sftp_known_hosts_file"):
            if getattr(settings, name) is None:
                raise Refused("setting_missing", name.upper())
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": str(_CONNECT_SECONDS),
            "IdentitiesOnly": "yes",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(settings.sftp_known_hosts_file),
            "ServerAliveInterval": "15",
            "LogLevel": "ERROR",  # else it tells of every connection
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        self._command = [program, "-b", "-", "-i", str(settings.sftp_key_file), "-P", str(port), *words, f"{user}@{host}"]
        self._folder = folder.removeprefix("/~/").rstrip("/") or "."
        self._made: set[str] = set()
        self._answer_seconds = settings.sftp_answer_seconds

    def put(self, file: Path, name: str) -> None:
        path = f"{self._folder}/{name}"
        missing = [each for each in _above(path) if each not in self._made]
        self._run(
            *(f"-mkdir {_quoted(each)}" for each in missing),
            f"put {_quoted(str(file))} {_quoted(path + '.part')}",
            f"-rm {_quoted(path)}",
            f"rename {_quoted(path + '.part')} {_quoted(path)}",
            seconds=self._answer_seconds + file.stat().st_size / _SLOWEST,
        )
        self._made.update(missing)

    def fetch(self, name: str, file: Path) -> None:
        # However long: how much it is nobody has said, and whoever called this looks on.
        self._run(f"get {_quoted(f'{self._folder}/{name}')} {_quoted(str(file))}", about=name, seconds=None)

    def names(self, folder: str) -> list[str]:
        top = f"{self._folder}/{folder}"
        found: list[str] = []
        waiting = [top]
        while waiting:
            each = waiting.pop()
            lines = self._listed(each)
            waiting += [f"{each}/{name}" for name, is_folder in lines if is_folder]
            found += [
                f"{each}/{name}"[len(self._folder) + 1 :] for name, is_folder in lines if not is_folder and not name.endswith(".part")
            ]
        return sorted(found)

    def remove(self, name: str) -> None:
        path = f"{self._folder}/{name}"
        self._run(f"-rm {_quoted(path)}", f"-rmdir {_quoted(path.rpartition('/')[0])}", seconds=self._answer_seconds)

    def _listed(self, folder: str) -> list[tuple[str, bool]]:
        """Return the entries of a folder, and whether each is one itself; nothing of a folder that is not there."""
        try:
            said = self._run(f"ls -ln {_quoted(folder)}", seconds=self._answer_seconds)
        except Refused as error:
            if error.code == "backup_missing":
                return []
            raise
        lines = [line.split(maxsplit=8) for line in said.splitlines() if line[:1] in "d-"]
        return [(words[8].rpartition("/")[2], words[0].startswith("d")) for words in lines]

    def _run(self, *lines: str, seconds: float | None, about: str = "") -> str:
        words = "\n".join(lines) + "\n"
        try:
            done = subprocess.run(self._command, input=words, capture_output=True, text=True, check=False, timeout=seconds)
        except subprocess.TimeoutExpired as error:  # it took the connection, and its disk hangs
            raise Refused("target_unreachable") from error
        if done.returncode == 0:
            return done.stdout
        if any(each in done.stderr for each in _UNREACHABLE):
            raise Refused("target_unreachable")
        if any(each in done.stderr for each in _ABSENT):
            raise Refused("backup_missing", about)
        raise Refused("target_refused", done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "")


def _above(path: str) -> list[str]:
    """Return the folders above a path, the topmost first."""
    parts = path.split("/")[:-1]
    return [each for each in ("/".join(parts[: count + 1]) for count in range(len(parts))) if each not in ("", ".")]


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
