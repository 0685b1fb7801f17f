"""What goes on day and night: the continuous copy, a full backup a day, and the removal of what is older than it is kept."""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from prometheus_client import Gauge, start_http_server

from deploy.admin.broker import definitions
from deploy.admin.changes import Copied, copy_changes, last_copied
from deploy.admin.manifest import Manifest
from deploy.admin.marks import all_counters, keep_marks
from deploy.admin.moments import CHANGES, MARKS, SETS, SUMS, ClusterTime, changes_span
from deploy.admin.refusal import Refused
from deploy.admin.sets import make_set, sets
from deploy.admin.settings import BackupSettings
from deploy.admin.source import connected, snapshot
from deploy.admin.targets import BackupTarget, target_of
from shared import metrics
from shared.clock import WIB, now

Tell = Callable[[str], None]

AT: Final = Gauge("backup_at_seconds", "Until when everything is at the target (copy), and when the last full one was made", ("kind",))


def back_up(settings: BackupSettings, tell: Tell) -> Manifest:
    """Make a full backup, mark every counter, and remove what is too old.

    Raises:
        Refused: what making one raises.
    """
    target, recipients = target_of(settings), settings.recipients()
    broker = definitions(settings, tell)  # first: what is slow to answer takes nothing of the time that MongoDB has a history of
    with connected(settings.backup_mongo_url.get_secret_value(), "BACKUP_MONGO_URL") as client:
        with snapshot(client, settings.by_service()) as source:
            made = make_set(
                source,
                target,
                recipients,
                settings.backup_scratch,
                state=settings.backup_state,
                variables=settings.backup_variables,
                broker=broker,
                tell=tell,
            )
        counters = all_counters(client, settings.by_service())
        keep_marks(target, recipients, settings.backup_scratch, made.cluster_time, counters, whole=True)
    copy(settings, target, made.cluster_time)  # what changed meanwhile: the contents of files are read last, as they are then
    for name in clear(target, settings, now().astimezone(WIB).date()):
        tell(f"{name} dihapus: terlalu lama")
    return made


def copy(settings: BackupSettings, target: BackupTarget, since: ClusterTime) -> Copied:
    """Copy what changed after a moment, and mark the counters that were raised.

    Raises:
        Refused: what copying raises.
    """
    recipients, scratch = settings.recipients(), settings.backup_scratch
    with connected(settings.backup_mongo_url.get_secret_value(), "BACKUP_MONGO_URL") as client:
        copied = copy_changes(client, settings.by_service(), target, recipients, scratch, since)
    keep_marks(target, recipients, scratch, copied.until, copied.counters, whole=False)
    return copied


class Keeper:
    """Copies and backs up until it is told to stop. An error is told and tried again: nobody need look after it.

    A full backup may take hours; the copy goes on meanwhile.
    """

    def __init__(self, settings: BackupSettings, tell: Tell) -> None:
        """Keep what the settings name."""
        self._settings = settings
        self._tell = tell
        self._stop = threading.Event()
        self._ages: dict[str, float] = {}
        self._full: threading.Thread | None = None

    def run(self) -> None:
        """Go on until SIGTERM or SIGINT."""
        if self._settings.backup_metrics_port:
            start_http_server(self._settings.backup_metrics_port, self._settings.backup_metrics_host)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        while not self._stop.is_set():
            if self._settings.backup_beat is not None:
                self._settings.backup_beat.touch()
            try:
                self.once(now())
            except Refused as error:
                self._tell(error.sentence)
            self._stop.wait(self._settings.backup_copy_seconds)

    def once(self, at: datetime) -> None:
        """Begin a full backup where it is time for one, and copy what changed.

        Raises:
            Refused: what copying raises; a full backup that fails is told.
        """
        target = target_of(self._settings)
        _note_room(Path(self._settings.backup_target))
        since = last_copied(target)
        whole = sets(target)
        self._note_age("full", ClusterTime.read(whole[-1]) if whole else None)
        self._note_age("copy", since)
        if since is None or self._is_due(whole, at):
            self._begin()
        if since is None:
            return
        try:
            copied = copy(self._settings, target, since)
        except Refused as error:
            if error.code == "oplog_gap":
                self._begin()
            raise
        self._note_age("copy", copied.until)  # also where nothing changed, of which no file is made
        if copied.changes:
            self._tell(f"{copied.changes} perubahan sampai {copied.until.at:%Y-%m-%d %H:%M:%S} UTC")

    def _note_age(self, kind: str, at: ClusterTime | None) -> None:
        """Tell the age of what lies at the target, whoever brought it: right after a restart, too."""
        if at is not None:
            self._ages[kind] = max(self._ages.get(kind, 0.0), at.at.timestamp())
            AT.labels(kind).set(self._ages[kind])

    def finish(self) -> None:
        """Wait for a full backup that is under way."""
        if self._full is not None:
            self._full.join()

    def _begin(self) -> None:
        """Make a full backup beside the copy, where none is under way."""
        if self._full is None or not self._full.is_alive():
            self._full = threading.Thread(target=self._back_up, daemon=True)  # one that is cut off leaves a set that is no backup
            self._full.start()

    def _back_up(self) -> None:
        try:
            back_up(self._settings, self._tell)
        except Refused as error:
            self._tell(error.sentence)

    def _is_due(self, whole: Sequence[str], at: datetime) -> bool:
        local = at.astimezone(WIB)
        due = datetime.combine(local.date(), self._settings.backup_at, WIB)
        due = due if due <= local else due - timedelta(days=1)
        return not whole or ClusterTime.read(whole[-1]).at < due


def _note_room(folder: Path) -> None:
    """Tell what is free at a target that is a folder; of the others only their machine knows."""
    if folder.is_absolute() and folder.is_dir():
        usage = shutil.disk_usage(folder)
        metrics.DISK_FREE_BYTES.labels("backup").set(usage.free)
        metrics.DISK_SIZE_BYTES.labels("backup").set(usage.total)


def clear(target: BackupTarget, settings: BackupSettings, today: date) -> list[str]:
    """Remove what is older than it is kept; return the names of the full backups that went. The newest one always stays."""
    whole = sets(target)
    kept = set(kept_sets(whole, today, settings.backup_keep_days, settings.backup_keep_months)) | set(whole[-1:])
    gone = [name for name in whole if name not in kept]
    torn = {name.rpartition("/")[0] for name in target.names(SETS)} - set(whole)  # cut off while they were made
    for name in (*gone, *(each for each in sorted(torn) if _day(each) < today - timedelta(days=1))):
        files = sorted(target.names(name), key=lambda file: not file.endswith(SUMS))  # without its sums it is no backup any more
        for file in files:
            target.remove(file)
    oldest_day = today - timedelta(days=settings.backup_keep_days)
    daily = [name for name in whole if name in kept and _day(name) >= oldest_day] or whole[-1:]
    for name in target.names(CHANGES):
        if daily and changes_span(name)[1] <= ClusterTime.read(daily[0]):
            target.remove(name)
    marks = target.names(MARKS)
    last_whole = max((place for place, name in enumerate(marks) if "-all" in name), default=0)
    for name in marks[:last_whole]:
        target.remove(name)
    return gone


def kept_sets(names: Iterable[str], today: date, days: int, months: int) -> list[str]:
    """Return which full backups stay: all of so many days, and of so many months the first of each."""
    found: list[str] = []
    seen: set[tuple[int, int]] = set()
    oldest_day, oldest_month = today - timedelta(days=days), today.year * 12 + today.month - months
    for name in sorted(names):
        day = _day(name)
        is_first = (day.year, day.month) not in seen
        seen.add((day.year, day.month))
        if day >= oldest_day or (is_first and day.year * 12 + day.month > oldest_month):
            found.append(name)
    return found


def _day(name: str) -> date:
    return ClusterTime.read(name).at.astimezone(WIB).date()
