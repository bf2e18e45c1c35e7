"""Backups of a server that works, restored on an empty machine; what must not be restored is refused."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import tarfile
import threading
import time

import pytest

from stentor_server import Server, clip, programs


def stentor(folder, *words, **settings):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STENTOR_")}
    environment |= {"STENTOR_DATA_DIR": str(folder)} | settings
    return subprocess.run(
        [programs() / "stentor", *map(str, words)], env=environment, cwd="/", capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    # Long enough that not all are done before the backup begins.
    return [clip(folder, f"{number}.wav", 12 + number * 0.05, start=number * 0.1, repeats=2) for number in range(20)]


@pytest.fixture(scope="module")
def kept(tmp_path_factory, clips):
    """The backup of a server with one finished job."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "data").mkdir()
    with Server(folder / "data") as server:
        job = server.transcribe("/api/transcribe/async", clips[0], language="en").json()["job_id"]
        server.wait(job)
        done = stentor(folder / "data", "backup", folder / "b.tar")
        assert done.returncode == 0, done.stderr
    return folder


def test_twenty_jobs_run_while_it_is_backed_up(tmp_path, clips):
    data, empty, file = tmp_path / "data", tmp_path / "empty", tmp_path / "backup.tar"
    data.mkdir()
    promised = {}
    with Server(data, QUEUE_RATE_LIMIT_PER_USER="20") as server:
        finished = server.transcribe("/api/transcribe/async", clips[0], language="en").json()["job_id"]
        text = server.wait(finished)["result"]["full_text"]
        for path in clips:
            # Another file of the same sound: none is answered from the cache.
            promised[server.transcribe("/api/transcribe/async", path, language="en", prompt=path.name).json()["job_id"]] = path
        made = server.post("/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "1000"})
        assert made.status_code == 201, made.text
        upload = made.headers["Location"].rsplit("/", 1)[1]
        import requests

        sent = requests.patch(
            f"{server.url}/uploads/{upload}", data=b"x" * 400,
            headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"})
        assert sent.status_code == 204, sent.text
        # More come and go while the backup is made.
        stop = threading.Event()

        def traffic():
            while not stop.is_set():
                server.transcribe("/transcribe-file", clips[1], language="en", prompt="meanwhile")

        thread = threading.Thread(target=traffic)
        thread.start()
        done = stentor(data, "backup", file)
        stop.set()
        thread.join()
        assert done.returncode == 0, done.stderr
        assert not (data / "backup.held").exists()
        with tarfile.open(file) as archive:
            archive.extract("stentor.sqlite", tmp_path / "look")
        running = sqlite3.connect(tmp_path / "look" / "stentor.sqlite").execute(
            "SELECT count(*) FROM executions WHERE state IN ('queued', 'running') AND is_ephemeral = 0").fetchone()[0]
        assert running > 0, "the backup was to be made while jobs run"
        server.kill()
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("backup.tar")] == ["backup.tar"]
    done = stentor(empty, "restore", "--check", file)
    assert done.returncode == 0 and not empty.exists(), done.stderr
    done = stentor(empty, "restore", file)
    assert done.returncode == 0, done.stderr
    with Server(empty) as server:
        for job in promised:
            state = server.wait(job, seconds=300)
            assert state["status"] == "completed", (job, state)
        assert server.wait(finished)["result"]["full_text"] == text
        offset = requests.head(f"{server.url}/uploads/{upload}", headers={"Tus-Resumable": "1.0.0"})
        assert offset.status_code == 200 and 0 <= int(offset.headers["Upload-Offset"]) <= 400


def refused(target, file, *words):
    done = stentor(target, "restore", *words, file)
    assert done.returncode == 1, done.stderr
    assert not (target / "stentor.sqlite").exists() and not (target / "restore.new").exists()
    return done.stderr


def test_half_a_backup_is_refused(kept, tmp_path):
    whole = (kept / "b.tar").read_bytes()
    for share in (0, 0.3, 0.5, 0.9):
        half = tmp_path / "half.tar"
        half.write_bytes(whole[:int(len(whole) * share)])
        assert "ends before its end" in refused(tmp_path / "target", half)
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    half.write_bytes(changed)
    assert "damaged" in refused(tmp_path / "target", half)
    assert "failed" in refused(tmp_path / "target", tmp_path / "nowhere.tar")


def rewritten(source, target, change):
    """The same backup with another manifest, sealed rightly."""
    import hashlib
    import io

    with tarfile.open(source) as old, tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as new:
        for member in old.getmembers():
            content = old.extractfile(member).read()
            if member.name == "manifest.json":
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
                seal = hashlib.sha256(content).hexdigest() + "\n"
            elif member.name == "manifest.sha256":
                content = seal.encode()
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return target


def test_newer_backups_are_refused(kept, tmp_path):
    def schema(manifest):
        manifest["about"] |= {"schema": "999", "oldest_reader": "999"}

    newer = rewritten(kept / "b.tar", tmp_path / "newer.tar", schema)
    assert "newer program (schema 999" in refused(tmp_path / "target", newer)
    newer = rewritten(kept / "b.tar", tmp_path / "newer.tar", lambda manifest: manifest.update(format=7))
    assert "newer program (format 7" in refused(tmp_path / "target", newer)
    # What only added something may be restored.
    added = rewritten(
        kept / "b.tar", tmp_path / "added.tar", lambda manifest: manifest["about"].update(schema="999", oldest_reader="1"))
    assert stentor(tmp_path / "other", "restore", added).returncode == 0


def test_another_installation_wants_a_word(kept, tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "installation").write_text("0123456789abcdef" * 2 + "\n")
    assert "another installation" in refused(target, kept / "b.tar")
    done = stentor(target, "restore", "--from-another-installation", kept / "b.tar")
    assert done.returncode == 0, done.stderr
    assert (target / "installation").read_text() == (kept / "data" / "installation").read_text()


def test_a_folder_that_holds_something_is_refused(kept, tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    (target / "models").mkdir()
    (target / "letter.txt").write_text("mine")
    assert "not empty (letter.txt)" in refused(target, kept / "b.tar")
    assert (target / "letter.txt").read_text() == "mine"
    (target / "letter.txt").unlink()
    assert stentor(target, "restore", kept / "b.tar").returncode == 0
    done = stentor(target, "restore", kept / "b.tar")
    assert done.returncode == 1 and "not empty" in done.stderr


def test_an_archive_with_other_files_is_refused(kept, tmp_path):
    foreign = tmp_path / "foreign.tar"
    with tarfile.open(foreign, "w", format=tarfile.USTAR_FORMAT) as archive:
        archive.add(kept / "b.tar", "models/evil")
    assert "ends before its end" in refused(tmp_path / "target", foreign)
    link = tmp_path / "link.tar"
    (tmp_path / "ln").symlink_to("/etc/passwd")
    with tarfile.open(link, "w", format=tarfile.USTAR_FORMAT) as archive:
        archive.add(tmp_path / "ln", "stentor.sqlite")
    assert "other than files" in refused(tmp_path / "target", link)


def test_a_disk_that_fills_leaves_no_half_backup(kept, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode != 0:
        pytest.fail("no tmpfs can be mounted: run as root")
    try:
        done = stentor(kept / "data", "backup", disk / "b.tar")
        assert done.returncode == 1
        assert "room" in done.stderr or "full" in done.stderr, done.stderr
        assert list(disk.iterdir()) == []
        assert not (kept / "data" / "backup.held").exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert stentor(tmp_path, "backup", tmp_path / "b.tar").returncode == 1
    assert list(tmp_path.glob("b.tar*")) == []


def test_a_backup_that_was_killed_leaves_nothing_behind_the_next_start(kept, tmp_path):
    data = tmp_path / "data"
    assert stentor(data, "restore", kept / "b.tar").returncode == 0
    held = data / "backup.held"
    held.mkdir()
    (held / "a-medium").write_bytes(b"what somebody said")
    with Server(data) as server:
        assert not held.exists()
        assert server.stop() == 0
