"""Who may call the services of a compose installation.

`python -m deploy.compose.clients FOLDER add NAME SCOPE...` makes a key, prints it once and enters its digest at each service where one of
the scopes opens something; `remove NAME` takes it out again; `list` prints names and scopes. Names that `prepare` did not make stay when
it runs again, whoever entered them.
"""

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from secrets import token_urlsafe
from stat import S_IMODE
from typing import Any, Final

from pydantic import ValidationError

from deploy.keys import GUARDED, KEY_BYTES, write_secret
from shared.settings import ApiClient

Rows = Sequence[dict[str, Any]]

USAGE: Final = "cara pakai: python -m deploy.compose.clients FOLDER add NAMA CAKUPAN... | remove NAMA | list\n"
FAILED: Final = 1
WRONG_WORDS: Final = 2  # as argparse


def keep(file: Path, ours: Rows) -> None:
    """Write the clients that are ours, as they are today, beside those that were added."""
    names = {row["name"] for row in ours}
    added = [row for row in read(file) if row["name"] not in names]
    write_secret(file, json.dumps([*ours, *added]))


def read(file: Path) -> Rows:
    """Return the clients of a service; none where there is no file.

    Raises:
        ValueError: the file is not what `API_KEYS` takes.
    """
    rows: Rows = json.loads(file.read_text()) if file.exists() else []
    for row in rows:
        ApiClient.model_validate(row)
    return rows


def main(words: list[str]) -> int:
    """Run one command."""
    match words:
        case [folder, "add", name, *scopes] if scopes:
            return _add(Path(folder), name, frozenset(scopes))
        case [folder, "remove", name]:
            return _remove(Path(folder), name)
        case [folder, "list"]:
            for service in GUARDED:
                for row in read(Path(folder) / service / "api_keys"):
                    sys.stdout.write(f"{service:<14} {row['name']:<24} {' '.join(row['scopes'])}\n")
            return 0
        case _:
            sys.stderr.write(USAGE)
            return WRONG_WORDS


def _add(folder: Path, name: str, scopes: frozenset[str]) -> int:
    known = frozenset[str]().union(*GUARDED.values())
    if scopes - known:
        sys.stderr.write(f"tidak ada cakupan {' '.join(sorted(scopes - known))}. Yang ada: {' '.join(sorted(known))}\n")
        return FAILED
    key = token_urlsafe(KEY_BYTES)
    digest = hashlib.sha256(key.encode()).hexdigest()
    try:
        ApiClient(name=name, sha256=digest, scopes=scopes)
    except ValidationError:
        sys.stderr.write(f"{name!r} bukan nama: huruf kecil, angka, '.', '-', dan '_' saja, paling banyak 64\n")
        return FAILED
    if any(row["name"] == name for service in GUARDED for row in read(folder / service / "api_keys")):
        sys.stderr.write(f"{name} sudah ada; hapus dulu (remove) untuk memberinya kunci baru\n")
        return FAILED
    for service, opened in GUARDED.items():
        if scopes & opened:
            file = folder / service / "api_keys"
            _replace(file, [*read(file), {"name": name, "sha256": digest, "scopes": sorted(scopes & opened)}])
    sys.stdout.write(f"{key}\n")
    sys.stderr.write(f"Ini kunci {name}, yang tidak disimpan di mana pun. Jalankan ulang layanan (dc restart), supaya dikenal.\n")
    return 0


def _remove(folder: Path, name: str) -> int:
    found = False
    for service in GUARDED:
        file = folder / service / "api_keys"
        rows = read(file)
        left = [row for row in rows if row["name"] != name]
        if len(left) < len(rows):
            found = True
            _replace(file, left)
    sys.stderr.write("Jalankan ulang layanan (dc restart), supaya kuncinya tidak berlaku lagi.\n" if found else f"tidak ada {name}\n")
    return 0 if found else FAILED


def _replace(file: Path, rows: Rows) -> None:
    """Write it anew; its owner stays as `prepare` gave it, or the service could not read it when it starts again."""
    before = file.stat() if file.exists() else None
    write_secret(file, json.dumps(rows))
    if before is not None:
        os.chown(file, before.st_uid, before.st_gid)
        file.chmod(S_IMODE(before.st_mode))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
