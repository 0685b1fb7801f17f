"""Times that would take away what is still needed are refused at the start, and a slip of the hand is one of them."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.intake.settings import Settings as IntakeSettings
from services.notifier.settings import Settings as NotifierSettings
from shared.mongo.expiry import seconds_of
from shared.settings import ServiceSettings

WHATSAPP = {f"whatsapp_{name}": "x" for name in ("access_token", "app_secret", "verify_token")}
NEEDED: dict[str, Any] = {"amqp_url": "amqp://x", "mongo_url": "mongodb://x", "port": 0, "whatsapp_phone_number_id": "1", **WHATSAPP}


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (IntakeSettings, {"request_file_days": 0}),
        (IntakeSettings, {"request_file_days": 3}),  # of 30
        (IntakeSettings, {"returned_file_days": float("nan")}),
        (IntakeSettings, {"survey_invitation_days": 20, "survey_rest_days": 21}),
        (NotifierSettings, {"broadcast_recipient_days": 1}),  # whoever still waits for a broadcast would be forgotten
        (NotifierSettings, {"broadcast_recipient_days": 40, "broadcast_rest_days": 41}),
        (ServiceSettings, {"inbox_days": 29}),
        (ServiceSettings, {"outbox_sent_days": 30}),  # another service may know what it handled for as long only
    ],
)
def test_a_time_that_is_too_short_for_others_is_refused(kind: type[ServiceSettings], wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        kind(**{name: value for name, value in NEEDED.items() if name in kind.model_fields} | wrong)
    assert any(name in str(refused.value).lower() for name in wrong), refused.value


@pytest.mark.parametrize(("days", "seconds"), [(2.5, 216_000), (36_500.0, 2**31 - 1), (float("inf"), 2**31 - 1)])
def test_a_time_longer_than_mongodb_takes_ends_there(days: float, seconds: int) -> None:
    assert seconds_of(days) == seconds
