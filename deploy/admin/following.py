"""`admin follow`: the way of one request from the webhook to the delivered document, from the logs of all services and its traces."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
from pydantic import Field, SecretStr, ValidationError

from deploy.admin.refusal import Refused
from deploy.admin.source import connected
from deploy.admin.steps import Step, steps_in, timeline
from deploy.admin.waterfall import waterfall
from shared.messaging.admin import DatabaseNames
from shared.settings import refused_lines
from shared.values import Malformed, Receipt

_FAILED: Final = 1
_USAGE: Final = 2  # as argparse
_INPUT: Final = "-"
_SECONDS: Final = 10.0


class FollowSettings(DatabaseNames):
    """The environment of `admin follow`."""

    mongo_url: Annotated[SecretStr, Field(description="mongodb:// with the operator's user: which request a receipt is of")] = SecretStr("")
    traces_url: Annotated[str, Field(description="Jaeger's query API, such as http://traces:16686; empty = no traces are shown")] = ""


def main(words: Sequence[str]) -> int:
    """Run the command line; return the exit code: 0 shown, 1 not, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="admin follow", description="Jalan satu permohonan, dari log semua layanan dan jejaknya.")
    parser.add_argument("request", metavar="RECEIPT", help="nomor tanda terima, atau id permohonan atau perkara")
    parser.add_argument("logs", nargs="+", metavar="LOG", help="berkas log semua layanan; - adalah masukan")
    options = parser.parse_args(words)
    try:
        settings = FollowSettings()
        ids = _ids(settings, options.request)
        steps = _steps(options.logs, ids)
    except ValidationError as error:
        sys.stderr.write(refused_lines("admin", error))
        return _USAGE
    except Refused as error:
        sys.stderr.write(f"admin: {error.sentence}\n")
        return _FAILED
    traces = list(dict.fromkeys(step.trace_id for step in steps if step.trace_id))
    print(f"{options.request}: permohonan {' '.join(ids)}\njejak {' '.join(traces)}\n\n" + "\n".join(timeline(steps)))
    for trace_id in traces if settings.traces_url else ():
        print("\n" + "\n".join(_drawn(settings.traces_url, trace_id)))
    return 0


def _ids(settings: FollowSettings, text: str) -> list[str]:
    """Return by which ids logs know a request: its own, and that of its court case.

    Raises:
        Refused: `receipt_wrong`, `receipt_unknown`, and what `connected` raises.
    """
    try:
        return [str(UUID(text))]
    except ValueError:
        pass
    try:
        receipt = Receipt.parse(text)
    except Malformed as error:
        raise Refused("receipt_wrong", str(error)) from error
    with connected(settings.mongo_url.get_secret_value(), "MONGO_URL") as client:
        requests = client[settings.by_service()["intake"]]["requests"]
        found = requests.find_one({"receipt": receipt.text}, {"case_id": 1})
    if found is None:
        raise Refused("receipt_unknown", receipt.text)
    return [str(found["_id"]), *([str(found["case_id"])] if found.get("case_id") else [])]


def _steps(logs: Sequence[str], ids: Sequence[str]) -> list[Step]:
    """Return the steps of the request.

    Raises:
        Refused: `nothing_logged`, `log_unreadable`.
    """
    steps = steps_in(_lines(logs), ids)
    if not steps:
        raise Refused("nothing_logged", ids[0])
    return steps


def _lines(logs: Sequence[str]) -> Iterator[bytes]:
    for name in logs:
        if name == _INPUT:
            yield from sys.stdin.buffer
            continue
        try:
            with Path(name).open("rb") as file:
                yield from file
        except OSError as error:
            raise Refused("log_unreadable", f"{name}: {error.strerror}") from error


def _drawn(url: str, trace_id: str) -> list[str]:
    try:
        answer = httpx.get(f"{url.rstrip('/')}/api/traces/{trace_id}", timeout=_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        return [f"Jejak {trace_id}: penyimpan jejak tidak menjawab ({type(error).__name__})"]
    if answer.status_code != HTTPStatus.OK:
        return [f"Jejak {trace_id}: tidak direkam"]
    found: list[dict[str, Any]] = answer.json()["data"]
    return [line for trace in found for line in waterfall(trace)]
