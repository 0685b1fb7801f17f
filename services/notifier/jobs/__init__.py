"""What runs by itself: dispatchers that start due lanes, workers that send what stands in one, the sweep for early statuses, broadcasts.

One job from ready to done: `dispatcher` (which lanes), `lane_worker` (which job of a lane), `job_sender` (its try), `recorder` (its end).
What is said to everybody goes by lanes too: `publisher`, and `measurer` for its numbers.
"""

from services.notifier.jobs.broadcaster import Broadcaster as Broadcaster
from services.notifier.jobs.dispatcher import Dispatcher as Dispatcher
from services.notifier.jobs.lane_worker import LaneWorker as LaneWorker
from services.notifier.jobs.measurer import Measurer as Measurer
from services.notifier.jobs.publisher import PostPublisher as PostPublisher
from services.notifier.jobs.status_sweeper import StatusSweeper as StatusSweeper
