"""MongoDB of the notifier: jobs, lanes, kept statuses and the state of the sender."""

from services.notifier.store.documents import INDEXES as INDEXES
from services.notifier.store.documents import JOBS as JOBS
from services.notifier.store.lanes import MongoLanes as MongoLanes
from services.notifier.store.reading import JobPage as JobPage
from services.notifier.store.reading import JobRow as JobRow
from services.notifier.store.reading import MongoJobReader as MongoJobReader
from services.notifier.store.sender import MongoSenders as MongoSenders
from services.notifier.store.tx import MongoTx as MongoTx
from services.notifier.store.writing import MongoJobs as MongoJobs
