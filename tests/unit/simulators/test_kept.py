"""What the simulators keep over a restart."""

import asyncio
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

from deploy.simulators.court.callbacks import Callback
from deploy.simulators.court.decisions import Sent
from deploy.simulators.kept import Kept
from deploy.simulators.whatsapp.citizens import Citizen, Message, PhoneBook
from deploy.simulators.whatsapp.media import Media, MediaStore

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def test_chats_and_their_files_come_back_as_they_were(tmp_path: Path) -> None:
    kept: Kept[tuple[list[Citizen], list[Media]]] = Kept(tmp_path / "whatsapp" / "kept.json", tuple[list[Citizen], list[Media]])
    assert kept.load() is None
    people, files = PhoneBook(citizens_max=10, conversation_max=10), MediaStore(total_max_bytes=10_000, url_seconds=60)
    citizen = people.add("6281234567890", name="SITI", identity="both")
    photo = files.put(b"\xff\xd8\xff photo", "image/jpeg", "a.jpg")
    people.append(citizen, Message(0, "wamid.1", "citizen", AT, {"type": "image", "media": {"id": photo.id}}, "delivered"))
    kept.save((people.citizens, files.files))

    again, files_again = PhoneBook(citizens_max=10, conversation_max=10), MediaStore(total_max_bytes=10_000, url_seconds=60)
    found = kept.load()
    assert found is not None
    again.restore(found[0])
    files_again.restore(found[1])
    assert again.by_phone("6281234567890") == citizen
    assert again.by_bsuid(citizen.bsuid) == citizen
    assert again.message("wamid.1") == (citizen, citizen.messages[0])
    assert files_again.get(photo.id) == photo


async def test_decisions_come_back_with_their_answers_and_callbacks(tmp_path: Path) -> None:
    kept: Kept[list[Sent]] = Kept(tmp_path / "kept.json", list[Sent])
    sent = Sent("d-1", {"kind": "cerai_gugat"}, AT, state="accepted", callbacks=deque([Callback("c-1", AT, {"type": "x"})], maxlen=20))
    async with kept.keeping(lambda: [sent], lambda: 0):
        await asyncio.sleep(0)
    assert kept.load() == [sent]


def test_what_nobody_can_read_any_more_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    file.write_text("[{]")
    assert Kept(file, list[Sent]).load() is None
