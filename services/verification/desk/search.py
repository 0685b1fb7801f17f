"""What the search box finds of verification: tasks, open and closed, and families of the register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from services.verification.desk import work_words as words
from services.verification.desk.work_room import PATH, READ, WorkRoom
from services.verification.domain.register import Family
from services.verification.domain.rules import People
from services.verification.domain.search import search_beginnings
from services.verification.domain.task import Task
from services.verification.domain.task_parts import Outcome, TaskStage
from shared.web.desk import StaffMember, State, Tone
from shared.web.desk.search import MOST_FOUND, Hit, HitGroup, group_of
from shared.web.desk.sought import Shape, Sought
from shared.web.desk.words import masked_name, masked_number

_FEW: Final = MOST_FOUND + 1  # one more tells that there is more
_ENDS: Final = {
    Outcome.APPROVED: State("Disetujui", Tone.GOOD, icon="circle-check"),
    Outcome.RETURNED: State("Dikembalikan", Tone.WAIT, icon="corner-up-left"),
    Outcome.REJECTED: State("Ditolak", Tone.BAD, icon="circle-x"),
    Outcome.ANSWERED: State("Dijawab", Tone.GOOD, icon="send"),
}


class VerificationSearch:
    """Finds tasks within the account's area, and by a number what the register says."""

    def __init__(self, room: WorkRoom) -> None:
        self._room = room

    async def find(self, member: StaffMember, sought: Sought) -> Sequence[HitGroup]:
        """See `shared.web.desk.search.Finder`."""
        words = search_beginnings(f"+{sought.text}" if sought.shape is Shape.PHONE else sought.text)
        tasks = await self._room.deps.task_reader.found(words, member.areas, limit=_FEW) if words else ()
        groups = [group_of("Pekerjaan", [self._task(each) for each in tasks])]
        if sought.shape is Shape.NUMBER:
            groups.append(
                group_of("Register penduduk", [hit for family in await self._families(member, sought) for hit in _hits(family, sought)])
            )
        return groups

    async def _families(self, member: StaffMember, sought: Sought) -> Sequence[Family]:
        people = People(niks=(sought.text,), kk_numbers=(sought.text,))
        register = await self._room.units.run(lambda tx: tx.register(people))
        return [each for each in register.by_kk.values() if member.covers(each.village_code, READ)]

    def _task(self, task: Task) -> Hit:
        at = self._room.deps.clock()
        more = f" dan {len(task.persons) - 1} lainnya" if len(task.persons) > 1 else ""
        return Hit(
            title=masked_name(task.persons[0].name if task.persons else "") + more,
            what=self._room.service_name(task.service),
            link=f"{PATH}/{task.id}",
            number=task.receipt,
            state=_ENDS[task.outcome] if task.stage is TaskStage.CLOSED and task.outcome else words.found_state(task, at),
            at=task.opened_at,
        )


def _hits(family: Family, sought: Sought) -> Iterator[Hit]:
    """Yield the person whose number it is, or the family whose card it is."""
    place = words.place_name((family.village_code,))
    state = State("KK sudah ditutup", Tone.IDLE, icon="circle-minus") if family.closed_on else None
    if family.kk_number == sought.text:
        what = f"Kepala keluarga, {len(family.members)} anggota, {place}"
        yield Hit(
            masked_name(family.head.name if family.members else ""), what, number=f"KK {masked_number(family.kk_number)}", state=state
        )
    member = family.member(sought.text)
    if member is not None:
        yield Hit(masked_name(member.name), f"Anggota keluarga, {place}", number=f"KK {masked_number(family.kk_number)}", state=state)
