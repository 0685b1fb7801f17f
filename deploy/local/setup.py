"""Put on this machine what a local run or the tests need and what is missing: `python -m deploy.local.setup run|test`.

Programs come from the distribution's packages, as root or by `sudo` without a password. No system service is started: we run private
servers. Where nothing can be installed, the message says what to do by hand.
"""

import compileall
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright._impl._driver import compute_driver_executable

from deploy.local import libraries
from deploy.local.parts import ROOT
from deploy.local.programs import MissingServerError, find_alertmanager, find_caddy, find_mongod, find_prometheus, find_rabbitmq, find_sshd
from deploy.local.settings import LocalSettings, read_settings

POLICY: Final = Path("/usr/sbin/policy-rc.d")  # Debian's maintainer scripts ask it whether they may start a service
FORBIDDEN: Final = "#!/bin/sh\nexit 101\n"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BECOME_SERVICES: Final = {
    "rabbitmq-server": "rabbitmq-server",
    "caddy": "caddy",
    "openssh-server": "ssh",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
}
"""By package."""
CANNOT: Final = 1


@dataclass(frozen=True)
class Need:
    """A program that must be there, and the Debian package that brings it."""

    what: str
    package: str
    present: bool
    optional: bool = False
    """Without it the rest works."""


def needs(purpose: str, settings: LocalSettings) -> list[Need]:
    """Return what a purpose (`run` or `test`) needs on this machine."""
    found = []
    if not settings.amqp_url:
        found.append(Need("RabbitMQ", "rabbitmq-server", _has_rabbitmq(settings)))
    if not settings.mongo_url:
        found.append(Need("the library libcurl, for mongod", "libcurl4", _mongod_runs()))
    found.append(Need("Caddy, the front door", "caddy", find_caddy() is not None, optional=purpose == "run"))
    found.append(Need("age, which encrypts backups", "age", shutil.which("age") is not None, optional=purpose == "run"))
    found.append(Need("Prometheus, for alarms", "prometheus", find_prometheus() is not None, optional=purpose == "run"))
    found.append(Need("its Alertmanager", "prometheus-alertmanager", find_alertmanager() is not None, optional=purpose == "run"))
    if purpose == "test":
        found.append(Need("sftp, which carries backups", "openssh-client", shutil.which("sftp") is not None))
        found.append(Need("an SSH server, to try that", "openssh-server", find_sshd() is not None))
        found.append(Need("pdftoppm and pdfsig", "poppler-utils", shutil.which("pdfsig") is not None))
        found.append(Need("faketime, for another day's clock", "faketime", shutil.which("faketime") is not None))
        found.append(Need("the library libatomic, for playwright", "libatomic1", _playwright_runs()))
        found.append(Need("Chromium", "chromium", any(shutil.which(name) for name in BROWSERS) or _playwright_has_chromium()))
    return found


def ensure(purpose: str, settings: LocalSettings) -> None:
    """Install what is missing.

    Raises:
        MissingServerError: something can't be installed here; says what to do.
    """
    missing = [need for need in needs(purpose, settings) if not need.present]
    if not missing:
        return
    if any(need.package == "chromium" for need in missing) and _is_ubuntu():
        # Ubuntu's chromium package only points to a snap, which has no place in a container.
        missing = [need for need in missing if need.package != "chromium"]
        _run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"])
    for packages in ([need.package for need in missing if not need.optional], [need.package for need in missing if need.optional]):
        if packages:
            print(f"setup: installing {', '.join(packages)}", flush=True)
            install(packages)
    still = [need for need in needs(purpose, settings) if not need.present and not need.optional]
    if still:
        raise MissingServerError(_advice(still))


def install(packages: Sequence[str]) -> None:
    """Install distribution packages without starting their services. Quietly does nothing where that is not possible."""
    root = _root_prefix()
    if root is None or shutil.which("apt-get") is None:
        return
    environment = [*root, "env", "DEBIAN_FRONTEND=noninteractive"]
    _run([*environment, "apt-get", "update", "-q"])
    with _services_stay_down(root):
        _run([*environment, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages])
    if Path("/run/systemd/system").is_dir():
        for package in BECOME_SERVICES.keys() & set(packages):
            _run([*root, "systemctl", "disable", "--quiet", BECOME_SERVICES[package]])  # nor at the next boot


def main(words: Sequence[str]) -> int:
    """Run the command; return the exit code."""
    if len(words) != 1 or words[0] not in {"run", "test"}:
        print("usage: python -m deploy.local.setup run|test", file=sys.stderr)
        return 2
    settings = read_settings("setup")
    if settings is None:
        return 2
    try:
        ensure(words[0], settings)
    except MissingServerError as error:
        print(f"setup: {error}", file=sys.stderr)
        return CANNOT
    compile_ours()
    return 0 if bring_libraries() else CANNOT


def compile_ours() -> None:
    """Compile our modules, which many processes load at once: without this each of them compiles all before the first has written one."""
    for folder in ("services", "shared", "deploy"):
        compileall.compile_dir(ROOT / folder, quiet=1)


def bring_libraries() -> bool:
    """Install the libraries of the pages; return whether no page of ours asks for an icon that they do not have.

    Where they can't be installed everything else still works, so it is said and no more.
    """
    try:
        if libraries.bring():
            print("setup: libraries of the pages", flush=True)
    except libraries.NotInstalledError as error:
        print(f"setup: /docs and /desk stay empty, the libraries of the pages can't be installed from npm:\n{error}", file=sys.stderr)
        return True
    return subprocess.run([sys.executable, "-m", "shared.web.desk"], cwd=ROOT, check=False).returncode == 0  # it says which


def _has_rabbitmq(settings: LocalSettings) -> bool:
    try:
        find_rabbitmq(settings.rabbitmq_server)
    except MissingServerError:
        return False
    return True


def _mongod_runs() -> bool:
    try:
        return subprocess.run([find_mongod(), "--version"], capture_output=True, check=False).returncode == 0
    except MissingServerError:
        return False


def _playwright_runs() -> bool:
    driver, _ = compute_driver_executable()
    return subprocess.run([driver, "--version"], capture_output=True, check=False).returncode == 0


def _playwright_has_chromium() -> bool:
    return any((Path.home() / ".cache" / "ms-playwright").glob("chromium*"))


def _is_ubuntu() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "\nID=ubuntu" in f"\n{release.read_text()}"


def _root_prefix() -> list[str] | None:
    """What to put before a command so that root runs it; None where we can't."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo]
    return None


@contextmanager
def _services_stay_down(root: Sequence[str]) -> Iterator[None]:
    if POLICY.exists():  # the machine has a policy of its own, as every container image does
        yield
        return
    subprocess.run([*root, "tee", POLICY], input=FORBIDDEN.encode(), stdout=subprocess.DEVNULL, check=True)
    subprocess.run([*root, "chmod", "755", POLICY], check=True)
    try:
        yield
    finally:
        subprocess.run([*root, "rm", "-f", POLICY], check=True)


def _run(command: Sequence[str]) -> None:
    """Run a command; show what it said where it failed. Whether it helped is seen by looking for the program afterwards."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        print(f"setup: {' '.join(command)} failed:\n{(done.stderr or done.stdout)[-2000:]}", file=sys.stderr)


def _advice(missing: Sequence[Need]) -> str:
    lines = [f"not on this machine and not to be installed from here: {', '.join(need.what for need in missing)}."]
    lines.append(f"Install by hand:\n  sudo apt-get install {' '.join(need.package for need in missing)}")
    if any(need.package == "rabbitmq-server" for need in missing):
        try:
            find_rabbitmq()
        except MissingServerError as error:
            lines.append(str(error))
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
