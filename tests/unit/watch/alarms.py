"""For each alarm the series that set it off and those that do not, in the notation of `promtool test rules`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WEBHOOK = 'http_request_seconds_count{job="intake", route="/v1/webhooks/whatsapp", status="%s"}'
READ = 'rabbitmq_detailed_queue_messages_ready{job="rabbitmq-queues", queue="%s"}'
EVER = "x420"


@dataclass(frozen=True)
class Case:
    """Series that set an alarm off after `after`, and series that leave it silent at every moment until then."""

    fires: Mapping[str, str]
    silent: Mapping[str, str]
    after: str = "3m"
    every: str = "15s"


def stands(series: str, loud: float, quiet: float, after: str = "3m", every: str = "15s") -> Case:
    """A gauge that stays."""
    return Case({series: f"{loud}{EVER}"}, {series: f"{quiet}{EVER}"}, after, every)


CASES: Mapping[str, Case] = {
    "ServiceDown": Case({'up{job="intake", instance="a"}': f"1x3 0{EVER}"}, {'up{job="intake", instance="a"}': f"0x3 1{EVER}"}, "5m"),
    "ServiceMissing": Case(
        {f'up{{job="{name}"}}': f"1{EVER}" for name in ("intake", "verification", "issuance")},
        {f'up{{job="{name}"}}': f"1{EVER}" for name in ("intake", "verification", "issuance", "notifier")},
    ),
    "ServiceRestarts": Case(
        {'process_start_time_seconds{job="intake"}': "1x9 2x9 3x9 4x9 5x99"},
        {'process_start_time_seconds{job="intake"}': f"1x9 2{EVER}"},
        "20m",
    ),
    "NotReady": stands('ready{job="issuance", check="renderer"}', 0, 1),
    "SlowAnswers": Case(
        {
            f'http_request_seconds_bucket{{job="intake", route="/v1", le="{le}"}}': f"0+{step}{EVER}"
            for le, step in (("1", 0), ("5", 9), ("+Inf", 9))
        },
        {f'http_request_seconds_bucket{{job="intake", route="/v1", le="{le}"}}': f"0+9{EVER}" for le in ("1", "5", "+Inf")},
        "25m",
    ),
    "TurnedAway": Case({'http_turned_away_total{job="intake"}': f"0x5 1{EVER}"}, {'http_turned_away_total{job="intake"}': f"3{EVER}"}),
    "MemoryNearLimit": Case(
        {'memory_used_bytes{job="intake"}': f"95{EVER}", 'memory_limit_bytes{job="intake"}': f"100{EVER}"},
        {'memory_used_bytes{job="intake"}': f"80{EVER}", 'memory_limit_bytes{job="intake"}': f"100{EVER}"},
        "12m",
    ),
    "DatabaseAway": Case(
        {f'ready{{job="{name}", check="mongo"}}': f"0{EVER}" for name in ("intake", "issuance")},
        {'ready{job="intake", check="mongo"}': f"0{EVER}", 'ready{job="issuance", check="mongo"}': f"1{EVER}"},
    ),
    "DatabaseMemberDown": stands('database_member_up{member="mongo-2"}', 0, 1),
    "DatabaseLags": stands('database_lag_seconds{member="mongo-2"}', 31, 30, "4m"),
    "DatabaseConnections": Case(
        {'database_connections{member="a"}': f"90{EVER}", 'database_connections_limit{member="a"}': f"100{EVER}"},
        {'database_connections{member="a"}': f"70{EVER}", 'database_connections_limit{member="a"}': f"100{EVER}"},
        "7m",
    ),
    "OplogShort": stands('database_oplog_seconds{member="a"}', 7199, 7200, "5h", "4m"),
    "DatabaseRefuses": Case(
        {'ready{job="intake", check="mongo"}': f"0{EVER}", 'ready{job="issuance", check="mongo"}': f"1{EVER}"},
        {f'ready{{job="{name}", check="mongo"}}': f"0{EVER}" for name in ("intake", "issuance")},
        "4m",
    ),
    "BrokerAway": Case(
        {'ready{job="intake", check="broker"}': f"0{EVER}", 'up{job="rabbitmq"}': f"0{EVER}"},
        {
            'ready{job="intake", check="broker"}': f"0{EVER}",
            'ready{job="issuance", check="broker"}': f"1{EVER}",
            'up{job="rabbitmq"}': f"1{EVER}",
        },
    ),
    "BrokerBlocks": stands("rabbitmq_alarms_memory_used_watermark", 1, 0),
    "QueueFills": stands(READ % "intake", 1001, 1000),
    "QueueUnread": stands('rabbitmq_detailed_queue_consumers{queue="intake"}', 0, 1),
    "DeadLetters": Case({READ % "intake.dead": f"1{EVER}"}, {READ % "intake.dead": f"0{EVER}", READ % "intake.retry.1m": f"5{EVER}"}, "6m"),
    "TopologyDiffers": stands('check_passed{check="topology"}', 0, 1),
    "CountFails": stands('count_failed{job="intake", what="work"}', 1, 0, "6m"),
    "WorkParked": stands('parked_now{job="issuance", kind="documents"}', 2, 0, "6m"),
    "ParkedForADay": stands('parked_now{job="issuance", kind="documents"}', 2, 0, "25h", "4m"),
    "WorkLate": stands('ready{job="issuance", check="documents"}', 0, 1),
    "BooksUnbalanced": stands('check_passed{check="conservation"}', 0, 1),
    "NumbersLost": stands('check_passed{check="numbers"}', 0, 1),
    "EffectsUncertain": Case(
        {'work_standing{job="notifier", kind="notices", state="unknown"}': f"1{EVER}"},
        {'work_standing{job="notifier", kind="notices", state="ready"}': f"9{EVER}"},
        "16m",
    ),
    "OutboxStands": Case(
        {
            'outbox_oldest_unsent_seconds{job="intake", instance="a"}': f"61{EVER}",
        },
        {'outbox_oldest_unsent_seconds{job="intake", instance="a"}': f"60{EVER}"},
    ),
    "OrderBroken": stands('check_passed{check="sequences"}', 0, 1),
    "PersonalDataInLogs": Case({'logs_masked_total{job="intake"}': f"0x5 1{EVER}"}, {'logs_masked_total{job="intake"}': f"0{EVER}"}),
    "TasksOverdue": Case({'tasks_open{due="overdue"}': f"1{EVER}"}, {'tasks_open{due="today"}': f"5{EVER}"}, "76m", "4m"),
    "ChatsWait": stands("chats_waiting_seconds", 3700, 3600, "12m"),
    "SenderPaused": stands('sender_paused{job="notifier"}', 1, 0),
    "CallsFail": Case(
        {'effects_total{kind="whatsapp", outcome="retry"}': f"0+1{EVER}"},
        {'effects_total{kind="whatsapp", outcome="done"}': f"0+9{EVER}"},
        "16m",
    ),
    "NobodyWrites": Case({WEBHOOK % "200": f"0+1x20 20{EVER}"}, {WEBHOOK % "200": f"0+1{EVER}"}, "27h", "4m"),
    "WebhookRefused": Case({WEBHOOK % "401": f"_x5 8{EVER}"}, {WEBHOOK % "401": f"0x9 1{EVER}"}),
    "RegisterPaused": stands('register_paused{job="verification"}', 1, 0, "6m"),
    "CertificateEnds": Case(
        {'certificate_days{kind="signer"}': f"29{EVER}"},
        {'certificate_days{kind="signer"}': f"31{EVER}", 'certificate_days{kind="tls"}': f"22{EVER}"},
    ),
    "CertificateOver": stands('certificate_days{kind="tls"}', -1, 3),
    "DocumentsAreSamples": stands("signer_genuine", 0, 1, "6m"),
    "MessageForged": Case(
        {'messages_forged_total{publisher="intake"}': f"_x10 1{EVER}"},
        {'messages_forged_total{publisher="intake"}': f"1{EVER}"},
        "76m",
        "4m",
    ),
    "PasswordsGuessed": Case(
        {'sign_ins_paused_total{known="true"}': f"_x10 1{EVER}"}, {'sign_ins_paused_total{known="true"}': f"1{EVER}"}, "76m", "4m"
    ),
    "AuditBroken": stands('check_passed{check="audit"}', 0, 1),
    "DiskSoonFull": Case(
        {'disk_free_bytes{place="system"}': f"19{EVER}", 'disk_size_bytes{place="system"}': f"100{EVER}"},
        {'disk_free_bytes{place="system"}': f"20{EVER}", 'disk_size_bytes{place="system"}': f"100{EVER}"},
        "6m",
    ),
    "DiskFull": Case(
        {'disk_free_bytes{place="system"}': f"9{EVER}", 'disk_size_bytes{place="system"}': f"100{EVER}"},
        {'disk_free_bytes{place="system"}': f"10{EVER}", 'disk_size_bytes{place="system"}': f"100{EVER}"},
    ),
    "BrokerDiskSoonFull": stands('rabbitmq_disk_space_available_bytes{instance="rabbitmq:15692"}', 1.9e9, 2.1e9, "6m"),
    "NothingTakenIn": stands('storage_low{job="intake"}', 1, 0),
    "ClockWrong": stands("clock_off_seconds", -31, 30, "12m"),
    "ClocksDiffer": stands('clock_ahead_seconds{job="intake"}', -31, 30, "12m"),
    "RetentionStopped": stands('retention_stopped{reason="clock_jumped"}', 1, 0, "12m"),
    "BackupOld": Case({'backup_at_seconds{kind="copy"}': f"0{EVER}"}, {'backup_at_seconds{kind="copy"}': f"0+15{EVER}"}, "7m"),
    "FullBackupOld": Case({'backup_at_seconds{kind="full"}': f"0{EVER}"}, {'backup_at_seconds{kind="full"}': f"4000{EVER}"}, "27h", "4m"),
    "NoBackup": Case({"up": f"1{EVER}"}, {'backup_at_seconds{kind="copy"}': f"0{EVER}"}, "76m", "4m"),
    "WatchdogSilent": Case({"watchdog_beat_at_seconds": f"0{EVER}"}, {"watchdog_beat_at_seconds": f"0+15{EVER}"}, "4m"),
    "ChecksSilent": Case(
        {'check_ran_at_seconds{check="audit"}': f"0{EVER}", 'check_ran_at_seconds{check="numbers"}': f"0+240{EVER}"},
        {'check_ran_at_seconds{check="audit"}': f"0+240{EVER}"},
        "26h",
        "4m",
    ),
    "MailFails": Case({"alertmanager_notifications_failed_total": f"0x5 1{EVER}"}, {"alertmanager_notifications_failed_total": f"0{EVER}"}),
}
