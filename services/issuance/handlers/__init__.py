"""Use cases: claim, print, void, retry, revoke; and the cards that are made by hand."""

from services.issuance.handlers.cards import hand_over_card as hand_over_card
from services.issuance.handlers.cards import mark_card_printed as mark_card_printed
from services.issuance.handlers.cards import mark_card_ready as mark_card_ready
from services.issuance.handlers.cards import receive_blanks as receive_blanks
from services.issuance.handlers.cards import spoil_card as spoil_card
from services.issuance.handlers.documents import NUMBER_SHOWN as NUMBER_SHOWN
from services.issuance.handlers.documents import NUMBER_VOID as NUMBER_VOID
from services.issuance.handlers.documents import begin_printing as begin_printing
from services.issuance.handlers.documents import claim_documents as claim_documents
from services.issuance.handlers.documents import discard_document as discard_document
from services.issuance.handlers.documents import discard_leftovers as discard_leftovers
from services.issuance.handlers.documents import earlier_file_ids as earlier_file_ids
from services.issuance.handlers.documents import file_id as file_id
from services.issuance.handlers.documents import prefetch_claims as prefetch_claims
from services.issuance.handlers.documents import record_failure as record_failure
from services.issuance.handlers.documents import record_issued as record_issued
from services.issuance.handlers.documents import render_input_of as render_input_of
from services.issuance.handlers.documents import retry_document as retry_document
from services.issuance.handlers.documents import revoke_document as revoke_document
from services.issuance.handlers.documents import spec_of as spec_of
from services.issuance.handlers.documents import void_document as void_document
