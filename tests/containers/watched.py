"""`python -m tests.containers.watched`: a demo with its alarms and traces in containers, as an operator looks at it; judge.

The first admin is invited by command and signs in at the front door. Nothing but what a demo is told of may ring, a service that is stopped
must, and must end when it is started. Then a citizen asks in a chat, and the operator follows the receipt in logs and in its trace. Prints
what was seen; exits with 1 where something is missing. `--pictures` leaves the page as it was. `make watched` calls it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright, expect

from deploy.keys import COURT
from deploy.local import journeys
from deploy.local.ports import free_ports
from deploy.local.travel import Places
from deploy.waiting import wait_until
from tests.chaos.people import People
from tests.containers.drill import TRACED
from tests.containers.project import Project, project
from tests.support.browser import CHROMIUM, DESK, FLAGS, NARROW
from tests.support.eventually import eventually
from tests.support.signing_in import set_up

ALARM_SECONDS: Final = 300.0  # two minutes of silence, looks and judgements of 15 s
TARGETS_SECONDS: Final = 180.0
CALM_SECONDS: Final = 90.0  # in which nothing may ring
LOGIN, PASSWORD = "sri.lestari", "kucing-belang-tiga-di-pasar"
STOPPED: Final = "notifier"
EXPECTED: Final = {"DocumentsAreSamples"}
"""What a demo is told of: its signer is nobody's."""
PORTS: Final = ("INTAKE_PORT", "VERIFICATION_PORT", "ISSUANCE_PORT", "NOTIFIER_PORT", "TRACES_PORT")
SERVICES: Final = ("intake", "verification", "issuance", "notifier")
# No network but this machine's, as in `FLAGS`; the front door is known by its name alone, and by an authority of its own.
BROWSER: Final = (*(flag for flag in FLAGS if "resolver" not in flag), "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost")


def main(words: Sequence[str]) -> int:
    """Play; 0 when all was seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.containers.watched")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="leave the page as it was there")
    pictures = parser.parse_args(words).pictures
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    check = {"CHECK_BASE_URL": f"http://127.0.0.1:{ports['ISSUANCE_PORT']}"}
    with project("adminduk-watched", ["ports.yaml"], COMPOSE_PROFILES="demo,watch,traces", **TRACED, **ports, **check) as made:
        began = time.monotonic()
        made.up()
        print(f"up after {time.monotonic() - began:.0f} s", flush=True)
        wrong = [*asyncio.run(_watched(made, pictures)), *_followed(made, ports)]
    print(f"wrong: {', '.join(wrong) or 'nothing'}")
    return 1 if wrong else 0


async def _watched(made: Project, pictures: Path | None) -> list[str]:
    """Look at the page: nothing, an alarm, nothing again; return what is wrong."""
    wait_until(lambda: not _silent(made), TARGETS_SECONDS, "all that Prometheus asks answer")
    jobs = Counter(each["labels"]["job"] for each in _asked(made, "targets")["activeTargets"])
    print(f"targets up: {jobs.total()}: {dict(jobs)}", flush=True)
    Event().wait(CALM_SECONDS)
    rings = _ringing(made)
    print(f"rings while all is well: {sorted(rings) or 'nothing'}", flush=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(BROWSER))
        page = await _signed_in(made, browser)
        await _picture(page, pictures, "tenang")
        began = time.monotonic()
        made.compose("stop", "-t", "5", STOPPED)
        wait_until(lambda: bool(_ringing(made).keys() - rings.keys()), ALARM_SECONDS, "an alarm rings")
        took, alarm = time.monotonic() - began, next(iter(sorted(_ringing(made).keys() - rings.keys())))
        said = _ringing(made)[alarm]["summary"]
        await _until_page(page, said, there=True)
        print(f"{STOPPED} stopped: {alarm} ({said}) after {took:.0f} s, on the page", flush=True)
        await _picture(page, pictures, "alarm")
        began = time.monotonic()
        made.compose("start", STOPPED)
        wait_until(lambda: alarm not in _ringing(made), ALARM_SECONDS, "the alarm ends")
        await _until_page(page, said, there=False)
        print(f"{STOPPED} started: the alarm is over after {time.monotonic() - began:.0f} s", flush=True)
        await browser.close()
    return [f"{name} rings" for name in sorted(rings.keys() - EXPECTED)]


async def _signed_in(made: Project, browser: Browser) -> Page:
    """Have the first admin set up the account and open the page."""
    words = ("run", "--rm", "--no-deps", "-T", "verification", "services.verification", "staff", "invite-admin", LOGIN)
    code = made.compose(*words).partition("kode=")[2].split()[0]
    context = await browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, ignore_https_errors=True, locale="id-ID")
    page = await context.new_page()
    await page.goto(f"{made.address}/desk/undangan?kode={code}")
    await set_up(page, PASSWORD)
    await expect(page.get_by_role("link", name="Pantauan").first).to_be_visible()  # signed in, before the desk
    await page.goto(f"{made.address}/desk/pantauan")
    await expect(page.get_by_role("heading", name="Pantauan", level=1)).to_be_visible()
    return page


async def _until_page(page: Page, said: str, *, there: bool) -> None:
    """Open the page again until it says so: it asks every few seconds."""

    async def shown() -> bool:
        await page.reload()
        return (await page.get_by_role("heading", name=said).count() > 0) is there

    await eventually(shown)


async def _picture(page: Page, folder: Path | None, name: str) -> None:
    if folder is None:
        return
    await page.reload()
    for size in (NARROW, DESK):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await page.screenshot(path=folder / f"pantauan-docker-{name}-{size[0]}.png", full_page=True)


def _followed(made: Project, ports: Mapping[str, str]) -> list[str]:
    """Have a citizen ask in a chat, and follow the receipt; return what is wrong."""
    keys = json.loads(made.secret("keys/keys.json"))["clients"]
    there = {name: f"http://127.0.0.1:{ports[f'{name.upper()}_PORT']}" for name in ("intake", "verification", "issuance")}
    simulators = {name: f"http://127.0.0.1:{made.ports[f'{name.upper()}_PORT']}" for name in ("whatsapp", "court")}
    places = Places(**there, **simulators, api_key=keys["petugas-01"])
    person = next(People(made.state / "demo" / "register.csv", COURT, 1, 1).one_of_each_family())
    result = asyncio.run(journeys.whatsapp(places, asdict(person)))
    wait_until(lambda: "diterima di pihak penerima" in _follow(made, result.receipts[0]), 60, "the receipt can be followed to its end")
    said = _follow(made, result.receipts[0])
    print(said)
    missing = [service for service in SERVICES if f" {service} " not in said]
    return [*(f"{service} is in no line" for service in missing), *([] if " bagian" in said else ["there is no trace"])]


def _follow(made: Project, receipt: str) -> str:
    """As docs/operations/mengikuti.md says it."""
    logs = made.compose("logs", "--no-log-prefix", "--since", "1h", *SERVICES)
    return made.compose("run", "--rm", "-T", "admin", "follow", receipt, "-", stdin=logs, check=False)


def _asked(made: Project, what: str) -> Any:
    """Ask Prometheus, which has no port."""
    words = ("exec", "-T", "prometheus", "wget", "-q", "-O", "-", f"http://127.0.0.1:9090/api/v1/{what}")
    return json.loads(made.compose(*words))["data"]


def _silent(made: Project) -> list[str]:
    """Return whom Prometheus asks in vain; somebody too where it knows nobody yet."""
    targets = _asked(made, "targets")["activeTargets"]
    jobs = {each["labels"]["job"] for each in targets}
    return [*(each["labels"]["job"] for each in targets if each["health"] != "up"), *({*SERVICES, "checks", "rabbitmq"} - jobs)]


def _ringing(made: Project) -> dict[str, dict[str, str]]:
    """Return what the alarms that ring say, by name."""
    found = _asked(made, "alerts")["alerts"]
    return {each["labels"]["alertname"]: each["annotations"] for each in found if each["state"] == "firing"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
