"""Structured logs: one JSON object a line, event names are `noun.verb`, persons never in clear.

Callers log codes, ids and counts. As a second line of defence every text value is searched for what looks like a NIK, a KK number, a
phone number or an e-mail address, and that part is replaced, so that a careless line or a library's message cannot leak (promise I8).
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import orjson
import structlog

_NUMBERS: Final = re.compile(
    r"(?<![0-9A-Za-z])[0-9]{16}(?![0-9A-Za-z])"  # NIK and KK number
    # mobile phone, wa_id; one in 30,000 ids of ours ends in twelve digits that could be one
    r"|(?<![0-9A-Za-z])(?<![0-9a-f]{4}-[0-9a-f]{4}-)(?:\+?62|0)8[0-9]{8,12}(?![0-9A-Za-z])"
)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_MANY_DIGITS: Final = re.compile(r"[0-9]{10}")  # in each of those numbers; found out at a quarter of their cost, for most values are ids
_HIDDEN_KEYS: Final = frozenset(
    {"nik", "kk", "kk_number", "name", "phone", "wa_id", "bsuid", "address", "body", "personal", "text", "token", "authorization"}
)
_masked: Final = [0]
HIDDEN: Final = "[personal]"
"""What stands in the place of something personal."""


def mask(text: str) -> str:
    """Replace what looks personal."""
    if "@" in text:
        text = _EMAIL.sub(HIDDEN, text)
    return _NUMBERS.sub(HIDDEN, text) if _MANY_DIGITS.search(text) else text


def take_masked_count() -> int:
    """Return how many lines were about to hold something personal since this was last asked."""
    count = _masked[0]
    _masked[0] = 0
    return count


def masked(value: Any) -> Any:
    """Return a copy with what looks personal, or stands under a personal name, replaced, however deep it lies."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: HIDDEN if key in _HIDDEN_KEYS else masked(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(map(masked, value))
    if isinstance(value, (list, set, frozenset)):
        return [masked(inner) for inner in value]
    return value


def _mask_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    is_masked = False
    for key, value in event.items():
        event[key] = HIDDEN if key in _HIDDEN_KEYS else masked(value)
        is_masked = is_masked or event[key] != (list(value) if isinstance(value, set | frozenset) else value)
    _masked[0] += is_masked
    return event


def _render(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class _Output:
    """Where lines end: standard output as it is at that moment, one write per line."""

    def __init__(self, *_: Any) -> None:
        pass

    def msg(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = exception = log = fatal = msg


def configure(service: str, role: str, level: str = "INFO") -> None:
    """Send structlog and the standard library's logging through one JSON pipe to standard output."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _constant(service=service, role=role),
    ]
    tail: list[structlog.typing.Processor] = [_tracebacks, _mask_event, _render]
    structlog.configure(
        processors=[*shared, *tail],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=_Output,
        cache_logger_on_first_use=True,
    )
    handler = _Handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
        ),
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "pymongo", "aiormq", "aio_pika", "uvicorn.access", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # tells every failed connect as an error; shared.messaging tells it once


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _Output().msg(self.format(record))


# Without the values of local variables: they hold whole messages of citizens, and no pattern finds a name or an address in them.
_tracebacks = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def _constant(**values: str) -> structlog.typing.Processor:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.update(values)
        return event

    return add


def get(room: str) -> structlog.typing.FilteringBoundLogger:
    """Return a logger; `room` names the part of the service that logs."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger
