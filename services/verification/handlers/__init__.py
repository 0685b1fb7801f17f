"""Use cases: take requests in and judge them, hand out work, let officers decide, record what was issued."""

from services.verification.handlers.alarms import raise_alarm as raise_alarm
from services.verification.handlers.asking import ask_citizen as ask_citizen
from services.verification.handlers.asking import take_answer as take_answer
from services.verification.handlers.asking import withdraw_question as withdraw_question
from services.verification.handlers.bulk import approve_green as approve_green
from services.verification.handlers.deciding import Act as Act
from services.verification.handlers.deciding import TaskDecision as TaskDecision
from services.verification.handlers.deciding import decide_task as decide_task
from services.verification.handlers.deciding import give_back_decision as give_back_decision
from services.verification.handlers.deciding import settle_decision as settle_decision
from services.verification.handlers.deciding import undo_decision as undo_decision
from services.verification.handlers.desk import TaskView as TaskView
from services.verification.handlers.desk import claim_task as claim_task
from services.verification.handlers.desk import open_attachment as open_attachment
from services.verification.handlers.desk import release_task as release_task
from services.verification.handlers.desk import view_task as view_task
from services.verification.handlers.judging import prefetch as prefetch
from services.verification.handlers.judging import take_in as take_in
from services.verification.handlers.queue import assign_task as assign_task
from services.verification.handlers.queue import hand_over as hand_over
from services.verification.handlers.queue import next_task as next_task
from services.verification.handlers.queue import release_all as release_all
from services.verification.handlers.recording import apply_again as apply_again
from services.verification.handlers.recording import give_up as give_up
from services.verification.handlers.recording import record_document as record_document
