"""Transcripts of any length and kind, put into a stopped server's database in place of one that was recognised."""

import json
import random
import sqlite3

WORDS = ("the question is whether we should move the archive before summer or wait until the new rooms are ready and "
         "everybody has seen the plan which Anna drew last week with great care").split()


def talk(words=10_000, speakers=3, seed=4):
    """Segments and a time line of people who talk at random."""
    chance = random.Random(seed)
    segments, timeline, at, count, who = [], [], 0.0, 0, 0
    while count < words:
        start, said = at, []
        if speakers and chance.random() < 0.25:
            who = chance.randrange(speakers)
        label = f"SPEAKER_{who:02d}" if speakers else None
        for index in range(length := min(chance.randint(6, 26), words - count)):
            seconds = 0.15 + chance.random() * 0.25
            text = chance.choice(WORDS)
            text = (text.capitalize() if index == 0 else text) + ("." if index == length - 1 else "")
            said.append({"start": round(at, 3), "end": round(at + seconds, 3), "text": text, "speaker": label,
                         "confidence": round(min(1, chance.betavariate(6, 1.2)), 3), "estimated": False})
            at += seconds + 0.03
        segments.append({
            "id": len(segments), "start": round(start, 3), "end": round(at, 3), "text": " ".join(w["text"] for w in said),
            "speaker": label, "confidence": None, "words": said,
            "flags": ["repetition"] if chance.random() < 0.01 else []})
        timeline.append({"start": round(start, 3), "end": round(at, 3), "kind": "speech", "reason": None})
        pause = chance.random() * 1.2 + 0.1
        timeline.append({"start": round(at, 3), "end": round(at + pause, 3), "kind": "silence", "reason": None})
        at += pause
        count += length
    return segments, timeline, round(at, 3)


def sentence(text, start=0.2, seconds=2.0, speaker=None):
    """One segment that says exactly this."""
    words = text.split()
    each = seconds / max(1, len(words))
    said = [{"start": round(start + each * i, 3), "end": round(start + each * (i + 1), 3), "text": word,
             "speaker": speaker, "confidence": 0.9, "estimated": False} for i, word in enumerate(words)]
    return {"id": 0, "start": start, "end": start + seconds, "text": text, "speaker": speaker, "confidence": 0.9,
            "words": said, "flags": []}


def plant(server, job, segments, timeline=None, duration=None):
    """The server must be stopped."""
    database = sqlite3.connect(server.folder / "stentor.sqlite")
    execution = database.execute("SELECT execution FROM jobs WHERE id = ?", (job,)).fetchone()[0]
    transcript = json.loads(database.execute(
        "SELECT bytes FROM results WHERE execution = ?", (execution,)).fetchone()[0])
    length = duration or max([transcript["duration"]] + [one["end"] for one in segments])
    transcript |= {
        "segments": [one | {"id": number} for number, one in enumerate(segments)], "duration": length,
        "timeline": timeline or [{"start": 0, "end": length, "kind": "speech", "reason": None}],
        "text": " ".join(one["text"] for one in segments)}
    database.execute(
        "UPDATE results SET bytes = ? WHERE execution = ?", (json.dumps(transcript).encode(), execution))
    for row in database.execute("SELECT number FROM review_entries WHERE job = ?", (job,)).fetchall():
        database.execute("DELETE FROM review_texts WHERE rowid = ?", row)
    database.execute("DELETE FROM review_entries WHERE job = ?", (job,))
    database.commit()
    database.close()
