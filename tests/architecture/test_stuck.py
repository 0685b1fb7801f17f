"""What a service counts as parked is what its `/v1/stuck` lists, so that nothing waits where no operator sees it."""

from collections.abc import Iterable

from services.intake.store.items import ITEMS, PARKED
from services.intake.wiring import ACCOUNTS as INTAKE_ACCOUNTS
from services.issuance.domain.document import DocumentState
from services.issuance.store.schema import DOCUMENTS
from services.issuance.wiring import ACCOUNT as ISSUANCE_ACCOUNT
from services.notifier.domain.job import JobState
from services.notifier.domain.posting.effect import STOPPED
from services.notifier.store import EFFECT_ROWS, JOBS
from services.notifier.wiring import ACCOUNT as NOTIFIER_ACCOUNT
from services.notifier.wiring import POSTS_ACCOUNT
from services.verification.domain.case import CaseState
from services.verification.store import ACCOUNTS as VERIFICATION_ACCOUNTS
from services.verification.store.schema import CASES
from shared.messaging.operations.accounting import AccountSpec

BY_ITS_NOTICE = {("requests", "undelivered")}  # what waits for an operator is the notice at the notifier; the request follows it


def parked(accounts: Iterable[AccountSpec]) -> set[tuple[str, str]]:
    return {(count.collection, state) for account in accounts for count in account.parked for state in count.query["state"]["$in"]}


def test_what_counts_as_parked_is_listed() -> None:
    """That these are listed is shown by `test_given_up`, `test_held`, `test_failed`, `test_stopped_posts`, `test_court_case`."""
    assert parked(INTAKE_ACCOUNTS) - BY_ITS_NOTICE == {(ITEMS.collection, PARKED)}
    assert parked([ISSUANCE_ACCOUNT]) == {(DOCUMENTS.collection, DocumentState.HELD)}
    assert parked([NOTIFIER_ACCOUNT]) == {(JOBS, JobState.FAILED)}
    assert parked([POSTS_ACCOUNT]) == {(EFFECT_ROWS, state) for state in STOPPED}
    assert parked(VERIFICATION_ACCOUNTS) == {(CASES, CaseState.UNRECORDED)}
