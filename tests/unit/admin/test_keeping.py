"""Which full backups are kept, and what an update of the oplog makes of a row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from deploy.admin.keeping import clear, kept_sets
from deploy.admin.moments import SUMS, ClusterTime, changes_name, changes_span, marks_name, set_name
from deploy.admin.refusal import Refused, sentences
from deploy.admin.replaying import patched
from deploy.admin.sets import sets
from deploy.admin.settings import BackupSettings
from deploy.admin.targets import FolderTarget

TODAY = date(2026, 11, 29)


def daily(days: int) -> list[str]:
    """A set of each day, at one o'clock of the office."""
    last = datetime(2026, 11, 28, 18, tzinfo=UTC)
    return [set_name(ClusterTime(int((last - timedelta(days=days - 1 - count)).timestamp()), 1)) for count in range(days)]


def test_all_of_the_last_days_are_kept_and_the_first_of_each_month() -> None:
    names = daily(400)
    kept = kept_sets(names, TODAY, days=14, months=3)
    assert kept[-15:] == names[-15:]
    assert [ClusterTime.read(name).at.strftime("%m-%d") for name in kept[:-15]] == ["08-31", "09-30", "10-31"], "the first of WIB's months"
    assert kept_sets(names, TODAY, days=1, months=0) == names[-2:]


def test_what_is_too_old_goes_with_the_changes_before_it_and_marks_that_a_later_one_has(tmp_path: Path) -> None:
    target, names = FolderTarget(tmp_path), daily(60)
    moments = [ClusterTime.read(name) for name in names]
    files = [f"{name}/{file}" for name in names for file in (SUMS, "manifest.json.age", "intake.requests.0001.bson.age")]
    files.append(f"{set_name(ClusterTime(moments[55].seconds + 5))}/intake.requests.0001.bson.age")  # cut off while it was made
    files += [changes_name(since, until) for since, until in pairwise(moments)]
    files += [marks_name(moment, whole=moment in (moments[0], moments[50])) for moment in moments]
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    gone = clear(target, BackupSettings(backup_keep_days=7, backup_keep_months=2), TODAY)
    kept = sets(target)
    assert sorted([*gone, *kept]) == names
    assert kept[-8:] == names[-8:]
    assert len(target.names("sets")) == 3 * len(kept)
    assert target.names("changes") == [changes_name(since, until) for since, until in pairwise(moments[-8:])]
    assert target.names("marks") == [marks_name(moment, whole=moment == moments[50]) for moment in moments[50:]]
    assert clear(target, BackupSettings(backup_keep_days=1, backup_keep_months=0), TODAY + timedelta(days=900)) == kept[:-1]


def test_names_tell_the_moments() -> None:
    since, until = ClusterTime(1_795_982_025, 2), ClusterTime(1_795_982_025, 11)
    assert changes_span(changes_name(since, until)) == (since, until)
    assert sorted([changes_name(until, until), changes_name(since, until)]) == [changes_name(since, until), changes_name(until, until)]
    with pytest.raises(Refused, match="moment_outside"):
        ClusterTime.read("sets/yesterday")


@pytest.mark.parametrize(
    ("row", "diff", "after"),
    [
        ({"_id": 1, "a": 1, "b": 2}, {"d": {"a": False}, "u": {"b": 3}, "i": {"c": 4}}, {"_id": 1, "b": 3, "c": 4}),
        ({"_id": 1, "x": {"y": {"z": 1}}}, {"sx": {"sy": {"u": {"z": 2}}}}, {"_id": 1, "x": {"y": {"z": 2}}}),
        ({"_id": 1, "l": [1, 2, 3]}, {"sl": {"a": True, "l": 2, "u0": 9}}, {"_id": 1, "l": [9, 2]}),
        ({"_id": 1, "l": [{"k": 1}]}, {"sl": {"a": True, "s0": {"u": {"k": 2}}, "u2": 7}}, {"_id": 1, "l": [{"k": 2}, None, 7]}),
        ({"_id": 1, "l": [[1, 2]]}, {"sl": {"a": True, "s0": {"a": True, "u1": 5}}}, {"_id": 1, "l": [[1, 5]]}),
    ],
)
def test_an_update_of_the_oplog(row: dict[str, object], diff: dict[str, object], after: dict[str, object]) -> None:
    assert patched(row, diff) == after


def test_every_refusal_has_a_sentence_that_ends() -> None:
    assert all(sentence.endswith(".") for sentence in sentences().values())
    assert Refused("age_missing", "x").sentence == "age_missing: Program age tidak ada di mesin ini. Pasang paket age. (x)"


def test_the_pages_for_operators_have_every_refusal() -> None:
    folder = Path(__file__).parents[3] / "docs" / "operations"
    pages = "".join((folder / name).read_text(encoding="utf-8") for name in ("cadangan.md", "mengikuti.md"))
    assert not [code for code, sentence in sentences().items() if f"| `{code}` | {sentence} |" not in pages]
