"""Requests let go of their files when these are over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.domain.file_times import files_since, give_up_files
from services.intake.ports import Deps, Tx


@dataclass(frozen=True, slots=True)
class GivenUp:
    """How many requests let go of their files, and which files these are."""

    requests: int
    file_ids: tuple[str, ...]


async def give_up(tx: Tx, deps: Deps, request_ids: Sequence[str]) -> GivenUp:
    """Let these requests go of their files; one that was opened again meanwhile, or did so already, is left out."""
    at, file_ids, count = deps.clock(), [], 0
    for request_id in request_ids:
        request = await tx.request(request_id)
        if files_since(request) is None:
            continue
        tx.save_request(give_up_files(request, at))
        file_ids += [file.file_id for file in request.form.attachments]
        count += 1
    return GivenUp(count, tuple(dict.fromkeys(file_ids)))
