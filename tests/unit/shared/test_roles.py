"""Roles and permissions: one table, and what a signed-in person may do by it."""

from datetime import UTC, datetime
from itertools import chain

import pytest

from shared.reference.roles import Bound, permissions, permissions_of, roles
from shared.web.desk.session import StaffMember

LOOKING = (":read", ":follow", ":export")


def member(*codes: str, areas: tuple[str, ...] = ()) -> StaffMember:
    return StaffMember("s1", "Rina Widyastuti", frozenset(codes), frozenset(areas), None, "secret", datetime(2026, 11, 24, tzinfo=UTC))


def test_nine_roles_have_names_and_known_permissions() -> None:
    assert set(roles()) == {"operator", "verifier", "section_head", "head", "village", "court", "outreach", "auditor", "admin"}
    assert all(role.name and role.permissions <= set(permissions()) for role in roles().values())


def test_who_watches_never_acts() -> None:
    assert all(permission.endswith(LOOKING) for permission in roles()["auditor"].permissions)


def test_who_administers_sees_no_person() -> None:
    personal = {"tasks:read", "chats:read", "documents:read", "messages:read", "persons:reveal", "requests:follow", "cases:read"}
    assert not roles()["admin"].permissions & personal


def test_no_role_has_what_programs_have() -> None:
    held = set(chain.from_iterable(role.permissions for role in roles().values()))
    assert not held & {"admin", "requests:write", "requests:vouch", "files:write"}


def test_roles_add_up_and_an_unknown_one_gives_nothing() -> None:
    assert permissions_of(["village", "court"]) == roles()["village"].permissions | roles()["court"].permissions
    assert permissions_of(["gone"]) == frozenset()


@pytest.mark.parametrize(
    ("codes", "areas", "village", "sees"),
    [
        (("verifier",), (), "3519081001", True),  # the whole regency
        (("verifier",), ("351908",), "3519081001", True),
        (("verifier",), ("351908",), "35.19.08.1001", True),
        (("verifier",), ("351908",), "3519091001", False),
        (("operator",), (), "3519081001", False),  # has no permission for tasks
    ],
)
def test_an_area_narrows_what_is_seen(codes: tuple[str, ...], areas: tuple[str, ...], village: str, sees: bool) -> None:  # noqa: FBT001
    assert member(*codes, areas=areas).covers(village, "tasks:read") is sees


def test_a_village_registrar_without_a_village_sees_nothing() -> None:
    assert roles()["village"].bound is Bound.AREA
    assert not member("village").covers("3519081001", "requests:follow")
    assert member("village", areas=("3519081001",)).covers("3519081001", "requests:follow")
    assert not member("village", areas=("3519081001",)).covers("3519081002", "requests:follow")


def test_a_person_is_shown_by_initials_and_roles() -> None:
    assert member("verifier").initials == "RW"
    assert member("head", "section_head").role_names == "Kepala seksi, Kepala dinas"
