"""The places where backups lie, each a real one: a folder, a server by SFTP, a bucket of an S3 service that checks signatures."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.admin.refusal import Refused
from deploy.admin.s3 import S3Target
from deploy.admin.settings import BackupSettings
from deploy.admin.sftp import SftpTarget
from deploy.admin.targets import BackupTarget, FolderTarget, target_of
from deploy.local.ports import free_ports
from deploy.local.processes import Process
from deploy.local.programs import find_sshd
from tests.integration.admin.bucket import ACCESS_KEY, SECRET_KEY, Bucket

USER = pwd.getpwuid(os.getuid()).pw_name
SSHD = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
"""


@pytest.fixture
def stuck(tmp_path: Path) -> Iterator[BackupSettings]:
    """A server that lets one in and whose disk then does not answer; the settings that lead to it."""
    yield from served(tmp_path, SSHD.replace("internal-sftp", "/usr/bin/wc"))


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[BackupSettings]:
    """An SSH server of this test's own; the settings that lead to it."""
    yield from served(tmp_path, SSHD)


def served(tmp_path: Path, configuration: str) -> Iterator[BackupSettings]:
    """What both do."""
    program = find_sshd()
    assert program is not None, "make setup installs one"
    (port,) = free_ports(1)
    for name in ("host", "mine", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    (tmp_path / "authorized").write_text((tmp_path / "mine.pub").read_text())
    (tmp_path / "known").write_text(f"[127.0.0.1]:{port} {(tmp_path / 'host.pub').read_text()}")
    (tmp_path / "sshd").write_text(configuration.format(port=port, folder=tmp_path))
    Path("/run/sshd").mkdir(exist_ok=True)
    server = Process("sshd", [str(program), "-D", "-e", "-f", str(tmp_path / "sshd")], pid_file=tmp_path / "pid", log=tmp_path / "log")
    server.start()
    server.wait_ready(lambda: "Server listening" in (tmp_path / "log").read_text(), 30)
    yield BackupSettings(
        backup_target=f"sftp://{USER}@127.0.0.1:{port}{tmp_path}/far away",
        sftp_key_file=tmp_path / "mine",
        sftp_known_hosts_file=tmp_path / "known",
    )
    server.stop()


@pytest.fixture
def s3() -> Iterator[BackupSettings]:
    """A bucket; the settings that lead to it."""
    with Bucket("cadangan", page=2) as bucket:
        yield BackupSettings(
            backup_target="s3://cadangan/kab madiun", s3_endpoint=bucket.url, s3_access_key=ACCESS_KEY, s3_secret_key=SECRET_KEY
        )


def keeps_files(target: BackupTarget, folder: Path) -> None:
    """What every place does."""
    folder.mkdir()
    there, back = folder / "there", folder / "back"
    assert target.names("sets") == []
    for number in range(5):
        there.write_bytes(bytes(range(256)) * 300 + bytes([number]))
        target.put(there, f"sets/2026+a/{number} x.age")
    there.write_bytes(b"new")
    target.put(there, "sets/2026+a/0 x.age")
    target.put(there, "marks/1")
    assert target.names("sets") == [f"sets/2026+a/{number} x.age" for number in range(5)]
    target.fetch("sets/2026+a/0 x.age", back)
    assert back.read_bytes() == b"new"
    target.fetch("sets/2026+a/4 x.age", back)
    assert back.read_bytes()[-1] == 4
    target.remove("sets/2026+a/0 x.age")
    target.remove("sets/2026+a/0 x.age")
    assert len(target.names("sets")) == 4
    with pytest.raises(Refused, match="backup_missing"):
        target.fetch("sets/2026+a/0 x.age", back)


def test_a_folder_keeps_files(tmp_path: Path) -> None:
    target = target_of(BackupSettings(backup_target=str(tmp_path / "far away")))
    assert isinstance(target, FolderTarget)
    keeps_files(target, tmp_path / "here")


def test_a_server_keeps_files_by_sftp(ssh: BackupSettings, tmp_path: Path) -> None:
    target = target_of(ssh)
    assert isinstance(target, SftpTarget)
    keeps_files(target, tmp_path / "here")
    assert not list((tmp_path / "far away").rglob("*.part"))


def test_a_server_that_is_another_or_does_not_know_us_is_refused(ssh: BackupSettings, tmp_path: Path) -> None:
    stranger = ssh.model_copy(update={"sftp_key_file": tmp_path / "other"})
    with pytest.raises(Refused, match="target_refused"):
        target_of(stranger).names("sets")
    (tmp_path / "known").write_text((tmp_path / "known").read_text().replace((tmp_path / "host.pub").read_text(), "") + "ssh-ed25519 AAAA")
    with pytest.raises(Refused, match="target_refused"):
        target_of(ssh).put(tmp_path / "mine", "sets/x")
    (port,) = free_ports(1)
    with pytest.raises(Refused, match="target_unreachable"):
        target_of(ssh.model_copy(update={"backup_target": f"sftp://{USER}@127.0.0.1:{port}/x"})).names("sets")


def test_a_server_that_lets_one_in_and_says_no_more_is_not_waited_for_without_end(stuck: BackupSettings, tmp_path: Path) -> None:
    target = target_of(stuck.model_copy(update={"sftp_answer_seconds": 2}))
    with pytest.raises(Refused, match="target_unreachable"):
        target.names("sets")
    with pytest.raises(Refused, match="target_unreachable"):
        target.put(tmp_path / "mine", "sets/x")


def test_a_bucket_keeps_files(s3: BackupSettings, tmp_path: Path) -> None:
    target = target_of(s3)
    assert isinstance(target, S3Target)
    keeps_files(target, tmp_path / "here")


def test_a_bucket_refuses_a_wrong_secret_and_is_missed_when_it_is_away(s3: BackupSettings) -> None:
    with pytest.raises(Refused, match="target_refused: 403 SignatureDoesNotMatch"):
        target_of(s3.model_copy(update={"s3_secret_key": BackupSettings(s3_secret_key="wrong").s3_secret_key})).names("sets")
    with pytest.raises(Refused, match="target_refused: 404 NoSuchBucket"):
        target_of(s3.model_copy(update={"backup_target": "s3://other/x"})).names("sets")
    with pytest.raises(Refused, match="target_unreachable"):
        target_of(s3.model_copy(update={"s3_endpoint": "http://127.0.0.1:1"})).names("sets")
