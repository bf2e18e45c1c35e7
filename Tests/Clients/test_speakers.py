"""Who speaks, by name: on the command line, by consent, and with OpenAI's client."""

import base64
import os
import subprocess

import openai
import pytest

from stentor_server import SAMPLE, Server, clip, programs

NAME = "Wilhelmina-Quux"


def lower(source, path):
    """Another voice: the same words, much lower."""
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", str(source), "-af", "asetrate=16000*0.6,aresample=16000,atempo=1.6",
         "-ac", "1", "-ar", "16000", str(path)], check=True)
    return path


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """Two voices, each alone, and a conversation of both."""
    folder = tmp_path_factory.mktemp("voices")
    first = clip(folder, "first.wav", 8)
    second = lower(first, folder / "second.wav")
    both = folder / "both.wav"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", str(first), "-i", str(second), "-i", str(first), "-filter_complex",
         "concat=n=3:v=0:a=1", str(both)], check=True)
    return {"first": first, "second": second, "both": both}


@pytest.fixture(scope="module")
def server():
    with Server(TRANSCRIPTION_PROVIDER="sphinx", STENTOR_VOICE_ROSTER="true") as running:
        yield running


def stentor(server, *words):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STENTOR_")}
    return subprocess.run(
        [programs() / "stentor", *words, "--server", server.url], env=environment | {"STENTOR_DATA_DIR": str(server.folder)},
        cwd=server.folder, capture_output=True, text=True, timeout=60)


def transcribe(server, path, name):
    """A job whose media is kept."""
    with open(path, "rb") as file:
        answer = server.post(
            "/transcribe-file", files={"file": (name, file)},
            data={"speakers": "2", "history": "true", "async": "true"})
    assert answer.status_code == 202, answer.text
    job = answer.json()["job_id"]
    assert server.wait(job, seconds=300)["status"] == "completed"
    return job


def data_url(path):
    return "data:audio/wav;base64," + base64.b64encode(path.read_bytes()).decode()


def test_speakers_are_named_on_the_command_line(server, sounds):
    job = transcribe(server, sounds["both"], "named.wav")
    listed = stentor(server, "speakers", job)
    assert listed.returncode == 0, listed.stderr
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["SPEAKER_00", "SPEAKER_01"]
    assert "Ana Maria" in stentor(server, "speakers", job, "SPEAKER_00=Ana Maria").stdout
    both = stentor(server, "speakers", job, "SPEAKER_01=Ben").stdout
    assert "Ana Maria" in both and "Ben" in both, "names that were given before stay"
    text = server.get(f"/job/{job}/result?format=txt")
    if text.status_code == 200:
        assert "Ana Maria: " in text.text
    assert "Ben" not in stentor(server, "speakers", job, "SPEAKER_01=").stdout
    wrong = stentor(server, "speakers", job, "SPEAKER_09=Eve")
    assert wrong.returncode == 1 and "there is no SPEAKER_09" in wrong.stderr
    assert stentor(server, "speakers", job, "Eve").returncode == 2
    assert stentor(server, "speakers", "nojob").returncode == 1


def test_a_list_by_consent_that_forgets(server, sounds):
    job = transcribe(server, sounds["both"], "listed.wav")
    refused = stentor(server, "voices", "enrol", NAME, job, "SPEAKER_00")
    assert refused.returncode == 2 and "agreed" in refused.stderr
    for consent in [None, {"by": "", "words": "yes"}]:
        answer = server.post("/voices", json={"name": NAME, "job": job, "speaker": "SPEAKER_00", "consent": consent})
        assert answer.status_code == 422 and answer.json()["error"]["code"] == "no_consent", answer.text
    added = stentor(
        server, "voices", "enrol", "--by", "herself", "--consent", "I agree.", NAME, job, "SPEAKER_00")
    assert added.returncode == 0 and NAME in added.stdout, added.stderr
    same = server.post("/voices", json={
        "name": "Eve", "job": job, "speaker": "SPEAKER_00", "consent": {"by": "me", "words": "yes"}})
    assert same.status_code == 409 and same.json()["error"]["code"] == "same_voice"

    other = transcribe(server, sounds["both"], "later.wav")
    found = stentor(server, "voices", "recognise", other)
    assert found.returncode == 0, found.stderr
    assert f"SPEAKER_00  {NAME}" in found.stdout and "SPEAKER_01  unknown" in found.stdout
    assert NAME in stentor(server, "speakers", other).stdout

    identity = added.stdout.split()[0]
    assert identity in stentor(server, "voices", "list").stdout
    assert stentor(server, "voices", "forget", identity).returncode == 0
    assert stentor(server, "voices", "list").stdout == ""
    assert NAME not in stentor(server, "speakers", other).stdout
    assert stentor(server, "voices", "forget", identity).returncode == 1
    for path in server.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert NAME.encode() not in content and NAME.lower().encode() not in content, path
    assert (server.folder / "voice-key").stat().st_mode & 0o777 == 0o600


def test_clips_are_long_enough_and_hold_a_voice(server, sounds, tmp_path):
    silence = tmp_path / "silence.wav"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-t", "5", str(silence)], check=True)
    long = clip(tmp_path, "long.mp3", 605, repeats=70)
    for path, words in [
        (clip(tmp_path, "short.wav", 0.1), "speech"), (silence, "Nobody"), (long, "10 minutes"), (__file__, "")]:
        answer = server.post("/voices", json={
            "name": "Ana", "clip": base64.b64encode(open(path, "rb").read()).decode(),
            "consent": {"by": "me", "words": "yes"}})
        assert answer.status_code == 422, (path, answer.text)
        assert words.lower() in answer.json()["error"]["message"].lower() or "nobody" in answer.text.lower(), answer.text
    taken = stentor(
        server, "voices", "enrol", "--by", "me", "--consent", "yes", "--clip", str(sounds["second"]), "Ana")
    assert taken.returncode == 0, taken.stderr
    assert stentor(server, "voices", "forget", taken.stdout.split()[0]).returncode == 0


def test_it_is_off_unless_it_is_wanted():
    with Server(TRANSCRIPTION_PROVIDER="sphinx") as server:
        answer = server.get("/voices")
        assert answer.status_code == 403 and "STENTOR_VOICE_ROSTER" in answer.json()["error"]["message"]
        assert not (server.folder / "voice-key").exists()


def known(server, sounds, *pairs, file="both"):
    client = openai.OpenAI(base_url=server.url + "/v1", api_key="none", max_retries=0)
    return client.audio.transcriptions.create(
        file=open(sounds[file], "rb"), model="gpt-4o-transcribe-diarize", response_format="diarized_json",
        chunking_strategy="auto",
        extra_body={"known_speaker_names": [name for name, _ in pairs],
                    "known_speaker_references": [data_url(sounds[sound]) for _, sound in pairs]})


def test_known_speakers_keep_their_names_and_others_letters(server, sounds):
    answer = known(server, sounds, ("Ana, the first", "first"))
    speakers = list(dict.fromkeys(segment.speaker for segment in answer.segments))
    assert speakers == ["Ana, the first", "A"], speakers
    assert answer.text.startswith("Ana, the first: ")
    both = known(server, sounds, ("A", "second"), ("Ben", "first"))
    assert set(segment.speaker for segment in both.segments) == {"A", "Ben"}
    runs = sum('"worker processing"' in line for line in server.log)
    assert known(server, sounds, ("A", "second"), ("Ben", "first")) == both
    assert sum('"worker processing"' in line for line in server.log) == runs, "what is known is not listened to again"


def test_references_are_checked(server, sounds, tmp_path):
    sounds = sounds | {"short": clip(tmp_path, "s.wav", 0.1), "long": clip(tmp_path, "l.wav", 11, repeats=1)}
    for pairs in [[("Ana", "short")], [("Ana", "long")], [("Ana", "first"), ("Ben", "first")],
                  [(str(number), "first") for number in range(5)]]:
        with pytest.raises(openai.BadRequestError):
            known(server, sounds, *pairs)
