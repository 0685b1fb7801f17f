"""Codes are open on the wire (ADR 22): what the notifier does not know harms nobody else."""

from __future__ import annotations

from shared.contracts.parts import Contact
from shared.messaging.delivery import Dead, Done
from tests.integration.notifier.rig import Rig


async def test_a_channel_without_a_sender_is_a_dead_letter_with_a_code_and_holds_nobody_up(rig: Rig) -> None:
    unknown = rig.document(Contact(channel="telegram", address="12345"), document_id="document-9")
    outcomes = await rig.deliver(rig.delivery(unknown), rig.delivery(rig.document(product="kartu_baru")))
    assert outcomes == [Dead("channel_unknown", "telegram"), Done()]
    [effect] = await rig.accepted(1, kind="document")
    assert "KARTU_BARU" in effect["payload"]["document"]["caption"], "a product without a name here is called by its code"
