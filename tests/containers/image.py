"""`python -m tests.containers.image`: what the image is made of, and whether it does what it is there for. `make imaged` calls it.

A demo of the images that the environment names (`IMAGE`, `DEMO_IMAGE`, ...) starts; an adapter files a request with a photo as an iPhone
keeps it, and fetches its document, whose signature is looked at from outside. Programs of an operator's commands must be in the image, and
what installs or simulates must not. Prints the parts and the seconds; exits with 1 where something is amiss.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import httpx

from deploy.keys import COURT
from deploy.local.chat import PHOTOS
from deploy.waiting import wait_until
from shared.ids import new_id
from tests.chaos.askers import lost_card
from tests.chaos.people import People
from tests.containers.asking import SEED, Asking
from tests.containers.project import Project, docker, project
from tests.support import photos
from tests.support.pdf import signature_of

DOCUMENT_SECONDS: Final = 60
THERE: Final = {"age": True, "age-keygen": True, "sftp": True, "apt-get": False, "perl": False, "pip": False, "pip3": False}
"""Programs, and whether they are to be in the image."""
LOADED: Final = {
    "services.intake": True,
    "deploy.admin": True,
    "deploy.simulators": False,
    "pip": False,
    "setuptools": False,
    "tests": False,
}
LOOK: Final = """
import json, shutil, sys
from importlib.util import find_spec
there, loaded = json.loads(sys.argv[1])
wrong = [name for name, wanted in there.items() if bool(shutil.which(name)) != wanted]
print(json.dumps(wrong + [name for name, wanted in loaded.items() if bool(find_spec(name)) != wanted]))
"""


def main(words: Sequence[str]) -> int:
    """Look and play; 0 when nothing is amiss."""
    image = os.environ.get("IMAGE", "")
    if words or not image:
        sys.stderr.write("usage: IMAGE=name:version DEMO_IMAGE=name:version python -m tests.containers.image\n")
        return 2
    look = ("run", "--rm", "--network", "none")
    print(docker(*look, image, "deploy.image_parts"), flush=True)
    print(f"{int(docker('image', 'inspect', '--format', '{{.Size}}', image)) / 1e6:7.1f} MB  as Docker counts", flush=True)
    asked = json.dumps([THERE, LOADED])
    wrong = json.loads(docker(*look, "--entrypoint", "python3", image, "-c", LOOK, asked))
    began = time.monotonic()
    with project("adminduk-image") as made:
        made.up()
        print(f"every service is well after {time.monotonic() - began:.1f} s", flush=True)
        began = time.monotonic()
        signature = _journey(made)
        print(f"a photo as an iPhone keeps it, and {time.monotonic() - began:.1f} s later a document: {signature.summary()}", flush=True)
    print(*(f"{name}: not as it should be" for name in wrong), sep="\n")
    return 0 if not wrong and signature.intact and signature.valid and signature.trusted else 1


def _journey(made: Project) -> Any:
    """Ask for a lost family card; return what is found of the signature of the document."""
    asking = Asking.of(made, 1.0)
    headers = {"Authorization": f"Bearer {asking.key}"}
    with httpx.Client(base_url=made.address, headers=headers, verify=False, timeout=30, trust_env=False) as http:  # noqa: S501 - the demo's own authority
        sent = (photos.heic(), (PHOTOS / "ktp.jpg").read_bytes())
        files = [http.post("/v1/files", content=content).raise_for_status().json()["file_id"] for content in sent]
        person = next(People(asking.register, COURT, SEED, 1).one_of_each_family())
        asked = http.post("/v1/requests", json=lost_card(person, files), headers={"Idempotency-Key": new_id()}).raise_for_status().json()
        paper = f"/v1/requests/{asked['receipt']}/documents/1"
        wait_until(lambda: http.get(paper).is_success, DOCUMENT_SECONDS, "the document is there")
        pdf = http.get(paper).raise_for_status().content
    return asyncio.run(signature_of(pdf, made.state / "issuance" / "signer" / "ca.pem"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
