"""What a message is for the dialogue: words, a file, an edit, or something that can't be read."""

from __future__ import annotations

from dataclasses import replace

from services.intake.domain.chat import (
    Act,
    Conversation,
    EditedAnswer,
    EditedEarlier,
    OtherContent,
    Revoked,
)
from services.intake.domain.correcting import paths_of
from services.intake.domain.files import RefusedFile, SentFile, UnfetchedFile
from services.intake.domain.messages import Deleted, Edited, Inbound, MediaRef
from services.intake.domain.webhook_log import key_of
from services.intake.domain.words import Intent
from services.intake.ports import Deps, file_id_of


def act_of(deps: Deps, conversation: Conversation, inbound: Inbound, file: SentFile | RefusedFile | None) -> Act:
    """Return a message as the dialogue takes it."""
    content = inbound.content
    match content:
        case Edited():
            return _edit(deps, conversation, content)
        case Deleted():
            file_id = file_id_of(key_of(content.original))
            return Revoked(paths_of(conversation, content.original, file_id), file_id)
        case MediaRef():
            return replace(file, caption=content.caption) if isinstance(file, SentFile) else file or UnfetchedFile()
        case Intent():
            return deps.vocabulary.in_talk(content, conversation.talk)
        case OtherContent():
            return content
        case _:
            return OtherContent()


def _edit(deps: Deps, conversation: Conversation, content: Edited) -> Act:
    if content.original in conversation.unmoved:
        return deps.vocabulary.in_talk(content.intent, conversation.talk)
    paths = paths_of(conversation, content.original)
    return EditedAnswer(paths, content.intent) if paths else EditedEarlier()
