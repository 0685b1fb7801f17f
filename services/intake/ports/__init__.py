"""The handlers' ports: the unit of work, the webhook log, files, plain reads, and the dependencies of a process."""

from services.intake.ports.deps import Deps as Deps
from services.intake.ports.files import Documents as Documents
from services.intake.ports.files import FileStore as FileStore
from services.intake.ports.files import Media as Media
from services.intake.ports.readers import PeopleReader as PeopleReader
from services.intake.ports.readers import RequestPage as RequestPage
from services.intake.ports.readers import RequestReader as RequestReader
from services.intake.ports.readers import RequestSearch as RequestSearch
from services.intake.ports.tx import CaseRequest as CaseRequest
from services.intake.ports.tx import CourtCase as CourtCase
from services.intake.ports.tx import SentMessage as SentMessage
from services.intake.ports.tx import Tx as Tx
from services.intake.ports.webhook_log import Lease as Lease
from services.intake.ports.webhook_log import ParkedItem as ParkedItem
from services.intake.ports.webhook_log import StoredItem as StoredItem
from services.intake.ports.webhook_log import WebhookLog as WebhookLog
from services.intake.ports.webhook_log import file_id_of as file_id_of
