"""Stop what killed runs left behind, so that their folder can be removed: `python -m deploy.local.clean`."""

from deploy.local.processes import stop_left_over
from deploy.local.settings import LocalSettings


def main() -> None:
    """Stop every process of ours whose pid file is still there; services before the servers they use."""
    files = [file for file in LocalSettings().local_state.rglob("*.pid") if file.is_file()]
    for file in sorted(files, key=lambda file: ("broker" in file.parts or "database" in file.parts, -file.stat().st_mtime)):
        stop_left_over(file)


if __name__ == "__main__":
    main()
