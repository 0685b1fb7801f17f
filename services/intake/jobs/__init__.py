"""The jobs on the webhook log: chats in order per sender, statuses in batches; drafts that were left, and who waits for an officer.

They are woken within the process to be fast; polling, and state in MongoDB, make them correct.
"""

from services.intake.jobs.audiences import AudienceFinder as AudienceFinder
from services.intake.jobs.chats import ChatLimits as ChatLimits
from services.intake.jobs.chats import ChatWorker as ChatWorker
from services.intake.jobs.reminding import DraftReminders as DraftReminders
from services.intake.jobs.statuses import StatusWorker as StatusWorker
from services.intake.jobs.sweeping import StaleDrafts as StaleDrafts
from services.intake.jobs.waiting import LateOfficers as LateOfficers
