"""What happens by itself: decisions take effect, lateness is announced. State in MongoDB makes it correct, whoever crashes."""

from services.verification.jobs.due_tasks import DecisionJob as DecisionJob
from services.verification.jobs.due_tasks import LatenessJob as LatenessJob
from services.verification.jobs.register import RegisterJob as RegisterJob
