"""docs/adapters.md against the running system: its commands, in order, as a builder types them; its tables against the API document."""

import asyncio
import hashlib
import json
import re
import subprocess
from base64 import b64decode
from pathlib import Path

import httpx
import pytest

from deploy.local import journeys
from deploy.local.parts import ROOT
from deploy.local.stack import Stack
from deploy.local.travel import Places
from services.intake.domain.requests import RequestState
from services.intake.settings import Settings
from shared.reference.catalogue import catalogue
from tests.support.pdf import text_of
from tests.support.persons import Persons

PAGE = (ROOT / "docs" / "adapters.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
KEY, PERSON, FORM, UPLOAD, FILE, WAIT, LIST, FETCH, RETURN, MEND, REFUSE = range(11)
SHOWN = ("FIELDS", "RECEIPT", "STATE", "READY", "REASON", "MENDED", "REFUSED")
SHOW = "".join(f"""printf '\\nsaid {name} %s\\n' "$(printf %s "${{{name}-}}" | tr -d '\\n')"\n""" for name in SHOWN)
API = json.loads((ROOT / "docs" / "api" / "intake.json").read_text(encoding="utf-8"))
ROUTES = (
    "/v1/files",
    "/v1/services",
    "/v1/services/{code}",
    "/v1/requests",
    "/v1/requests/{receipt}",
    "/v1/requests/{receipt}/documents/{number}",
)
LONGEST_SECONDS = 200  # the page waits a minute for a request at most, and waits for three


@pytest.fixture
def folder(stack: Stack, tmp_path: Path) -> Path:
    """What the page calls the same folder: the project with its running system in `.local`."""
    (tmp_path / ".local").symlink_to(stack.state)
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    return tmp_path


async def typed(folder: Path) -> list[dict[str, str]]:
    """Type every command of the page, one after the other; what the variables are after each."""
    script = "set -euo pipefail\n" + "".join(command + SHOW for command in COMMANDS)
    done = await asyncio.to_thread(
        subprocess.run, ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=LONGEST_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = [line.removeprefix("said ").partition(" ")[::2] for line in done.stdout.splitlines() if line.startswith("said ")]
    return [dict(said[begin : begin + len(SHOWN)]) for begin in range(0, len(said), len(SHOWN))]


async def test_every_command_of_the_page_does_what_the_page_says(stack: Stack, folder: Path) -> None:
    after = await typed(folder)
    assert len(after) == len(COMMANDS) == REFUSE + 1
    assert after[FORM]["FIELDS"].split() == [field.name for field in catalogue().get("kk_hilang").form.fields]
    receipt = after[FILE]["RECEIPT"]
    assert re.fullmatch(r"MDN-\w{4}-\w{4}", receipt)
    assert [after[step]["STATE"] for step in (WAIT, FETCH, RETURN, MEND)] == ["ready", "delivered", "returned", "ready"]
    assert after[LIST]["READY"] == receipt
    assert "nik_not_in_kk" in after[RETURN]["REASON"]
    assert "answers.nik" in after[RETURN]["REASON"]
    assert after[MEND]["MENDED"] == after[RETURN]["MENDED"] != receipt
    assert "nik_not_16_digits" in after[REFUSE]["REFUSED"]
    pdf = (folder / "document.pdf").read_bytes()
    person = stack.people()["kk_hilang"][-1]
    assert person["kk_number"] in text_of(pdf)
    digest = re.search(r"(?im)^repr-digest: sha-256=:(.*?):", (folder / "headers.txt").read_text())
    assert digest is not None
    assert b64decode(digest.group(1)) == hashlib.sha256(pdf).digest()


async def test_a_counter_sees_nothing_of_what_a_citizen_asks_for_in_a_chat(stack: Stack, places: Places, persons: Persons) -> None:
    (receipt,) = (await journeys.whatsapp(places, persons("kk_hilang"))).receipts
    counter, officer = ({"Authorization": f"Bearer {stack.keys.clients[name]}"} for name in ("loket", "petugas-01"))
    async with httpx.AsyncClient(base_url=stack.part("intake").url, timeout=60) as client:
        for path in (f"/v1/requests/{receipt}", f"/v1/requests/{receipt}/documents/1"):
            answer = await client.get(path, headers=counter)
            assert (answer.status_code, answer.json()["code"]) == (404, "request_not_found")
        assert (await client.get("/v1/requests", params={"q": receipt}, headers=counter)).json()["requests"] == []
        assert (await client.get(f"/v1/requests/{receipt}", headers=officer)).json()["state"] == "delivered"


def test_the_table_of_states_has_every_state() -> None:
    table = PAGE.partition("| state | meaning")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert named == {state.value for state in RequestState}


OF_A_PERSON = {"session_invalid", "session_over"}  # people sign in where an adapter has a key


def test_the_table_of_refusals_has_every_code_that_an_adapter_may_get_and_no_other() -> None:
    table = PAGE.partition("| status | `code`")[2].partition("\n\n")[0]
    named = {code for row in table.splitlines()[2:] for code in re.findall(r"`(\w+)`", row.split("|")[2])}
    documented = {
        code
        for path in ROUTES
        for operation in API["paths"][path].values()
        for answer in operation["responses"].values()
        for code in answer.get("x-codes", ())
    }
    assert named == documented - OF_A_PERSON


def test_the_codes_of_fields_are_those_of_the_api() -> None:
    text = PAGE.partition("In `errors` of `request_refused`:")[2].partition("and the codes of numbers")[0]
    fields = API["paths"]["/v1/requests/{receipt}"]["put"]["responses"]["422"]["x-field-codes"]
    assert set(re.findall(r"`([\w<>]+)`", text)) == set(fields)


@pytest.mark.parametrize(
    ("setting", "said"),
    [("FILE_MAX_BYTES", 10 * 2**20), ("MAX_BODY_BYTES", 3 * 2**20), ("MAX_REQUESTS_AT_ONCE", 256), ("UNUSED_FILE_DAYS", 7)],
)
def test_the_limits_are_those_of_the_settings(setting: str, said: int) -> None:
    assert f"`{setting}`" in PAGE
    assert Settings.model_fields[setting.lower()].default == said
