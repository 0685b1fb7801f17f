"""No data without a time: every collection, TTL index and setting of every service stands in the list of what is kept how long."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from pymongo import IndexModel

from deploy.admin.settings import BackupSettings
from services.intake.settings import Settings as IntakeSettings
from services.intake.store import INDEXES as INTAKE
from services.intake.wiring import BUCKET, BUNDLE_BUCKET
from services.issuance.settings import Settings as IssuanceSettings
from services.issuance.store import ARCHIVE
from services.issuance.store import INDEXES as ISSUANCE
from services.notifier.settings import Settings as NotifierSettings
from services.notifier.store import INDEXES as NOTIFIER
from services.notifier.store import POSTING_INDEXES
from services.notifier.wiring.posting import PICTURES
from services.verification.settings import Settings as VerificationSettings
from services.verification.store import INDEXES as VERIFICATION
from shared.messaging.operations.accounting import ACCOUNTS
from shared.messaging.transaction.runner import INDEXES as EVERYWHERE
from shared.reference.retention import EVERY, OFFICE, RemovedBy, kept_kinds, kinds_of
from shared.refill import COLLECTION as REFILLS
from shared.retention import BOOK
from shared.settings import Environment

SCHEMAS: Mapping[str, Mapping[str, Sequence[IndexModel]]] = {
    "intake": INTAKE,
    "verification": VERIFICATION,
    "issuance": ISSUANCE,
    "notifier": {**NOTIFIER, **POSTING_INDEXES},
}
BUCKETS = {"intake": (BUCKET, BUNDLE_BUCKET), "verification": (), "issuance": (ARCHIVE,), "notifier": (PICTURES,)}
SETTINGS: Mapping[str, type[Environment]] = {
    "intake": IntakeSettings,
    "verification": VerificationSettings,
    "issuance": IssuanceSettings,
    "notifier": NotifierSettings,
    OFFICE: BackupSettings,
}
SERVICES = tuple(SCHEMAS)


def collections_of(service: str) -> set[str]:
    files = {f"{bucket}.{part}" for bucket in BUCKETS[service] for part in ("files", "chunks")}
    return {*SCHEMAS[service], *EVERYWHERE, *files, ACCOUNTS, REFILLS, BOOK}


@pytest.mark.parametrize("service", SERVICES)
def test_every_collection_is_of_one_kind(service: str) -> None:
    named = Counter(name for kind in kinds_of(service) for name in kind.collections)
    assert set(named) == collections_of(service), "shared/reference/data/retention.toml"
    assert set(named.values()) == {1}


@pytest.mark.parametrize("service", SERVICES)
def test_every_index_that_lets_rows_expire_is_named_by_one_kind(service: str) -> None:
    schema = {**SCHEMAS[service], **EVERYWHERE}
    expiring = {
        f"{name}.{each.document['name']}" for name, models in schema.items() for each in models if "expireAfterSeconds" in each.document
    }
    named = Counter(index for kind in kinds_of(service) for index in kind.indexes)
    assert set(named) == expiring
    assert set(named.values()) <= {1}


@pytest.mark.parametrize("service", SERVICES)
def test_the_age_of_a_kind_is_read_from_an_index(service: str) -> None:
    schema = {**SCHEMAS[service], **EVERYWHERE}
    for kind in kinds_of(service):
        if kind.oldest and kind.oldest != "_id":
            leading = {next(iter(each.document["key"])) for each in schema[kind.collections[0]]}
            assert kind.oldest in leading, kind.id


def test_every_setting_exists_and_is_in_days() -> None:
    for kind in kept_kinds():
        if kind.setting:
            for service in SERVICES if kind.service == EVERY else (kind.service,):
                field = SETTINGS[service].model_fields[kind.setting.lower()]
                assert "days" in str(field.description), kind.setting


def test_defaults_of_settings_are_those_of_the_indexes() -> None:
    for service in SERVICES:
        schema = {**SCHEMAS[service], **EVERYWHERE}
        for kind in kinds_of(service):
            for index in kind.indexes if kind.setting else ():
                collection, _, name = index.partition(".")
                [model] = [each for each in schema[collection] if each.document["name"] == name]
                seconds = model.document["expireAfterSeconds"]
                default = SETTINGS[service].model_fields[kind.setting.lower()].default
                assert seconds in (0, default * 86_400), index


def test_each_kind_says_why_and_what_removes_it() -> None:
    ids = [kind.id for kind in kept_kinds()]
    assert len(ids) == len(set(ids))
    for kind in kept_kinds():
        assert kind.why.endswith("."), kind.id
        lasts = bool(kind.setting or kind.days or kind.hours or kind.service == OFFICE)
        assert lasts == (kind.removed is not RemovedBy.NEVER), kind.id
        assert bool(kind.indexes) == (kind.removed is RemovedBy.TTL), kind.id


def test_what_was_handled_is_known_for_longer_than_anything_comes_again() -> None:
    fields = IntakeSettings.model_fields
    assert fields["inbox_days"].default > fields["outbox_sent_days"].default
    for name in ("inbox_days", "chat_log_days", "unread_webhook_days"):
        assert any(getattr(each, "ge", 0) > 7 for each in fields[name].metadata), f"{name}: Meta repeats for 7 days"
