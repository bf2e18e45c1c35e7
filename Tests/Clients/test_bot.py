"""Conversations with the bot: `stentor serve` against a simulated Telegram."""

import json
import threading
import time

import pytest
import requests

from stentor_server import SAMPLE, Server, clip
from telegram_world import World, button

HEARD = "this is the first sentence"


@pytest.fixture(scope="module")
def world():
    with World() as running:
        yield running


@pytest.fixture(scope="module")
def server(world):
    settings = world.settings | {"TELEGRAM_ADMINS": "1", "TRANSCRIPTION_PROVIDER": "sphinx", "QUEUE_RATE_LIMIT_PER_USER": "3"}
    with Server(**settings) as running:
        yield running


@pytest.fixture(autouse=True)
def quiet(world):
    world.control("reset")


def unique(tmp_path, name, seconds=3.0, start=0.0, repeats=0):
    """A clip nobody has sent before."""
    path = clip(tmp_path, name, seconds, start, repeats)
    body = path.read_bytes()
    note = b"junk" + (16).to_bytes(4, "little") + f"{time.monotonic_ns():016x}".encode()[:16]
    path.write_bytes(b"RIFF" + (int.from_bytes(body[4:8], "little") + 24).to_bytes(4, "little") + body[8:] + note)
    return path


# --- The main flow


def test_a_voice_note_becomes_text_and_files(server, world):
    person = world.person(100, "id")
    sent = person.send(SAMPLE, unique="welcome-1")
    queued = person.wait(lambda m: m.get("reply_markup"))
    assert queued["reply_to_message"]["message_id"] == sent["message_id"]
    answer = person.wait_text("✅")
    assert HEARD in answer["text"] and answer["message_id"] == queued["message_id"], "the answer is an edit of the progress message"
    assert answer["text"].startswith("✅ voice.ogg · 0:11 · sphinx")
    text = person.content(person.wait_document("transcript.txt"))
    assert HEARD in text
    assert person.content(person.wait_document("transcript.srt")).startswith("1\n00:00:00,")
    assert len(person.seen()) == 3


def test_what_is_said_while_it_waits_and_works(server, world, tmp_path):
    person = world.person(101, "id")
    person.send(unique(tmp_path, "long.wav", 60, 0, 7), duration=60)
    first = person.wait_text("Masuk antrean")
    assert "Hasil akan dikirim otomatis saat selesai." in first["text"] and "/5 aktif" in first["text"]
    person.wait_text("Mentranskripsi")
    person.wait_text(HEARD, 120)
    edited = person.seen()[0]
    gaps = [b - a for a, b in zip(edited["times"][1:-1], edited["times"][2:-1])]
    assert all(gap >= 3 for gap in gaps), edited["times"]


def test_a_known_file_is_answered_from_the_cache_without_a_download(server, world):
    one, two = world.person(102), world.person(103, "id")
    one.send(SAMPLE, unique="welcome-2")
    one.wait_document("transcript.srt")
    before = world.state()["downloads"]
    two.send(SAMPLE, unique="welcome-2")
    answer = two.wait_text(HEARD)
    assert "Hasil dari cache" in answer["text"]
    assert world.state()["downloads"] == before
    two.wait_document("transcript.srt")


def test_five_people_side_by_side(server, world, tmp_path):
    people = [world.person(110 + n) for n in range(5)]
    for n, person in enumerate(people):
        person.send(unique(tmp_path, f"{n}.wav", 3, n * 0.5))
    for person in people:
        person.wait_document("transcript.txt")


def test_a_document_is_judged_by_its_content(server, world, tmp_path):
    person = world.person(120)
    person.send(SAMPLE, kind="document", mime="application/pdf", unique="as-pdf")
    person.wait_text(HEARD)
    other = tmp_path / "song.mp3"
    other.write_bytes(b"this is no music at all" * 100)
    person.send(other, kind="audio", mime="audio/mpeg")
    person.wait_text("no sound or video")
    empty = tmp_path / "empty.ogg"
    empty.write_bytes(b"")
    person.send(empty)
    person.wait_text("The file is empty.")


def test_a_large_file_is_refused_with_what_to_do(server, world):
    # A simulator's base is a self-hosted server, which promises more: the refusal comes with getFile.
    person = world.person(121)
    person.send(SAMPLE, size=30_000_000)
    person.wait_text("larger than this bot can fetch")
    person.send(SAMPLE, size=3_000_000_000)
    person.wait_text("TELEGRAM_API_BASE")


def test_files_that_come_together_get_one_summary(server, world, tmp_path):
    person = world.person(123)
    for n in range(3):
        person.send(unique(tmp_path, f"{n}.wav", 2.5, n), kind="audio", media_group_id="77")
    person.wait_text("Album: 3 of 3 done.")
    assert len([m for m in person.seen() if m.get("text", "").startswith("✅")]) == 3


# --- Buttons


def test_buttons_bring_files_another_engine_and_forget(server, world, tmp_path):
    person, stranger = world.person(130), world.person(131)
    person.say("/format text")
    person.wait_text("Files: –")
    person.send(unique(tmp_path, "b.wav"))
    answer = person.wait(lambda m: m.get("text", "").startswith("✅"))
    person.press(answer, button(answer, "f:vtt:"))
    document = person.wait_document("transcript.vtt")
    assert person.content(document).startswith("WEBVTT")
    person.press(answer, button(answer, "a:"))
    menu = person.wait_text("Which engine?")
    person.press(menu, button(menu, "b:"))
    person.wait(lambda m: m["message_id"] > menu["message_id"] and m.get("text", "")[:1] in "✅⚡")
    pressed = stranger.world.control("press", **{
        "from": stranger.sender, "chat": 130, "message": answer["message_id"], "data": button(answer, "d:")})["id"]
    wait_for(lambda: world.state()["presses"].get(pressed) == "This is not yours.")
    person.press(answer, button(answer, "d:"))
    wait_for(lambda: answer["message_id"] not in [m["message_id"] for m in person.seen()])
    assert document["message_id"] not in [m["message_id"] for m in person.seen()]


def wait_for(test, seconds=30):
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_cancel_by_button_by_id_and_by_reply(server, world, tmp_path):
    file = unique(tmp_path, "c.wav", 300, 0, 30)
    person = world.person(140)
    person.send(file, duration=300)
    shown = person.wait(lambda m: m.get("reply_markup"))
    person.press(shown, button(shown, "c:"))
    person.wait(lambda m: m["message_id"] == shown["message_id"] and "Cancelled" in m["text"])
    person.send(unique(tmp_path, "d.wav", 300, 0, 30), duration=300)
    shown = person.wait(lambda m: m.get("reply_markup"))
    person.say("/cancel " + button(shown, "c:")[2:10])
    person.wait(lambda m: m["message_id"] == shown["message_id"] and "Cancelled" in m["text"])
    person.send(unique(tmp_path, "e.wav", 300, 0, 30), duration=300)
    shown = person.wait(lambda m: m.get("reply_markup"))
    person.say("/cancel", reply_to=shown["message_id"])
    person.wait(lambda m: m["message_id"] == shown["message_id"] and "Cancelled" in m["text"])
    person.say("/cancel nonsense")
    person.wait_text("Nothing of yours")


# --- Commands


def test_commands_in_three_languages(server, world):
    for number, tag, word in [(150, "en-GB", "Hello"), (151, "id", "Halo"), (152, "pt-br", "Olá"), (153, "xx", "Hello")]:
        person = world.person(number, tag)
        person.say("/start")
        person.wait_text(word)
    assert set(world.state()["commands"]) == {"", "en", "id", "pt"}


def test_choices_by_word_and_by_button(server, world):
    person = world.person(154)
    person.say("/provider")
    menu = person.wait_text("Which engine?")
    person.press(menu, "p:sphinx")
    person.wait_text("Engine: sphinx")
    person.say("/language pt")
    person.wait_text("speech: pt")
    person.say("/language klingon!")
    person.wait_text("I need a code")
    person.say("/model")
    person.wait_text("Which model?")
    person.say("/format srt")
    person.wait_text("Files: SRT")
    person.say("/settings")
    shown = person.wait_text("⚙️")
    assert "Engine: sphinx" in shown["text"] and "speech: pt" in shown["text"] and "Files: SRT" in shown["text"]
    person.press(shown, "i:id")
    person.wait_text("Sekarang saya berbahasa Indonesia.")
    person.say("/status")
    person.wait_text("Tidak ada berkas Anda")
    # Sphinx knows English only: the sentence says what to do.
    person.send(SAMPLE, unique="welcome-pt")
    person.wait_text("models")


def test_figures_are_for_admins(server, world):
    world.person(155).say("/stats")
    world.person(155).wait_text("Only administrators")
    admin = world.person(1)
    admin.say("/stats")
    admin.wait_text("📊")


def test_words_and_unknown_commands_get_a_hint(server, world):
    person = world.person(156)
    person.say("good morning")
    person.wait_text("Send me a voice message")
    person.say("/nothing at all")
    wait_for(lambda: len([m for m in person.seen() if "Send me" in m["text"]]) == 2)


# --- Groups


def test_in_a_group_on_demand_and_topics_are_kept(server, world, tmp_path):
    person = world.person(160, group=-1000160, thread=7)
    voice = person.send(unique(tmp_path, "g.wav"))
    person.say("just talking")
    person.say("/transcribe", reply_to=voice["message_id"])
    answer = person.wait(lambda m: m.get("text", "").startswith("✅"))
    assert answer["message_thread_id"] == 7 and answer["reply_to_message"]["message_id"] == voice["message_id"]
    person.wait_document("transcript.srt")
    assert len(person.seen()) == 3
    voice = person.send(unique(tmp_path, "h.wav"))
    person.say("@stentor_bot please", reply_to=voice["message_id"])
    person.wait(lambda m: m.get("reply_to_message", {}).get("message_id") == voice["message_id"])


def test_a_group_transcribes_everything_when_an_administrator_says_so(server, world, tmp_path):
    person, chief = world.person(161, group=-1000161), world.person(162, group=-1000161)
    world.control("faults", admin=162)
    person.say("/settings")
    menu = person.wait_text("when somebody asks")
    pressed = person.press(menu, "g:1")
    wait_for(lambda: world.state()["presses"].get(pressed) == "Only administrators can do this.")
    chief.press(menu, "g:1")
    chief.wait_text("Every recording here is transcribed.")
    voice = person.send(unique(tmp_path, "i.wav"))
    person.wait(lambda m: m.get("reply_to_message", {}).get("message_id") == voice["message_id"])


# --- Access


def test_strangers_are_refused_in_private_and_ignored_in_groups(world, tmp_path):
    with World() as other, Server(**(other.settings | {"TELEGRAM_ALLOWED_USERS": "170", "TRANSCRIPTION_PROVIDER": "sphinx"})):
        stranger, friend = other.person(171), other.person(170)
        stranger.send(SAMPLE)
        stranger.wait_text("Your id is 171")
        other.person(171, group=-5).say("/start")
        friend.send(SAMPLE)
        friend.wait_text(HEARD)
        assert other.chat(-5)[-1]["from_bot"] is False


# --- Trouble


def test_blocked_deleted_and_lost(server, world, tmp_path):
    blocker = world.person(180)
    blocker.say("/help")
    blocker.wait_text("/status")
    world.control("faults", block=180)
    blocker.send(unique(tmp_path, "j.wav"))
    wait_for(lambda: any("telegram chat lost" in line for line in server.log))
    person = world.person(181)
    person.send(unique(tmp_path, "k.wav", 40, 0, 4))
    shown = person.wait(lambda m: m.get("reply_markup"))
    requests.delete(f"{world.url}/control/chats/181/{shown['message_id']}", timeout=10)
    person.wait(lambda m: m.get("text", "").startswith("✅"), 120)
    lost = person.send(unique(tmp_path, "l.wav", 4))
    person.wait_document("transcript.srt")
    assert lost


def test_an_expired_file_is_told(world, tmp_path):
    with World() as other:
        person = other.person(182)
        message = person.send(SAMPLE)
        other.control("faults", lose_file=message["voice"]["file_id"])
        with Server(**(other.settings | {"TRANSCRIPTION_PROVIDER": "sphinx"})):
            person.wait_text("no longer has this file")


def test_retry_after_is_obeyed_and_other_chats_go_on(server, world, tmp_path):
    one, two = world.person(183), world.person(184)
    world.control("faults", method="sendMessage", kind="429", code=3, chat=183)
    one.say("/help")
    wait_for(lambda: world.state()["faults_left"] == 0)
    two.say("/help")
    two.wait_text("/status", 2)
    one.wait_text("/status", 10)
    waits = [m["times"][0] for m in (one.seen()[0], two.seen()[0])]
    assert waits[0] > waits[1]


def test_calls_whose_answers_are_lost_are_done_once(server, world, tmp_path):
    person = world.person(187)
    world.control("faults", method="editMessageText", kind="late", count=2)
    world.control("faults", method="sendMediaGroup", kind="late")
    person.send(unique(tmp_path, "late.wav", 2.5))
    person.wait_document("transcript.srt")
    wait_for(lambda: any("telegram files not sent" in line for line in server.log))
    assert len([m for m in person.seen() if m.get("text", "").startswith("✅")]) == 1
    assert len([m for m in person.seen() if "document" in m]) == 2


def test_a_hundred_files_at_once(server, world):
    person = world.person(186)
    world.control("faults", pacing=False)
    threads = [threading.Thread(target=person.send, args=(SAMPLE,), kwargs={"unique": "welcome-1"}) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end = time.monotonic() + 30
    while (count := len([m for m in person.seen()])) < 5 and time.monotonic() < end:
        time.sleep(0.1)
    assert count >= 5
    world.control("faults", pacing=True)


def test_the_token_is_in_no_log(server):
    assert not any("simulated-token" in line for line in server.log)


def test_a_wrong_token_is_explained_and_the_server_goes_on(world):
    with Server(**(world.settings | {"TELEGRAM_BOT_TOKEN": "4243:another-token-altogether"})) as server:
        wait_for(lambda: any("check TELEGRAM_BOT_TOKEN" in line for line in server.log))
        assert server.get("/health").status_code == 200
        assert not any("another-token" in line for line in server.log)


# --- Webhook


@pytest.fixture(scope="module")
def hooked():
    with World() as world:
        with Server() as probe:
            port = int(probe.url.rsplit(":")[-1])
        with Server(**(world.settings | {"TRANSCRIPTION_PROVIDER": "sphinx", "WEBHOOK_URL": f"http://127.0.0.1:{port}",
                                         "WEBHOOK_PORT": str(port), "WEBHOOK_SECRET": "right-word_1"})) as server:
            wait_for(lambda: world.state()["webhook"])
            yield world, server


def test_a_webhook_brings_voice_notes(hooked):
    world, server = hooked
    assert world.state()["webhook"].endswith("/webhook") and world.state()["secret"] == "right-word_1"
    person = world.person(190)
    person.send(SAMPLE)
    person.wait_text(HEARD)
    assert world.state()["pending"] == 0


def test_forged_calls_are_refused(hooked):
    world, server = hooked
    url, name = world.state()["webhook"], "X-Telegram-Bot-Api-Secret-Token"
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 191, "type": "private"},
                                         "from": {"id": 191, "is_bot": False, "first_name": "x"}, "text": "hi"}}
    assert requests.post(url, json=update, timeout=10).status_code == 401
    assert requests.post(url, json=update, headers={name: "wrong"}, timeout=10).status_code == 401
    assert requests.post(url, json=update, headers={name: "right-word_1, right-word_1"}, timeout=10).status_code == 401
    assert requests.get(url, timeout=10).status_code == 405
    good = {name: "right-word_1"}
    assert requests.post(url, data=b"x" * 1_100_000, headers=good, timeout=10).status_code == 413
    assert requests.post(url, data=b"not json", headers=good, timeout=10).status_code == 400
    assert requests.post(server.url + "/webhook", json=update, timeout=10).status_code == 401


def test_a_replayed_update_counts_once(hooked):
    world, _ = hooked
    person = world.person(192)
    world.control("chat", **person.chat)
    message = person.message(text="/help", entities=[{"type": "bot_command", "offset": 0, "length": 5}])
    update = {"update_id": 999_000_001, "message": message | {"message_id": 5, "date": 1}}
    headers = {"X-Telegram-Bot-Api-Secret-Token": "right-word_1"}
    for _ in range(100):
        assert requests.post(world.state()["webhook"], json=update, headers=headers, timeout=10).status_code == 200
    person.wait_text("/status")
    time.sleep(1)
    assert len(person.seen()) == 1


def test_polling_removes_the_webhook(world):
    with World() as other:
        requests.post(f"{other.url}/bot{other.settings['TELEGRAM_BOT_TOKEN']}/setWebhook", json={"url": "http://127.0.0.1:1/x"}, timeout=10)
        person = other.person(193)
        with Server(**other.settings):
            wait_for(lambda: other.state()["webhook"] == "")
            person.say("/help")
            person.wait_text("/status")


# --- Restarts


def test_a_restart_keeps_the_message_and_sends_nothing_twice(world, tmp_path):
    with World() as other, Server(**(other.settings | {"TRANSCRIPTION_PROVIDER": "sphinx"})) as server:
        person = other.person(195)
        person.send(unique(tmp_path, "r.wav", 90, 0, 9))
        shown = person.wait(lambda m: m.get("reply_markup"))
        server.kill()
        later = person.send(unique(tmp_path, "s.wav"))
        server.start()
        answer = person.wait(lambda m: m["message_id"] == shown["message_id"] and m["text"].startswith("✅"), 180)
        person.wait(lambda m: m.get("reply_to_message", {}).get("message_id") == later["message_id"] and m.get("text", "").startswith("✅"))
        wait_for(lambda: len(person.seen()) == 6)
        assert server.stop() == 0
        server.start()
        time.sleep(2)
        assert len(person.seen()) == 6 and answer["edits"] >= 1


def test_conflict_is_explained(world):
    with World() as other:
        other.control("faults", method="getUpdates", kind="status", code=409, text="Conflict: terminated by other getUpdates request", count=1)
        with Server(**other.settings) as server:
            wait_for(lambda: any("another program asks" in line for line in server.log))
            person = other.person(196)
            person.say("/help")
            person.wait_text("/status")


def test_speakers_are_named_by_answering(server, world, tmp_path):
    person, other = world.person(150), world.person(151)
    person.say("/speakers on")
    person.wait_text("Texts say who speaks")
    person.send(unique(tmp_path, "speakers.wav", 11))
    answer = person.wait(lambda m: m.get("text", "").startswith("✅"))
    assert "SPEAKER_00: " in answer["text"]
    person.wait_document("transcript.srt")
    person.say("SPEAKER_00 is Anna <b> and SPEAKER_07 is Ben", reply_to=answer["message_id"])
    person.wait_text("Named: SPEAKER_00 = Anna <b>")
    named = person.wait(lambda m: m["message_id"] == answer["message_id"] and "Anna <b>: " in m["text"])
    assert "SPEAKER_00" not in named["text"]
    wait_for(lambda: sum("document" in m for m in person.seen()) == 4)
    again = [m for m in person.seen() if "document" in m][-1]
    assert "Anna <b>: " in person.content(again)
    person.press(named, button(named, "f:txt:"))
    wait_for(lambda: sum("document" in m for m in person.seen()) == 5)
    person.say("SPEAKER_07 is Ben", reply_to=answer["message_id"])
    person.wait_text("There is no such speaker; there are SPEAKER_00.")
