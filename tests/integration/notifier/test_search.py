"""The notifier's answer to the search box."""

from shared.web.desk.sought import PATH
from tests.integration.notifier.rig import PHONE, Rig
from tests.integration.notifier.test_desk import app_of, issuer, still
from tests.support.sessions import SessionIssuer, browser_of

__all__ = ["issuer", "still"]


async def test_a_message_is_found_by_its_receipt_and_its_recipient_is_masked(still: Rig, issuer: SessionIssuer) -> None:
    await still.tell(still.turned_down(note="Foto buram, kata petugas"))
    async with browser_of(app_of(still, issuer), issuer, "operator") as client:
        answer = await client.post(f"{PATH}/pesan", data={"q": "MDN-7K4Q-9F2X"}, headers={"HX-Request": "true"})
        assert "Permohonan dikembalikan</a>" in answer.text
        assert PHONE not in answer.text
        assert "Foto buram" not in answer.text
        nothing = await client.post(f"{PATH}/pesan", data={"q": "MDN-2222-2222"}, headers={"HX-Request": "true"})
        assert "Tidak ada yang cocok" in nothing.text


async def test_a_message_is_found_by_the_phone_it_went_to(still: Rig, issuer: SessionIssuer) -> None:
    await still.tell(still.turned_down(note="Foto buram, kata petugas"))
    async with browser_of(app_of(still, issuer), issuer, "operator") as client:
        for typed in (f"0{PHONE[2:]}", PHONE[:11]):
            answer = await client.post(f"{PATH}/pesan", data={"q": typed}, headers={"HX-Request": "true"})
            assert "Permohonan dikembalikan</a>" in answer.text, typed
            assert PHONE not in answer.text
        other = await client.post(f"{PATH}/pesan", data={"q": "0899999999999"}, headers={"HX-Request": "true"})
        assert "Tidak ada yang cocok" in other.text
