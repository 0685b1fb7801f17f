"""The instruments, all in one place so that dashboards and alarms find them. Labels never hold ids or personal data."""

from __future__ import annotations

from typing import Final

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

HTTP_SECONDS: Final = Histogram("http_request_seconds", "Time to answer a request", ("method", "route", "status"), buckets=_SECONDS)
MESSAGES: Final = Counter("messages_total", "Messages handled", ("type", "outcome"))
UNIT_SECONDS: Final = Histogram("unit_of_work_seconds", "Time of one unit of work, reads to commit", ("kind",), buckets=_SECONDS)
UNIT_MESSAGES: Final = Histogram("unit_of_work_messages", "Messages in one unit of work", buckets=(1, 2, 5, 10, 20, 35, 50, 100))
HTTP_TURNED_AWAY: Final = Counter("http_turned_away_total", "Requests answered 503 because as many as may be were in work")
HTTP_CUT_OFF: Final = Counter("http_cut_off_total", "Connections ended because the caller was too slow", ("reason",))
OUTBOX_OLDEST_SECONDS: Final = Gauge("outbox_oldest_unsent_seconds", "Age of the oldest event that is not published yet")
OUTBOX_PUBLISHED: Final = Counter("outbox_published_total", "Events published with a confirm", ("type",))
OUTBOX_PARKED: Final = Counter("outbox_parked_total", "Events the broker refused", ("type",))
FORGED: Final = Counter("messages_forged_total", "Messages refused because their publisher may not say that", ("publisher",))
PARKED: Final = Counter("parked_total", "What could not be handled and waits for a person", ("reason",))
EFFECTS: Final = Counter("effects_total", "Outside effects", ("kind", "outcome"))
EFFECT_SECONDS: Final = Histogram("effect_seconds", "Time of one call to the outside", ("kind",), buckets=_SECONDS)
SENDER_PAUSED: Final = Gauge("sender_paused", "1 while nothing may be sent to WhatsApp until an operator resumes")
SIGN_INS_PAUSED: Final = Counter("sign_ins_paused_total", "Names paused after wrong passwords or codes", ("known",))
REGISTER_PAUSED: Final = Gauge("register_paused", "1 while the civil register is not to be had and work on it stands")
REFILL_ROWS: Final = Counter("refill_rows_total", "Rows of an older release, by what became of them", ("refill", "outcome"))
REFILL_DONE: Final = Gauge("refill_done", "1 when all rows of an older release have it", ("refill",))
RETENTION_REMOVED: Final = Counter("retention_removed_total", "What was removed because its time was over", ("kind",))
RETENTION_REMOVED_BYTES: Final = Counter("retention_removed_bytes_total", "Bytes of files removed because their time was over", ("kind",))
RETENTION_STOPPED: Final = Gauge("retention_stopped", "1 while nothing is removed though its time may be over", ("reason",))
RETENTION_HELD: Final = Gauge("retention_held", "What would be over and is still needed", ("kind",))
DISK_FREE_BYTES: Final = Gauge("disk_free_bytes", "What is free", ("place",))
DISK_SIZE_BYTES: Final = Gauge("disk_size_bytes", "How large it is", ("place",))
STORAGE_LOW: Final = Gauge("storage_low", "1 while nothing new is taken in because a disk is nearly full")
CLOCK_AHEAD_SECONDS: Final = Gauge("clock_ahead_seconds", "How far this clock is ahead of the database's")
CONSUMER_PAUSED: Final = Gauge("consumer_paused", "1 while the consumer waits for MongoDB")
LOGS_MASKED: Final = Counter("logs_masked_total", "Lines that were about to hold something personal, and do not (promise I8)")

# What stands now, counted anew when somebody asks for measurements (`shared.web.measuring`): right after a restart too, as no counter is.
READY: Final = Gauge("ready", "1 while what readiness asks for is there", ("check",))
READY_VALUE: Final = Gauge("ready_value", "What a check of readiness measured, such as an age in seconds", ("check",))
WORK_STANDING: Final = Gauge("work_standing", "What is accepted and not finished, by the state it stands in", ("kind", "state"))
PARKED_NOW: Final = Gauge("parked_now", "What was given up and waits for a person", ("kind",))
TASKS_OPEN: Final = Gauge("tasks_open", "Tasks that wait for an officer, by when they are promised", ("due",))
CHATS_WAITING: Final = Gauge("chats_waiting", "Chats in which somebody waits for an officer")
CHATS_WAITING_SECONDS: Final = Gauge("chats_waiting_seconds", "How long the first of them has waited")
CERTIFICATE_DAYS: Final = Gauge("certificate_days", "Days until a certificate ends", ("kind",))
SIGNER_GENUINE: Final = Gauge("signer_genuine", "1 while documents are signed by the office's own certificate, 0 while by that of the demo")
MEMORY_USED_BYTES: Final = Gauge("memory_used_bytes", "What the container needs: without files that can be read again")
MEMORY_LIMIT_BYTES: Final = Gauge("memory_limit_bytes", "What it may have")
COUNT_FAILED: Final = Gauge("count_failed", "1 while something could not be counted; its gauge then says nothing", ("what",))


def render() -> bytes:
    """Return everything in the Prometheus text format."""
    return generate_latest(REGISTRY)
