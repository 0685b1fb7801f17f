"""Stop what killed runs left behind, so that their folder can be removed: `python -m deploy.local.clean`."""

import sys

from deploy.local.processes import stop_left_over
from deploy.local.running import RunningHereError, alone_in, refuse_tests
from deploy.local.settings import read_settings


def main() -> int:
    """Stop every process of ours whose pid file is still there; services before the servers they use. 1: a run is under way."""
    settings = read_settings("clean")
    if settings is None:
        return 2
    folder = settings.local_state
    if not folder.exists():
        return 0
    try:
        with alone_in(folder):
            refuse_tests(folder)
            files = [file for file in folder.rglob("*.pid") if file.is_file()]
            for file in sorted(files, key=lambda file: ("broker" in file.parts or "database" in file.parts, -file.stat().st_mtime)):
                stop_left_over(file)
    except RunningHereError as error:
        print(f"clean: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
