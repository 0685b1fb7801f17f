"""I8 is judged: what names one of the load's people in a log is found, however it is written, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.checks import privacy
from tests.chaos.specimen import CASE_NUMBER, NAME, NIK, PHONE, right


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f'{{"event":"request.opened","detail":"x{NIK}y"}}', "number"),
        (f'{{"event":"lane.lost","lane":"whatsapp:{PHONE}"}}', "number"),
        ('{"event":"case.opened","holder":"Siti  Aminah"}', "name"),
        (f'{{"event":"case.opened","case":"{CASE_NUMBER}"}}', "case_number"),
        ('{"event":"message.sent","id":"wamid.HBgMNjI4MTIzNDU2Nzg5"}', "message_id"),
    ],
)
def test_personal_data_in_a_log_line_is_caught(tmp_path: Path, line: str, kind: str) -> None:
    log = tmp_path / "intake.log"
    log.write_text('{"event":"service.started"}\n' + line + "\n")
    (found,) = privacy.Reader([log]).findings(right().history.personal_values)
    assert (found.promise, found.evidence["kind"], found.evidence["lines"]) == ("I8", kind, [2])
    assert not [value for value in (NIK, PHONE, NAME, CASE_NUMBER) if value in str(found)]


def test_a_log_is_read_on_where_it_was_left_also_when_it_was_moved_aside(tmp_path: Path) -> None:
    log = tmp_path / "intake.log"
    reader = privacy.Reader([log])
    log.write_text(f"{{}}\n{NIK}\n{PHONE}")  # the last line is being written
    assert [found.evidence["lines"] for found in reader.findings([NIK, PHONE])] == [[2]]
    with log.open("a") as more:
        more.write("\n")
    log.rename(tmp_path / "intake.log.1")
    log.write_text(f"{NIK}\n")
    assert [found.evidence["lines"] for found in reader.findings([NIK, PHONE])] == [[2, 3, 1]]


def test_a_log_without_persons_passes(tmp_path: Path) -> None:
    log = tmp_path / "intake.log"
    log.write_text('{"event":"effect.tried","job":"reply:01a20e3a-08bb-7065-8001-b0f25a95af5f","ms":3519015708.85,"siti":"aminah"}\n')
    assert privacy.Reader([log]).findings([NIK, PHONE, NAME, CASE_NUMBER]) == []
