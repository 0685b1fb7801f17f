"""docs/consoles.md against the running system: its commands, its program, and who it believes."""

import asyncio
import os
import re
import sys
from typing import Final

import pytest
from pamqp.commands import Basic

from deploy.local.parts import ROOT
from deploy.local.stack import Stack
from shared.ids import new_id
from shared.messaging.broker.channel import connect, endpoint
from tests.support.consoles import console_url, file_unproven, kept, shell
from tests.support.eventually import eventually
from tests.support.persons import Persons

PAGE: Final = (ROOT / "docs" / "consoles.md").read_text(encoding="utf-8")
GOLDEN: Final = ROOT / "tests" / "contract" / "golden"
OPENED: Final = "verification.task_opened.v1"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def commands(stack: Stack) -> str:
    """The page's commands, for this run's folder."""
    [script] = blocks("sh")
    return script.replace(".local/", f"{stack.state}/")


async def test_the_page_from_the_command_to_the_first_announcement(stack: Stack, commands: str) -> None:
    printed = await shell(commands)
    told = dict(re.findall(r"^(\w+): +(.*)$", printed, re.MULTILINE))
    assert told["queue"] == told["user"] == "console.counter2"
    password = kept(told["password"])
    assert password not in printed
    assert f"{told['user']}@" in told["address"]
    url = told["address"].replace("console.counter2@", f"console.counter2:{password}@")
    program, _ = blocks("python")
    console = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program), env={**os.environ, "CONSOLE_URL": url}, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    try:
        assert console.stdout is not None
        for publisher in ("intake", "verification"):  # the first may not say it: one is refused or disbelieved, the other is shown
            await announce(stack.part(publisher).environment["AMQP_URL"], publisher)
        line = await asyncio.wait_for(console.stdout.readline(), 60)
        assert line.decode().split() == [OPENED, "from-verification"]
        await eventually(lambda: depth(stack, "console.counter2"))
    finally:
        console.kill()
        await console.wait()
        await shell(commands.replace("console counter2", "console counter2 --remove"))


async def test_the_console_claims_and_decides_with_the_version_that_it_showed(stack: Stack, persons: Persons, commands: str) -> None:
    url = console_url(await shell(commands))
    _, program = blocks("python")
    environment = {
        "CONSOLE_URL": url,
        "VERIFICATION_URL": stack.part("verification").url,
        "OFFICER_KEY": stack.keys.clients["konsol-01"],
    }
    console = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert console.stdin is not None
    assert console.stdout is not None
    try:
        for words in (b"return name_differs\napprove\n", b"return attachment_wrong answers.ktp\n"):
            receipt = await file_unproven(stack, persons("kk_hilang"))
            console.stdin.write(words)
            lines = [(await asyncio.wait_for(console.stdout.readline(), 60)).decode().split() for _ in range(2 * words.count(b"\n"))]
            assert lines[0][:2] == lines[-2][:2] == ["TASK", receipt]
            assert lines[-1] == ["DONE", receipt, "closed", "now"]
            if b"name_differs" in words:
                assert lines[1][:2] == ["REFUSED", "reason_tells_register"], "who asks is unproven"
    finally:
        console.kill()
        await console.wait()
        await shell(commands.replace("console counter2", "console counter2 --remove"))


async def announce(url: str, publisher: str) -> None:
    body = re.sub(rb'"task_id": ?"[^"]*"', b'"task_id": "from-' + publisher.encode() + b'"', (GOLDEN / f"{OPENED}.json").read_bytes())
    session = await connect(endpoint(url), "test", confirms=False)
    properties = Basic.Properties(message_id=new_id(), message_type=OPENED, user_id=publisher)
    await session.channel.basic_publish(body, exchange="staff", routing_key=OPENED, properties=properties)
    await session.close()


async def depth(stack: Stack, queue: str) -> bool:
    """Whether everything in it was acknowledged."""
    session = await connect(endpoint(stack.operator_environment()["AMQP_URL"]), "test")
    try:
        found = await session.channel.queue_declare(queue, passive=True)
        assert found.message_count == 0
    finally:
        await session.close()
    return True
