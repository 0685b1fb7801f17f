"""Passwords, codes, postings and the life of an account."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pyotp import TOTP

from services.verification.domain.staff import account as accounts
from services.verification.domain.staff import password, second_factor
from services.verification.domain.staff.account import AccountState, Posting, StaffAccount, check_posting
from services.verification.domain.staff.second_factor import SecondFactor, accepted, digest_of, grouped, recovered, with_recovery
from services.verification.domain.staff.sign_in import normal_code
from shared.errors import BadInput, DomainError

NOW = datetime(2026, 11, 24, 2, 42, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RINA = StaffAccount("s-1", "rina.w@contoh.go.id", "Rina Widyastuti", Posting(frozenset({"verifier"})), "system", NOW)
CODE = "ABCDEFGH2345ABCDEFGH2345"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kucing biru di atas pagar", None),
        ("tidak-ada-spasi", None),
        ("\u10dc\u10e3 \u10d2\u10d4\u10e8\u10d8\u10dc\u10d8\u10d0 12", None),
        ("pendek", "password_short"),
        ("x" * 129, "password_long"),
        ("password12345", "password_common"),
        ("Madiun-2026!!", "password_common"),
        ("  BISMILLAH 123  ", "password_common"),
        ("aaaaaaaaaaaaaaaa", "password_common"),
        ("abababababababab", "password_common"),
        ("Widyastuti cantik", "password_tells_name"),
        ("saya rina selamanya", "password_tells_name"),
    ],
)
def test_a_password_is_long_and_not_one_that_everybody_tries(text: str, problem: str | None) -> None:
    assert password.problem(text, login=RINA.login, name=RINA.name) == problem


def test_a_code_is_taken_once_and_never_an_older_one() -> None:
    factor = SecondFactor(SECRET)
    totp = TOTP(SECRET)
    before, now = totp.at(NOW - timedelta(seconds=30)), totp.at(NOW)
    after = accepted(factor, now, at=NOW)
    assert after is not None
    assert accepted(after, now, at=NOW) is None
    assert accepted(after, before, at=NOW) is None
    later = NOW + timedelta(seconds=30)
    assert accepted(after, totp.at(later), at=later) is not None


@pytest.mark.parametrize(("seconds", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_phones_clock_may_be_off_by_half_a_minute(seconds: int, *, taken: bool) -> None:
    code = TOTP(SECRET).at(NOW + timedelta(seconds=seconds))
    assert (accepted(SecondFactor(SECRET), code, at=NOW) is not None) is taken


@pytest.mark.parametrize("typed", ["", "12345", "\xe9", "\u0661\u0662\u0663\u0664\u0665\u0666", "\uff11\uff12\uff13\uff14\uff15\uff16"])
def test_whatever_is_no_code_is_wrong_and_nothing_more(typed: str) -> None:
    assert accepted(SecondFactor(SECRET), normal_code(typed), at=NOW) is None


def test_a_recovery_code_is_used_up_however_it_is_typed() -> None:
    factor = with_recovery(SecondFactor(SECRET), [grouped("ABCDEFGH23456723"), grouped("BBCDEFGH23456723")])
    after = recovered(factor, " abcd efgh-2345 6723 ")
    assert after is not None
    assert len(after.recovery) == 1
    assert recovered(after, "ABCD-EFGH-2345-6723") is None
    assert "ABCD" not in repr(factor.recovery)


def test_the_picture_for_the_phone_names_office_and_account() -> None:
    uri = second_factor.provisioning_uri(SECRET, "rina.w@contoh.go.id", "Meja Kerja")
    assert uri == f"otpauth://totp/Meja%20Kerja:rina.w%40contoh.go.id?secret={SECRET}&issuer=Meja%20Kerja"


@pytest.mark.parametrize(
    ("posting", "problems"),
    [
        (Posting(frozenset({"verifier", "operator"})), set()),
        (Posting(frozenset({"village"}), ("3519081001",)), set()),
        (Posting(frozenset({"court"}), (), "PA.Kab.Mn"), set()),
        (Posting(frozenset()), {("roles", "roles_missing")}),
        (Posting(frozenset({"king"})), {("roles", "roles_unknown")}),
        (Posting(frozenset({"admin", "verifier"})), {("roles", "role_stands_alone")}),
        (Posting(frozenset({"auditor", "head"})), {("roles", "role_stands_alone")}),
        (Posting(frozenset({"village"})), {("area", "area_missing")}),
        (Posting(frozenset({"verifier"}), ("9999999999",)), {("area", "area_unknown")}),
        (Posting(frozenset({"court"})), {("court", "court_missing")}),
        (Posting(frozenset({"verifier"}), (), "PA.Kab.Mn"), {("court", "court_needless")}),
        (Posting(frozenset({"court"}), (), "PA.Mars"), {("court", "court_unknown")}),
        (Posting(frozenset({"verifier"}), groups=frozenset({"ktp", "kia"})), set()),
        (Posting(frozenset({"verifier"}), groups=frozenset({"ktp", "ships"})), {("groups", "groups_unknown")}),
    ],
)
def test_a_posting_means_something(posting: Posting, problems: set[tuple[str, str]]) -> None:
    known = {"verifier", "operator", "village", "court", "admin", "auditor", "head"}
    found: set[tuple[str, str]] = set()
    try:
        check_posting(posting, roles=known, places={"3519081001", "351908"}, courts={"PA.Kab.Mn"}, groups={"ktp", "kia"})
    except BadInput as error:
        found = {(problem.field, problem.code) for problem in error.problems}
    assert found == problems


def test_an_invitation_is_for_one_set_up_and_a_time() -> None:
    invited = accounts.invited(RINA, CODE, at=NOW, lasts=timedelta(hours=72))
    assert accounts.is_open(invited, grouped(CODE).lower(), at=NOW)
    assert not accounts.is_open(invited, CODE, at=NOW + timedelta(hours=72))
    assert not accounts.is_open(invited, CODE[:-1], at=NOW)
    opened = accounts.set_up(accounts.begun(invited, "hash", SecondFactor(SECRET)), SecondFactor(SECRET, 5), at=NOW)
    assert not accounts.is_open(opened, CODE, at=NOW)
    assert opened.may_sign_in
    assert CODE not in repr(invited)


def test_inviting_anew_takes_password_and_second_factor_away() -> None:
    opened = accounts.set_up(accounts.begun(RINA, "hash", SecondFactor(SECRET)), SecondFactor(SECRET), at=NOW)
    again = accounts.invited(opened, CODE, at=NOW, lasts=timedelta(hours=1))
    assert (again.state, again.password_hash, again.factor, again.may_sign_in) == (AccountState.INVITED, None, None, False)


LEFT = accounts.left(RINA)


@pytest.mark.parametrize(
    "act",
    [
        lambda: accounts.invited(LEFT, CODE, at=NOW, lasts=timedelta(hours=1)),
        lambda: accounts.posted(LEFT, RINA.posting, "Rina"),
        lambda: accounts.locked(LEFT),
        lambda: accounts.unlocked(LEFT),
        lambda: accounts.locked(RINA),
        lambda: accounts.unlocked(RINA),
    ],
)
def test_what_does_not_fit_the_state_is_refused(act: Callable[[], StaffAccount]) -> None:
    with pytest.raises(DomainError):
        act()


def test_secrets_do_not_show_in_what_is_printed() -> None:
    opened = accounts.set_up(accounts.begun(RINA, "argon2-hash", SecondFactor(SECRET)), SecondFactor(SECRET), at=NOW)
    assert SECRET not in repr(opened)
    assert "argon2-hash" not in repr(opened)
    assert digest_of("a-b") == digest_of(" AB ")
