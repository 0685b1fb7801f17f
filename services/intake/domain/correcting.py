"""An edit or a deletion of a message that the open draft has taken answers from. Pure.

An answer counts as it stands in the chat as long as its draft is open: edited it is read anew, deleted it is asked again. What was filed
stays as it was filed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.intake.domain import drafting
from services.intake.domain.answers import forget
from services.intake.domain.chat import Act, Conversation, DialogueContext, Draft, EditedAnswer, Outcome, Revoked, Say, Source, Stage
from services.intake.domain.drafts import files_dropped
from services.intake.domain.words import Intent, Meaning
from shared.values import Attachment

_MOST_SOURCES: Final = 60  # texts of one draft; the longest forms ask some forty questions


def edit(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Read an edited text as the answer in place of the one before; where it is none, that one stays."""
    if not isinstance(act, EditedAnswer) or conversation.draft is None:
        return drafting.edit_late(conversation, act, context)
    opened, _ = _without(conversation.draft, act.paths)
    asked_again = replace(conversation, draft=opened, stage=Stage.ASKING)
    after, facts = drafting.answer(asked_again, Intent(Meaning.ANSWER, text=act.intent.text), context)
    if after.draft is not None and not set(act.paths) & set(after.draft.given):
        return drafting.ask_next(conversation, context, (Say("edit_unclear"),))
    return after, (Say("edit_taken"), *facts)


def revoke(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Forget what a deleted message said or showed, and ask for it again; a message of which nothing was taken is passed over."""
    draft = conversation.draft
    paths = act.paths if isinstance(act, Revoked) else ()
    if draft is None or not paths:
        return conversation, ()
    opened, lost = _without(draft, paths)
    if opened == draft:
        return conversation, ()
    after, facts = drafting.ask_next(replace(conversation, draft=opened), context, (Say("revoked"),))
    return after, (*files_dropped(draft, lost), *facts)


def sources(before: Conversation, after: Conversation, act: Act, wamid: str) -> tuple[Source, ...]:
    """Return which texts gave which answers of the draft, after one more act."""
    draft = after.draft
    if draft is None:
        return ()
    is_same = before.draft is not None and (before.draft.service, before.draft.began_at) == (draft.service, draft.began_at)
    known = before.sources if is_same else ()
    given_before = before.draft.given if is_same and before.draft is not None else ()
    if isinstance(act, EditedAnswer):
        given_before = tuple(path for path in given_before if path not in act.paths)
    given = tuple(path for path in draft.given if path not in given_before)
    if not given or not wamid or not isinstance(act, Intent | EditedAnswer):
        return known
    return (*(source for source in known if source.wamid != wamid), Source(wamid, given))[-_MOST_SOURCES:]


def paths_of(conversation: Conversation, wamid: str, file_id: str = "") -> tuple[str, ...]:
    """Return the answers that the open draft has from a message: from its words, or from the file that it brought."""
    draft = conversation.draft
    if draft is None:
        return ()
    shown = (file.field for file in draft.attachments if file.file_id == file_id)
    typed = (path for source in conversation.sources if source.wamid == wamid for path in source.paths if path in draft.given)
    return (*shown, *typed)


def _without(draft: Draft, paths: tuple[str, ...]) -> tuple[Draft, tuple[Attachment, ...]]:
    lost: tuple[Attachment, ...] = ()
    for path in reversed(paths):
        draft, files = forget(draft, path)
        lost += files
    return draft, lost
