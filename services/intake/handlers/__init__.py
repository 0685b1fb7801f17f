"""Use cases of intake: load, ask the domain, save and emit. One module per kind of input."""

from services.intake.handlers.adapters import submit_request as submit_request
from services.intake.handlers.chat import drop_stale_draft as drop_stale_draft
from services.intake.handlers.chat import give_up_message as give_up_message
from services.intake.handlers.chat import handle_message as handle_message
from services.intake.handlers.chat import prefetch_messages as prefetch_messages
from services.intake.handlers.chat import wanted_media as wanted_media
from services.intake.handlers.court import record_decision as record_decision
from services.intake.handlers.mending import mend_request as mend_request
from services.intake.handlers.people import find_links as find_links
from services.intake.handlers.people import grant_link as grant_link
from services.intake.handlers.people import link_sender as link_sender
from services.intake.handlers.people import note_register as note_register
from services.intake.handlers.people import revoke_link as revoke_link
from services.intake.handlers.progress import note_approved as note_approved
from services.intake.handlers.progress import note_document as note_document
from services.intake.handlers.progress import note_fetched as note_fetched
from services.intake.handlers.progress import note_notice as note_notice
from services.intake.handlers.progress import note_rejected as note_rejected
from services.intake.handlers.progress import note_returned as note_returned
from services.intake.handlers.progress import note_revoked as note_revoked
from services.intake.handlers.progress import note_void as note_void
from services.intake.handlers.webhook_log import discard_item as discard_item
from services.intake.handlers.webhook_log import handle_status as handle_status
from services.intake.handlers.webhook_log import prefetch_statuses as prefetch_statuses
from services.intake.handlers.webhook_log import receive_webhook as receive_webhook
from services.intake.handlers.webhook_log import replay_item as replay_item
