"""Transcripts as independent readers see them: jsonschema for the JSON, FFmpeg for the subtitles.

STENTOR_BIN_DIR names the folder of the built programs: `stentor` and `render-transcript`, which turns JSON, SubRip or
WebVTT into any output format.
"""

import json
import os
import pathlib
import random
import re
import subprocess

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "Schemas/transcript.schema.json").read_text(encoding="utf-8"))
PROGRAMS = pathlib.Path(os.environ["STENTOR_BIN_DIR"])
RENDERER = PROGRAMS / "render-transcript"
STENTOR = PROGRAMS / "stentor"

WORDS = [
    "the", "river", "Yes.", "well,", "“Quite,”", "3.14", "42", "Mr.", "end?", "x<y", "a&b", "&amp;", "-->", "a--->b",
    "👩‍👩‍👧‍👦", "🇮🇩", "שלום", "\u2067مرحبا\u2069", "日本語の文章。", "ภาษาไทย", "한국어", "two\n\nlines", "tab\there", "NOTE", "WEBVTT",
    "long" * 30, "語" * 50, "e\u0301",
]


def render(text, *arguments):
    result = subprocess.run(
        [RENDERER, *arguments], input=text.encode(), capture_output=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout.decode()


def transcript(seed, speakers=True, words=tuple(WORDS)):
    """A transcript in our JSON form, made here so that both directions are tested."""
    vocabulary, source = words, random.Random(seed)
    segments, time = [], source.randrange(0, 3000)
    if seed % 5 == 0:
        time += 360_000_000
    for identifier in range(source.randrange(1, 20)):
        start, words = time, []
        for _ in range(source.randrange(1, 30)):
            end = time + source.randrange(50, 700)
            words.append({
                "start": time / 1000, "end": end / 1000, "text": source.choice(vocabulary),
                "confidence": source.choice([None, 0, 0.5, 1]), "speaker": None, "estimated": False})
            time = end
        segments.append({
            "id": identifier, "start": start / 1000, "end": time / 1000,
            "text": " ".join(word["text"] for word in words),
            "speaker": source.choice([None, "SPEAKER_00", "SPEAKER_01"]) if speakers else None, "confidence": None,
            "flags": source.sample(["repetition", "impossible_rate", "retried"], source.randrange(0, 3)),
            "words": words})
        time += source.randrange(0, 4000)
    end = time / 1000
    timeline = [{"start": 0, "end": end, "kind": "speech", "reason": None}]
    return {
        "schema_version": 1, "text": " ".join(segment["text"] for segment in segments),
        "language": source.choice([None, "en"]), "duration": end, "engine": "sphinx", "model": "en-us",
        "warnings": ["\"quoted\" \\ \u2028"], "segments": segments, "timeline": timeline}


def validator():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    return jsonschema.Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("seed", range(12))
def test_json_is_valid_and_says_the_same(seed):
    document = transcript(seed)
    validator().validate(document)
    written = json.loads(render(json.dumps(document), "json", "--words"))
    validator().validate(written)
    for segment in document["segments"]:
        known = [word["confidence"] for word in segment["words"] if word["confidence"] is not None]
        segment["confidence"] = pytest.approx(sum(known) / len(known), abs=0.001) if known else None
    assert written == document


def test_json_without_words_is_valid():
    written = json.loads(render(json.dumps(transcript(1)), "json"))
    validator().validate(written)
    assert all("words" not in segment for segment in written["segments"])


def test_keys_are_snake_case_and_seconds_have_three_decimals_at_most():
    text = render(json.dumps(transcript(3)), "json", "--words")
    assert all(re.fullmatch("[a-z_]+", key) for key in re.findall(r'^ *"([^"]+)":', text, re.MULTILINE))
    numbers = re.findall(r'"(?:start|end|duration|confidence)": ([^,\n]+)', text)
    assert numbers and all(re.fullmatch(r"null|\d+(\.\d{1,3})?", number) for number in numbers)


@pytest.mark.parametrize("spoil", [
    lambda d: d.pop("timeline"), lambda d: d.update(schema_version=2), lambda d: d.update(extra=1),
    lambda d: d["segments"][0].update(start=-1), lambda d: d["segments"][0].update(flags=["other"]),
    lambda d: d["timeline"][0].update(kind="skipped"), lambda d: d["segments"][0]["words"][0].pop("estimated"),
])
def test_the_schema_refuses_what_is_wrong(spoil):
    document = transcript(1)
    spoil(document)
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(document)


def packets(path):
    output = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time,duration_time", "-of", "json", path],
        capture_output=True, timeout=60, check=True)
    assert output.stderr == b"", output.stderr.decode()
    return [
        (round(float(packet["pts_time"]) * 1000), round(float(packet["duration_time"]) * 1000))
        for packet in json.loads(output.stdout)["packets"]]


def milliseconds(stamp):
    fields = re.split("[:.,]", stamp)
    hours = int(fields[-4]) if len(fields) == 4 else 0
    return ((hours * 60 + int(fields[-3])) * 60 + int(fields[-2])) * 1000 + int(fields[-1])


def times(text):
    found = re.findall(r"^([\d:.,]+) --> ([\d:.,]+)", text, re.MULTILINE)
    return [(milliseconds(start), milliseconds(end) - milliseconds(start)) for start, end in found]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_ffmpeg_reads_every_cue_at_its_time(tmp_path, form, seed):
    text = render(json.dumps(transcript(seed)), form)
    path = tmp_path / f"talk.{form}"
    path.write_text(text, encoding="utf-8")
    assert packets(path) == times(text)


@pytest.mark.parametrize("source, target", [("srt", "webvtt"), ("vtt", "srt"), ("vtt", "webvtt"), ("srt", "srt")])
@pytest.mark.parametrize("seed", range(1, 5))
def test_what_ffmpeg_writes_is_read_back_with_the_same_words(tmp_path, source, target, seed):
    # FFmpeg escapes nothing when it writes WebVTT and takes "<…>" out of SubRip, so only one way carries such words.
    words = [word for word in WORDS if (source, target) == ("vtt", "srt") or not set("<>&") & set(word)]
    ours = render(json.dumps(transcript(seed, speakers=False, words=words)), source)
    path = tmp_path / f"talk.{source}"
    path.write_text(ours, encoding="utf-8")
    theirs = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-c:s", target, "-f", target, "-"],
        capture_output=True, timeout=60, check=True).stdout.decode()
    assert render(theirs, "tsv") == render(ours, "tsv")


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_line_limits_hold(form):
    text = render(json.dumps(transcript(2, speakers=False)), form, "--width", "20", "--lines", "3")
    for block in text.strip().split("\n\n"):
        lines = block.split(" --> ", 1)[-1].split("\n")[1:]
        assert len(lines) <= 3
        if form == "srt":
            assert all(len(line) <= 20 or not line.isascii() for line in lines)


@pytest.fixture(scope="module")
def transcribed(tmp_path_factory):
    """The bundled sample as the program itself writes it, in every format at once."""
    folder = tmp_path_factory.mktemp("transcribed")
    subprocess.run(
        [STENTOR, "transcribe", "--language", "en", "--engine", "sphinx", "--words", "--quiet",
         "--format", "json,srt,vtt,txt,tsv,md", "--output", f"{folder}/", ROOT / "Samples/welcome.ogg"],
        env={**os.environ, "STENTOR_DATA_DIR": str(folder / "data")}, timeout=300, check=True)
    return folder


def test_what_the_program_writes_is_valid_and_accounts_for_every_second(transcribed):
    document = json.loads((transcribed / "welcome.json").read_text(encoding="utf-8"))
    validator().validate(document)
    assert document["text"] and all(segment["words"] for segment in document["segments"])
    reached = 0
    for stretch in document["timeline"]:
        assert stretch["start"] == pytest.approx(reached, abs=0.0011) and stretch["end"] > stretch["start"]
        reached = stretch["end"]
    assert reached == pytest.approx(document["duration"], abs=0.0011)


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_ffmpeg_reads_the_subtitles_that_the_program_writes(transcribed, form):
    path = transcribed / f"welcome.{form}"
    found = packets(path)
    assert found and found == times(path.read_text(encoding="utf-8"))
    assert all(start + length <= following for (start, length), (following, _) in zip(found, found[1:]))
