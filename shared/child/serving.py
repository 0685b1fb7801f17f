"""The child's side: reads orders from stdin, answers on stdout, until the service is gone."""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Final, TypeAlias

from shared.child.frames import HEADER, lengths, pack, unpack
from shared.errors import AppError

MIB: Final = 1024 * 1024

Answer: TypeAlias = tuple[dict[str, Any], bytes]
Worker: TypeAlias = Callable[[Mapping[str, Any]], Answer]
"""Does one order: what is said, and bytes. It raises nothing whose text could repeat personal data."""


def serve(make: Callable[[Mapping[str, Any]], tuple[Worker, Mapping[str, Any]]]) -> int:
    """Serve until stdin closes; return the exit code.

    Args:
        make: Makes the worker from the setup, and what the child says of itself. What it raises is told to the service, which logs it: it
            has seen nothing personal yet. The code of an `AppError` is what the start failed for.
    """
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not tear a frame
    setup = _next(source)
    if setup is None:
        return 0
    _limit_memory(setup["memory_mib"])
    try:
        worker, greeting = make(setup)
    except Exception as error:  # noqa: BLE001 - whatever it is, the service decides
        code = error.code if isinstance(error, AppError) else ""
        sink.write(pack({"ready": False, "code": code, "error": f"{type(error).__name__}: {error}"}))
        sink.flush()
        return 1
    gc.freeze()  # what is made once stays: no need to look at it in the middle of an order
    sink.write(pack({"ready": True, **greeting}))
    sink.flush()
    while (order := _next(source)) is not None:
        sink.write(pack(*worker(order)))
        sink.flush()
    return 0


def _next(source: BinaryIO) -> dict[str, Any] | None:
    """Return the next message, or None when the service is gone."""
    header = source.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    text_length, blob_length = lengths(header)
    message = unpack(source.read(text_length))
    source.read(blob_length)
    return message


def _limit_memory(mebibytes: int) -> None:
    """Forbid core files, which would hold keys and papers, and limit memory: malloc then fails, the process dies and is replaced."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (mebibytes * MIB, mebibytes * MIB))
