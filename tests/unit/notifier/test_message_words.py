"""Every kind of message has a name on the page of messages."""

from services.notifier.desk.message_words import KINDS
from services.notifier.domain.facts import NoticeKind


def test_every_kind_has_a_name_of_its_own() -> None:
    assert set(KINDS) == set(NoticeKind)
    assert len(set(KINDS.values())) == len(KINDS)
