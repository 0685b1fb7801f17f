"""The jobs on the webhook log: chats in order per sender, statuses in batches; and those of drafts, of waiting, of the survey.

They are woken within the process to be fast; polling, and state in MongoDB, make them correct.
"""

from services.intake.jobs.audiences import AudienceFinder as AudienceFinder
from services.intake.jobs.bundles import BundlePacking as BundlePacking
from services.intake.jobs.chats import ChatLimits as ChatLimits
from services.intake.jobs.chats import ChatWorker as ChatWorker
from services.intake.jobs.files_over import FilesOver as FilesOver
from services.intake.jobs.funnel import FunnelFolder as FunnelFolder
from services.intake.jobs.reminding import DraftReminders as DraftReminders
from services.intake.jobs.reminding import VisitReminders as VisitReminders
from services.intake.jobs.statuses import StatusWorker as StatusWorker
from services.intake.jobs.surveying import SurveyAsking as SurveyAsking
from services.intake.jobs.sweeping import StaleDrafts as StaleDrafts
from services.intake.jobs.waiting import LateOfficers as LateOfficers
from services.intake.jobs.watching import WebhookLogWatch as WebhookLogWatch
