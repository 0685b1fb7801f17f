"""What the search box finds of the notifier: messages about a request, a document, or a case, and those to a phone number."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from services.notifier.desk import message_words as words
from services.notifier.domain.job import Job
from services.notifier.ports import Deps, JobQuery
from shared.values import Channel
from shared.web.desk import StaffMember
from shared.web.desk.search import MOST_FOUND, Hit, HitGroup, group_of
from shared.web.desk.sought import Shape, Sought
from shared.web.desk.words import masked_phone


class MessageSearch:
    """Finds messages."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def find(self, _member: StaffMember, sought: Sought) -> Sequence[HitGroup]:
        """See `shared.web.desk.search.Finder`."""
        is_phone = sought.shape is Shape.PHONE
        query = JobQuery(phone=sought.text if is_phone else "", search="" if is_phone else sought.text, limit=MOST_FOUND)
        page = await self._deps.job_reader.page(query)
        group = group_of("Pesan", [_hit(row.job) for row in page.rows])
        return [HitGroup(group.word, group.hits, page.next is not None)]


def _hit(job: Job) -> Hit:
    to = masked_phone(job.address) if job.channel is Channel.WHATSAPP else job.address
    return Hit(
        title=words.KINDS[job.kind],
        what=f"{words.CHANNELS[job.channel]} {to}",
        link=f"/desk/pesan?{urlencode({'buka': job.key})}",
        number=words.reference_of(job),
        state=words.state_of(job),
        at=job.created_at,
    )
