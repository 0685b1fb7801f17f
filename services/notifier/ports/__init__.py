"""What the handlers need from outside: the unit of work, jobs, lanes and broadcasts, and the ways out."""

from services.notifier.ports.broadcasts import BroadcastPage as BroadcastPage
from services.notifier.ports.broadcasts import BroadcastReader as BroadcastReader
from services.notifier.ports.broadcasts import BroadcastResults as BroadcastResults
from services.notifier.ports.broadcasts import NewsWishes as NewsWishes
from services.notifier.ports.deps import Deps as Deps
from services.notifier.ports.sending import Courts as Courts
from services.notifier.ports.sending import DocumentSource as DocumentSource
from services.notifier.ports.sending import EarlyStatus as EarlyStatus
from services.notifier.ports.sending import EarlyStatuses as EarlyStatuses
from services.notifier.ports.sending import JobPage as JobPage
from services.notifier.ports.sending import JobQuery as JobQuery
from services.notifier.ports.sending import JobReader as JobReader
from services.notifier.ports.sending import JobRow as JobRow
from services.notifier.ports.sending import Jobs as Jobs
from services.notifier.ports.sending import Lane as Lane
from services.notifier.ports.sending import Lanes as Lanes
from services.notifier.ports.sending import Messenger as Messenger
from services.notifier.ports.sending import SenderLimiter as SenderLimiter
from services.notifier.ports.sending import Senders as Senders
from services.notifier.ports.tx import Transact as Transact
from services.notifier.ports.tx import Tx as Tx
