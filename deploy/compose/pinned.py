"""`python3 -m deploy.compose.pinned`: fetch anew what others make (MongoDB, RabbitMQ, Caddy and the like), and name it by digest in `.env`.

A tag such as mongo:7.0 gets repairs of its version. Whoever starts after this takes what was fetched now, and nothing that comes under the
same tag later; nothing is restarted here. Runs on the host, by nothing but Python's own library and `docker compose`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from deploy.compose.upgrade import FAILED, HERE, Installation, Refused, Tell
from deploy.compose.variables import keep, value_of

_NAMED: Final = re.compile(r"image: \$\{([A-Z]+_IMAGE):-([^}]+)\}")
_OURS: Final = "DEMO_IMAGE"  # built here


def pin(here: Installation, tell: Tell) -> bool:
    """Fetch each that is used, and keep its digest; return whether all of them could be had. What could not stays as it was.

    Raises:
        Refused: `docker_silent`, `compose_refused`.
    """
    if here.docker("version").returncode:
        raise Refused("docker_silent")
    described = here.compose("config", "--format", "json")
    if described.returncode:
        raise Refused("compose_refused", described.stderr.strip()[-400:])
    used = {service.get("image", "") for service in json.loads(described.stdout)["services"].values()}
    file, missed = Path(here.variables), 0
    for variable, default in _others(here):
        before = value_of(file, variable) or default
        if before not in used:
            continue
        now = _fetched(here, before)
        if now:
            keep(file, variable, now)
            tell(f"{variable}={now}" + ("" if now == before else f" (sebelumnya {before})"))
        else:
            missed += 1
            tell(f"{variable}: {before} tidak dapat diambil, dan tetap dipakai. Periksa jaringan dan namanya (dengan versi).")
    return not missed


def _others(here: Installation) -> Iterator[tuple[str, str]]:
    """Yield the variable of each image that is not ours, and what it is where nobody names another."""
    text = "".join(Path(file).read_text(encoding="utf-8") for file in here.files)
    yield from ((name, default) for name, default in dict(_NAMED.findall(text)).items() if name != _OURS)


def _fetched(here: Installation, image: str) -> str:
    """Return the image by its tag and digest of now; empty where it can't be had, or names no version."""
    tag = image.partition("@")[0]
    if ":" not in tag.rpartition("/")[2] or here.docker("pull", "--quiet", tag).returncode:
        return ""
    told = here.docker("image", "inspect", "--format", "{{json .RepoDigests}}", tag)
    digests: list[str] = json.loads(told.stdout) if not told.returncode else []
    name = tag.rpartition(":")[0]
    found = sorted(digests, key=lambda digest: digest.partition("@")[0] != name)
    return f"{tag}@{found[0].partition('@')[2]}" if found else ""


def main(words: Sequence[str]) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python3 -m deploy.compose.pinned", description=__doc__)
    parser.add_argument("--file", action="append", default=[], help="as -f of compose, each; default compose.yaml beside this")
    parser.add_argument("--variables", default=str(HERE / ".env"), help="the file of compose's variables")
    options = parser.parse_args(words)
    try:
        done = pin(Installation(tuple(options.file) or (str(HERE / "compose.yaml"),), options.variables), print)
    except Refused as error:
        sys.stderr.write(f"pinned: {error}\n")
        return FAILED
    return 0 if done else FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
