"""What the search box finds of the notifier: messages about something or to a phone number, and posts by title or source."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from services.notifier.desk import message_words as words
from services.notifier.desk import post_words
from services.notifier.desk.posts import PATH
from services.notifier.domain.job import Job
from services.notifier.domain.posting.effect import PostEffect
from services.notifier.domain.posting.post import SocialPost
from services.notifier.ports import Deps, JobQuery
from services.notifier.ports.posting import PostQuery
from shared.values import Channel
from shared.web.desk import StaffMember
from shared.web.desk.search import MOST_FOUND, Hit, HitGroup, group_of
from shared.web.desk.sought import Shape, Sought
from shared.web.desk.words import masked_phone


class MessageSearch:
    """Finds messages and posts."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def find(self, member: StaffMember, sought: Sought) -> Sequence[HitGroup]:
        """See `shared.web.desk.search.Finder`."""
        if sought.shape in (Shape.NAME, Shape.SOURCE):
            return await self._posts(sought.text) if member.may("posts:read") else ()
        is_phone = sought.shape is Shape.PHONE
        query = JobQuery(phone=sought.text if is_phone else "", search="" if is_phone else sought.text, limit=MOST_FOUND)
        page = await self._deps.job_reader.page(query)
        group = group_of("Pesan", [_hit(row.job) for row in page.rows])
        return [HitGroup(group.word, group.hits, page.next is not None)]

    async def _posts(self, words: str) -> Sequence[HitGroup]:
        reader = self._deps.posting.reader
        page = await reader.page(PostQuery(search=words, limit=MOST_FOUND))
        effects = await reader.effects_of([post.post_id for post in page.rows])
        group = group_of("Posting", [_post_hit(post, effects[post.post_id]) for post in page.rows])
        return [HitGroup(group.word, group.hits, page.next is not None)]


def _post_hit(post: SocialPost, effects: Sequence[PostEffect]) -> Hit:
    return Hit(
        title=post.content.title,
        what=f"{len(post.content.targets)} akun",
        link=f"{PATH}/{post.post_id}",
        number=" ".join(dict.fromkeys(target.source for target in post.content.targets)),
        state=post_words.state_of(post, effects),
        at=post.content.at,
    )


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
