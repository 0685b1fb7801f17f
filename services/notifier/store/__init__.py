"""MongoDB of the notifier: jobs, lanes, early statuses and the state of the sender."""

from services.notifier.store.broadcasts import MongoBroadcastReader as MongoBroadcastReader
from services.notifier.store.early_statuses import MongoEarlyStatuses as MongoEarlyStatuses
from services.notifier.store.job_reader import MongoJobReader as MongoJobReader
from services.notifier.store.jobs import MongoJobs as MongoJobs
from services.notifier.store.lanes import MongoLanes as MongoLanes
from services.notifier.store.posting import EFFECT_ROWS as EFFECT_ROWS
from services.notifier.store.posting import POSTING_INDEXES as POSTING_INDEXES
from services.notifier.store.posting_reader import MongoPostEffects as MongoPostEffects
from services.notifier.store.posting_reader import MongoPostReader as MongoPostReader
from services.notifier.store.schema import INDEXES as INDEXES
from services.notifier.store.schema import JOBS as JOBS
from services.notifier.store.sender import MongoSenders as MongoSenders
from services.notifier.store.tx import MongoTx as MongoTx
