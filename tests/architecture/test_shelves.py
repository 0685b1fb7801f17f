"""What a service counts as parked is what its operators find in `admin`."""

from collections.abc import Iterable

from services.intake.store import SHELVES as INTAKE
from services.intake.wiring import ACCOUNTS as INTAKE_ACCOUNTS
from services.issuance.store import SHELVES as ISSUANCE
from services.issuance.wiring import ACCOUNT as ISSUANCE_ACCOUNT
from services.notifier.store import SHELVES as NOTIFIER
from services.notifier.wiring import ACCOUNT as NOTIFIER_ACCOUNT
from services.verification.store import ACCOUNTS as VERIFICATION_ACCOUNTS
from shared.messaging.operations.accounting import AccountSpec
from shared.messaging.operations.shelves import Shelf

BY_ITS_NOTICE = {("requests", "undelivered")}  # what waits for an operator is the notice at the notifier; the request follows it


def parked(accounts: Iterable[AccountSpec]) -> set[tuple[str, str]]:
    return {(count.collection, state) for account in accounts for count in account.parked for state in count.query["state"]["$in"]}


def shelved(shelves: Iterable[Shelf]) -> set[tuple[str, str]]:
    return {(shelf.collection, shelf.waits["state"]) for shelf in shelves}


def test_what_counts_as_parked_lies_on_a_shelf() -> None:
    assert parked(INTAKE_ACCOUNTS) - BY_ITS_NOTICE == shelved(INTAKE)
    assert parked([ISSUANCE_ACCOUNT]) == shelved(ISSUANCE)
    assert parked([NOTIFIER_ACCOUNT]) == shelved(NOTIFIER)
    assert parked(VERIFICATION_ACCOUNTS) == set()
