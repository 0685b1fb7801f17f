"""The errors that cross rooms: each has one meaning, one HTTP status and one way the consumer treats it.

| error        | HTTP    | on the broker                                   |
| ------------ | ------- | ----------------------------------------------- |
| DomainError  | 409     | parked and dead-lettered with its code          |
| NotFound     | 404     | parked and dead-lettered with its code          |
| Conflict     | 409     | handled again with fresh reads                  |
| Stale        | 412     | parked: a person decided on an old version      |
| Transient    | 503     | retry ladder, later where `after_seconds` says  |
| Permanent    | 400     | parked and dead-lettered with its code          |
| BadInput     | 422     | parked and dead-lettered with its code          |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field of an input.

    `field` is a path such as `personal.nik` or `attachments[0].kind`; `code` is stable and in snake_case; `detail` is for people and
    never repeats the value, because the value may be personal.
    """

    field: str
    code: str
    detail: str = ""


class AppError(Exception):
    """An error with a stable code. Never put personal data in `detail`: it goes into logs and answers."""

    status = 500

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class DomainError(AppError):
    """A rule says no. `about` tells programs what stands in the way, such as by whom and until when; never personal data."""

    status = 409

    def __init__(self, code: str, detail: str = "", about: Mapping[str, str] | None = None) -> None:
        super().__init__(code, detail)
        self.about = dict(about or {})


class NotFound(AppError):  # noqa: N818 - the name is the term, as in HTTP
    """What was asked for does not exist."""

    status = 404


class Conflict(AppError):  # noqa: N818 - as NotFound
    """Somebody else was first; handle it again with fresh reads."""

    status = 409


class Stale(AppError):  # noqa: N818 - as NotFound
    """A decision was made on a version that is no longer the current one."""

    status = 412


class Permanent(AppError):  # noqa: N818 - as NotFound
    """Will never work, however often it is tried."""

    status = 400


class BadInput(AppError):  # noqa: N818 - as NotFound
    """The input breaks its contract; `problems` names each field."""

    status = 422

    def __init__(self, code: str, detail: str = "", problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(code, detail)
        self.problems = tuple(problems)


class TooLarge(AppError):  # noqa: N818 - as NotFound
    """More bytes than the named limit allows."""

    status = 413


class TooMany(AppError):  # noqa: N818 - as NotFound
    """More than a limit allows for now; later it may work."""

    status = 429


class Unauthorized(AppError):  # noqa: N818 - as NotFound
    """Nobody we know: missing or wrong key or signature."""

    status = 401


class Forbidden(AppError):  # noqa: N818 - as NotFound
    """Known, but without the scope."""

    status = 403


class Transient(AppError):  # noqa: N818 - as NotFound
    """May work later: a dependency is down or slow.

    `endless`: somebody has to do something first, which may take days: it is tried again for as long as that takes.
    """

    status = 503

    def __init__(self, code: str, detail: str = "", after_seconds: float | None = None, *, endless: bool = False) -> None:
        super().__init__(code, detail)
        self.after_seconds = after_seconds
        self.endless = endless
