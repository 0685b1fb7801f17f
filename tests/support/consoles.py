"""Staff consoles in tests: a queue and a user by the command of the page, and work for an officer."""

import asyncio
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from deploy.local.chat import PHOTOS
from deploy.local.parts import ROOT
from deploy.local.stack import Stack
from shared.ids import new_id


async def shell(script: str) -> str:
    """Run commands as a person does, in the folder of the project."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euc", script),
        cwd=ROOT,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


def console_command(stack: Stack, name: str, more: str = "") -> str:
    return f"source {stack.state}/env\npython -m shared.messaging.topology console {name} --secrets {stack.state}/keys {more}"


def console_url(printed: str) -> str:
    """The address of a console of which the command has told, with its password."""
    told: dict[str, str] = dict(re.findall(r"^(\w+): +(.*)$", printed, re.MULTILINE))
    return told["address"].replace(f"{told['user']}@", f"{told['user']}:{kept(told['password'])}@")


def kept(where: str) -> str:
    """The password in the file that is told."""
    return Path(where.removeprefix("in ").partition(",")[0]).read_text().strip()


def officer(stack: Stack, name: str) -> httpx.AsyncClient:
    """An officer with an API key, at verification."""
    headers = {"Authorization": f"Bearer {stack.keys.clients[name]}"}
    return httpx.AsyncClient(base_url=stack.part("verification").url, headers=headers, timeout=60, trust_env=False)


async def file_unproven(stack: Stack, person: Mapping[str, str]) -> str:
    """File a request over the kiosk, which vouches for nobody: it is an officer's. Return its receipt."""
    headers = {"Authorization": f"Bearer {stack.keys.clients['kios-01']}"}
    async with httpx.AsyncClient(base_url=stack.part("intake").url, headers=headers, timeout=60) as kiosk:
        answers: dict[str, Any] = {"nik": person["nik"], "kk_number": person["kk_number"]}
        for kind, name in (("surat_kehilangan", "surat-polisi.jpg"), ("ktp", "ktp.jpg")):
            file = await kiosk.post("/v1/files", content=(PHOTOS / name).read_bytes(), headers={"Content-Type": "image/jpeg"})
            answers[kind] = {"kind": kind, "file_id": file.json()["file_id"]}
        body = {"service": "kk_hilang", "answers": answers}
        filed = await kiosk.post("/v1/requests", json=body, headers={"Idempotency-Key": new_id()})
    assert filed.status_code == 201, filed.text
    return str(filed.json()["receipt"])


async def task_of(stack: Stack, receipt: str) -> str:
    """The id of the task of a request; empty: there is none yet."""
    async with officer(stack, "petugas-02") as client:
        found = (await client.post("/v1/tasks/search", json={"text": receipt})).json()["tasks"]
    return str(found[0]["id"]) if found else ""
