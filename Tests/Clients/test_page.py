"""The page in a browser, against the real server and an engine that needs no download."""

import base64
import io
import http.server
import json
import pathlib
import threading
import time
import zipfile
from urllib.parse import urlsplit

import pytest
import requests

from page_browser import DARK, LIGHT, Browser, wait_for
from page_world import plant, sentence, talk
from stentor_server import SAMPLE, Server, clip

ENGLISH = {"language": "en", "engine": "sphinx", "history": "true", "async": "true"}


@pytest.fixture(scope="module")
def browser():
    with Browser() as running:
        yield running


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


@pytest.fixture(autouse=True)
def closed_tabs(request):
    """What a test leaves open would go on asking, and a browser has few connections for all of its tabs."""
    yield
    if "browser" in request.fixturenames:
        request.getfixturevalue("browser").close_tabs()


def send(server, name="welcome.ogg", content=None, headers=None, **fields):
    """A job that is done."""
    answer = server.post("/transcribe-file", headers=headers, data=ENGLISH | fields,
                         files={"file": (name, content or SAMPLE.read_bytes())})
    assert answer.status_code == 202, answer.text
    job = answer.json()["job_id"]
    assert server.wait(job, headers=headers)["status"] == "completed"
    return job


def english(tab):
    tab.wait("!!document.querySelector('select[name=language]')")
    tab.run("""(() => { const field = document.querySelector('select[name=language]'); field.value = 'en';
        field.dispatchEvent(new Event('change')); })()""")


def quiet(tab, *known):
    """Nothing was refused by the policy and no script failed."""
    odd = [one for one in tab.complaints if not any(word in one for word in known)]
    assert not odd, odd


def test_the_whole_way_from_a_drop_to_deleting(browser):
    with Server() as server:
        tab = browser.tab(server.url + "/")
        english(tab)
        tab.drop(".drop", "welcome.ogg", SAMPLE.read_bytes())
        tab.wait("!!document.querySelector('.card progress') || !!document.querySelector('.card.done')")
        tab.wait("!!document.querySelector('.card.done')", 60)
        assert "28 words" in tab.text(".card.done")
        tab.reload()
        assert tab.run("document.querySelector('select[name=language]').value") == "en"
        tab.click(".card.done a.name")
        tab.wait("document.querySelectorAll('.w').length === 28")
        # A click on a word plays from it.
        tab.wait("document.querySelector('video').readyState > 0")
        tab.run("[...document.querySelectorAll('.w')].find((one) => one.textContent === 'people').click()")
        tab.wait("document.querySelector('video').currentTime > 3.2")
        tab.wait("!!document.querySelector('.w.now')")
        tab.run("document.querySelector('video').pause()")
        # A change, and back.
        tab.run("document.querySelector('.seg .pen').click()")
        tab.fill(".seg textarea", "This is the very first sentence.")
        tab.key("Enter")
        tab.wait("document.querySelector('.seg .words').textContent === 'This is the very first sentence.'")
        job = tab.run("location.hash.split('/').pop()")
        assert server.get(f"/job/{job}/result?format=txt").text.startswith("[00:00] This is the very first sentence.")
        tab.reload()
        tab.wait("document.querySelector('.seg.changed .words')?.textContent === 'This is the very first sentence.'")
        tab.click("button[aria-label=Undo]")
        tab.wait("!document.querySelector('.seg.changed')")
        tab.click("button[aria-label=Redo]")
        tab.wait("!!document.querySelector('.seg.changed')")
        # Finding.
        tab.fill(".find input", "sentence")
        tab.wait("/1/.test(document.querySelector('.find [role=status]').textContent)")
        assert tab.run("CSS.highlights.get('found').size") == 1
        # Every format.
        for form, start in [("txt", b"[00:00]"), ("srt", b"1\n00:00"), ("vtt", b"WEBVTT"), ("tsv", b"start\t"),
                            ("json", b"{"), ("md", b"# "), ("docx", b"PK"), ("rttm", b"")]:
            answer = server.get(f"/ui/jobs/{job}/export?format={form}")
            assert answer.status_code == 200 and answer.content.startswith(start), form
            assert f'filename="welcome.{form}"' in answer.headers["content-disposition"]
        # Sharing: another profile reads it, until it is withdrawn.
        tab.click(".bar button", "Share")
        tab.click("dialog button", "Make a link")
        tab.wait("!!document.querySelector('dialog .list li input')")
        link = tab.run("document.querySelector('dialog .list li input').value")
        with Browser() as stranger:
            other = stranger.tab(link)
            other.wait("document.querySelectorAll('.seg').length === 3")
            assert "very first" in other.text(".text")
            assert other.run("document.querySelectorAll('.pen, a[href*=library], video').length") == 0
            tab.click("dialog .list button[aria-label=Withdraw]")
            tab.wait("!document.querySelector('dialog .list li')")
            other.reload()
            other.wait("!!document.querySelector('[role=alert]')")
            quiet(other, "404")
        tab.click("dialog button[aria-label=Close]")
        # The library finds it, and deletes it.
        tab.click("nav a", "Library")
        tab.fill("input[aria-label='Search all texts']", "very firs")
        tab.wait("document.querySelectorAll('.card mark').length === 2")
        tab.click(".card button[aria-label=Delete]")
        tab.click("dialog button", "Delete text and recording")
        tab.wait("!document.querySelector('.card') && !document.querySelector('dialog')")
        assert server.get(f"/job/{job}").status_code == 404
        assert server.get(f"/ui/history?q=sentence").json() == {"jobs": []}
        assert not list((server.folder / "media").iterdir())
        quiet(tab)


def test_speakers_are_named_merged_and_told_apart_everywhere(browser, server):
    job = send(server, "two.ogg")
    server.stop()
    plant(server, job, [sentence("one thing here", 0, 2, "SPEAKER_00"), sentence("another thing there", 2, 2, "SPEAKER_01")])
    server.start()
    tab = browser.tab(f"{server.url}/#/t/{job}")
    tab.wait("document.querySelectorAll('.people button').length === 2")
    tab.click(".people button", "Speaker 1")
    tab.fill("dialog input[type=text]", "Ana & <i>Co</i>")
    tab.key("Enter")
    tab.wait("document.querySelector('.who').textContent === 'Ana & <i>Co</i>'")
    for form in ["txt", "srt", "vtt", "md", "json", "rttm"]:
        text = server.get(f"/job/{job}/result?format={form}").text
        assert "Ana" in text and "SPEAKER_00" not in text, form
    tab.click(".people button", "Speaker 2")
    tab.click("dialog .people button", "Ana")
    tab.wait("document.querySelectorAll('.people button').length === 1 && document.querySelectorAll('.who').length === 1")
    assert "SPEAKER_01" not in server.get(f"/job/{job}/result?format=txt").text
    tab.click(".people button")
    tab.click("dialog button", "Tell apart again")
    tab.wait("document.querySelectorAll('.people button').length === 2")
    server.stop()
    server.start()
    assert "SPEAKER_01" in server.get(f"/job/{job}/result?format=txt").text
    quiet(tab)


def test_subtitles_change_with_their_shape_and_the_document_opens(browser, server):
    job = send(server)
    tab = browser.tab(f"{server.url}/#/t/{job}")
    tab.click(".bar button", "Subtitles")
    tab.wait("document.querySelectorAll('.cues li').length > 0")
    before = tab.run("document.querySelectorAll('.cues li').length")
    tab.run("""(() => { const field = document.querySelector('dialog input[type=range]'); field.value = 16;
        field.dispatchEvent(new Event('input')); })()""")
    tab.wait(f"document.querySelectorAll('.cues li').length > {before}")
    href = tab.run("document.querySelector('dialog .dialog-foot a').getAttribute('href')")
    lines = [line for block in server.get(href).text.strip().split("\n\n") for line in block.split("\n")[2:]]
    assert lines and max(map(len, lines)) <= 16
    document = zipfile.ZipFile(io.BytesIO(server.get(f"/ui/jobs/{job}/export?format=docx").content))
    assert document.testzip() is None
    assert "first sentence" in document.read("word/document.xml").decode()
    for query in ["format=exe", "format=srt&line=9", "format=srt&cps=NaN", "format=srt&lines=99"]:
        assert server.get(f"/ui/jobs/{job}/export?{query}").status_code == 400, query
    quiet(tab)


NAMES = [
    "<img src=x onerror=alert(1)>.ogg", "\u202egpj.exe\u202c.ogg", "é" * 120 + ".ogg", "a\"b'c&d.ogg", "ملف صوتي.ogg",
    "会议录音.ogg", "....ogg",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_only_text(browser, server, name):
    job = send(server, name)
    tab = browser.tab(server.url + "/")
    tab.wait("!!document.querySelector('.card.done')")
    shown = server.get("/ui/jobs").json()["jobs"][0]["name"]
    assert tab.run("document.querySelector('.card.done .name').textContent") == shown
    assert tab.run("document.querySelectorAll('main img, main script').length") == 0
    assert tab.run("document.documentElement.scrollWidth <= innerWidth")
    answer = server.get(f"/ui/jobs/{job}/export?format=txt")
    assert answer.status_code == 200 and "\n" not in answer.headers["content-disposition"]
    quiet(tab)


def test_markup_in_a_transcript_is_only_text(browser, server):
    text = "<script>document.title='bad'</script> <b>&amp; \"quoted\" </textarea>"
    job = send(server, "markup.ogg")
    server.stop()
    plant(server, job, [sentence(text, speaker="<u>SPEAKER</u>")])
    server.start()
    tab = browser.tab(f"{server.url}/#/t/{job}")
    tab.wait("!!document.querySelector('.seg')")
    assert tab.run("document.querySelector('.words').textContent") == text
    tab.run("document.querySelector('.pen').click()")
    assert tab.run("document.querySelector('.seg textarea').value") == text
    assert tab.run("document.querySelectorAll('main script, main b').length") == 0
    tab.go(server.url + "/#/library")
    tab.fill("input[aria-label='Search all texts']", "quoted")
    tab.wait("document.querySelectorAll('.card mark').length === 1")
    assert tab.run("document.title") != "bad"
    for form in ["vtt", "md", "docx"]:
        assert server.get(f"/ui/jobs/{job}/export?format={form}").status_code == 200
    quiet(tab)


def test_two_tabs_do_not_overwrite_each_other(browser, server):
    job = send(server)
    first = browser.tab(f"{server.url}/#/t/{job}")
    first.wait("document.querySelectorAll('.seg').length === 3")
    # A program in place of the second tab: nothing tells the first one of it.
    state = server.get(f"/ui/jobs/{job}").json()["segments"][0]["text"]
    answer = requests.put(f"{server.url}/ui/jobs/{job}/segments/0", json={"text": "theirs", "was": state})
    assert answer.status_code == 200
    first.run("document.querySelector('.seg .pen').click()")
    first.fill(".seg textarea", "mine")
    first.key("Enter")
    first.wait("document.querySelector('.seg .words').textContent === 'theirs' && !!document.querySelector('.toast.bad')")
    second = browser.tab(f"{server.url}/#/t/{job}")
    second.wait("document.querySelector('.seg .words')?.textContent === 'theirs'")
    second.run("document.querySelector('.seg .pen').click()")
    second.fill(".seg textarea", "ours")
    second.key("Enter")
    second.wait("document.querySelector('.seg .words').textContent === 'ours'")
    first.wait("document.querySelector('.seg .words').textContent === 'ours'")
    quiet(first, "409")


def test_a_browser_that_remembers_nothing(browser, server):
    job = send(server)
    tab = browser.tab()
    tab.call("Page.addScriptToEvaluateOnNewDocument", source="""
        for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
            Object.defineProperty(window, name, { get() { throw new DOMException('blocked', 'SecurityError'); } });""")
    tab.go(server.url + "/")
    english(tab)
    tab.drop(".drop", "blocked.ogg", SAMPLE.read_bytes())
    tab.wait("[...document.querySelectorAll('.card.done .name')].some((one) => one.textContent === 'blocked.ogg')", 60)
    tab.click("button[aria-label='Light or dark']")
    tab.go(f"{server.url}/#/t/{job}")
    tab.wait("document.querySelectorAll('.seg').length === 3")
    quiet(tab)


def test_a_refused_microphone_and_one_that_works(browser, server):
    tab = browser.tab(server.url + "/")
    origin = server.url
    tab.call("Browser.setPermission", permission={"name": "microphone"}, setting="denied", origin=origin)
    tab.click(".drop button", "Record")
    tab.wait("/may not use the microphone/.test(document.querySelector('.toast.bad')?.textContent)")
    tab.call("Browser.setPermission", permission={"name": "microphone"}, setting="granted", origin=origin)
    tab.click(".drop button", "Record")
    tab.wait("/Stop · 00:0[1-9]/.test(document.querySelector('.drop').innerText)")
    tab.click(".drop button", "Stop")
    tab.wait("[...document.querySelectorAll('.card')].some((one) => one.ariaLabel.startsWith('Recording '))")
    wait_for(lambda: any(job["name"].startswith("Recording ") and job["state"] in ("succeeded", "failed")
                         for job in server.get("/ui/jobs").json()["jobs"]), 60, "the recording's job")
    quiet(tab)


def test_the_network_away_and_back(browser, server):
    tab = browser.tab(server.url + "/")
    english(tab)
    tab.wait("!!document.querySelector('.drop')")
    away = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    tab.call("Network.emulateNetworkConditions", **away)
    tab.drop(".drop", "away.ogg", SAMPLE.read_bytes())
    tab.wait("/Interrupted/.test(document.querySelector('.card')?.innerText)")
    tab.call("Network.emulateNetworkConditions", **(away | {"offline": False}))
    tab.wait("[...document.querySelectorAll('.card.done .name')].some((one) => one.textContent === 'away.ogg')", 60)
    assert [job["name"] for job in server.get("/ui/jobs").json()["jobs"]].count("away.ogg") == 1
    quiet(tab, "ERR_INTERNET_DISCONNECTED")


def test_a_server_that_is_killed_while_it_works(browser, tmp_path):
    long = clip(tmp_path, "long.wav", 160, repeats=30)
    with Server() as server:
        port = urlsplit(server.url).port
        tab = browser.tab(server.url + "/")
        english(tab)
        tab.choose("input[type=file]", long)
        tab.wait("document.querySelector('.card progress')?.value > 12", 60)
        tab.wait("/first|sentence|people/.test(document.querySelector('.card .so-far')?.textContent)", 60)
        server.kill()
        tab.wait("!document.querySelector('main > .notice').hidden", 30)
        server.start_again(port)
        tab.wait("document.querySelector('main > .notice').hidden", 30)
        tab.wait("!!document.querySelector('.card.done')", 180)
        quiet(tab, "ERR_CONNECTION", "WebSocket")


def test_cancelling_and_trying_again(browser, server, tmp_path):
    tab = browser.tab(server.url + "/")
    english(tab)
    tab.choose("input[type=file]", clip(tmp_path, "stop me.wav", 300, repeats=40))
    tab.wait("[...document.querySelectorAll('.card')].some((one) => one.ariaLabel === 'stop me.wav' && one.dataset.look === 'active')", 60)
    tab.run("[...document.querySelectorAll('.card')].find((one) => one.ariaLabel === 'stop me.wav').querySelector('button').click()")
    wait_for(lambda: server.get("/ui/jobs").json()["jobs"][0]["state"] == "cancelled", 30)
    tab.drop(".drop", "not media.ogg", b"not a recording" * 100)
    tab.wait("!!document.querySelector('.card.fail')")
    assert tab.text(".card.fail .why")
    quiet(tab, "415", "422")


def test_media_by_ranges_and_never_as_a_page(server):
    job = send(server)
    whole = server.get(f"/job/{job}/media")
    assert whole.content == SAMPLE.read_bytes() and whole.headers["content-type"] == "audio/ogg"
    assert whole.headers["x-content-type-options"] == "nosniff" and "sandbox" in whole.headers["content-security-policy"]
    size = len(whole.content)
    for field, first, last in [("bytes=0-0", 0, 0), ("bytes=10-99", 10, 99), (f"bytes={size - 5}-", size - 5, size - 1),
                               ("bytes=-7", size - 7, size - 1)]:
        part = server.get(f"/job/{job}/media", headers={"Range": field})
        assert part.status_code == 206 and part.content == whole.content[first:last + 1]
        assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
    assert server.get(f"/job/{job}/media", headers={"Range": f"bytes={size}-"}).status_code == 416
    assert server.get(f"/job/{job}/media", headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    assert server.delete(f"/ui/jobs/{job}?what=media").status_code == 204
    assert server.get(f"/job/{job}/media").status_code == 410
    assert server.get(f"/ui/jobs/{job}").json()["has_media"] is False
    assert server.delete(f"/ui/jobs/{job}?what=text").status_code == 204
    assert server.get(f"/ui/jobs/{job}").status_code == 410
    assert server.get(f"/job/{job}/result").status_code == 410
    assert server.delete(f"/ui/jobs/{job}?what=everything").status_code == 400


KEYS = {"STENTOR_API_KEYS": "first-user-key-0123456789,second-user-key-0123456789",
        "STENTOR_ADMIN_KEYS": "administrators-key-0123456789"}


def test_signing_in_and_what_a_key_may_see(browser):
    first, second = KEYS["STENTOR_API_KEYS"].split(",")
    with Server(**KEYS) as server:
        mine = {"Authorization": f"Bearer {first}"}
        job = send(server, "mine.ogg", headers=mine)
        tab = browser.tab(server.url + "/")
        tab.wait("!!document.querySelector('.gate')")
        tab.fill("#key", "wrong-key-0123456789")
        tab.key("Enter")
        tab.wait("/not known/.test(document.querySelector('.gate').innerText)")
        tab.fill("#key", second)
        tab.key("Enter")
        tab.wait("!!document.querySelector('.drop')")
        assert "Look after" not in tab.text("nav") and tab.run("document.cookie") == ""
        tab.run("location.hash = '#/library'")
        tab.wait("!!document.querySelector('.empty')")
        for path, method in [(f"/ui/jobs/{job}", "GET"), (f"/job/{job}/media", "GET"), (f"/ui/jobs/{job}/export", "GET"),
                             (f"/ui/jobs/{job}/shares", "GET"), (f"/ui/jobs/{job}?what=all", "DELETE")]:
            assert tab.run(f"fetch({json.dumps(path)}, {{ method: '{method}' }}).then((answer) => answer.status)") == 404, path
        for path in ["/ui/care", "/ui/care/log", "/ui/care/figures", "/ui/care/models"]:
            assert tab.run(f"fetch('{path}').then((answer) => answer.status)") == 403, path
        english_tab = "document.querySelector('nav a').click()"
        tab.run(english_tab)
        tab.wait("!!document.querySelector('.drop')")
        english(tab)
        tab.drop(".drop", "second.ogg", SAMPLE.read_bytes())
        tab.wait("!!document.querySelector('.card.done')", 60)
        tab.click(".tools button", "Sign out")
        tab.wait("!!document.querySelector('.gate')")
        quiet(tab, "401", "404", "403")
        # Without the page nothing is to be had, and a cookie alone is not enough to change anything.
        for path in ["/ui/jobs", "/ui/history", f"/ui/jobs/{job}", f"/job/{job}/media"]:
            assert server.get(path).status_code == 401, path
        session = requests.Session()
        signed = session.post(server.url + "/ui/session", json={"key": first})
        assert signed.status_code == 204
        assert session.get(server.url + "/ui/jobs").json()["jobs"][0]["name"] == "mine.ogg"
        cookie = signed.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
        for headers in [{}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                        {"Origin": "null"}, {"Origin": "https://evil.example", "Sec-Fetch-Site": "none"}]:
            answer = session.delete(f"{server.url}/ui/jobs/{job}?what=all", headers=headers)
            assert answer.status_code == 403, headers
        assert session.get(f"{server.url}/ui/jobs/{job}").status_code == 200
        value = session.cookies["stentor_session"]
        end, name, mark = value.split(".")
        for forged in [f"{int(end) + 99}.{name}.{mark}", f"{end}.{'0' * 12}.{mark}", f"{end}.{name}.{'0' * 64}", value[:-1], "", "a.b.c", "..", "." * 99]:
            assert server.get("/ui/jobs", headers={"Cookie": f"stentor_session={forged}"}).status_code == 401, forged
        good = session.delete(f"{server.url}/ui/jobs/{job}?what=all", headers={"Origin": server.url})
        assert good.status_code == 204
        # A key that is taken away takes its sessions with it.
        server.stop()
        server.start(STENTOR_API_KEYS=second)
        assert server.get("/ui/jobs", headers={"Cookie": f"stentor_session={value}"}).status_code == 401


def test_links_of_texts_end_and_lead_nowhere_else(server):
    job = send(server)
    made = server.post(f"/ui/jobs/{job}/shares", json={"days": 0.00002, "media": True}).json()["shares"][0]
    assert server.get(made["path"] + "/transcript").json()["is_read_only"] is True
    assert server.get(made["path"] + "/media").status_code == 200
    wait_for(lambda: server.get(made["path"] + "/transcript").status_code == 410, 10, "the end of the link")
    assert server.get(made["path"] + "/media").status_code == 410
    text = server.post(f"/ui/jobs/{job}/shares", json={"days": 1}).json()["shares"][0]
    assert server.get(text["path"] + "/media").status_code == 403
    assert server.get(text["path"] + "/transcript").json()["id"] == ""
    for token in ["x", "a" * 26, "../" * 9, "%00" * 9, "'" * 26]:
        assert server.get(f"/share/{token}/transcript").status_code in (400, 404), token
    for days in [0, -1, 1e9]:
        assert server.post(f"/ui/jobs/{job}/shares", json={"days": days}).status_code == 400
    assert server.post(f"/ui/jobs/{job}/shares", data="{").status_code in (400, 415)
    # Links are not written down.
    assert not any(made["token"] in line or text["token"] in line for line in server.log)


def test_an_hour_of_text_is_found_and_changed_quickly_enough_to_be_usable(browser, server):
    job = send(server, "hour.ogg")
    server.stop()
    segments, timeline, duration = talk(10_000)
    plant(server, job, segments, timeline, duration)
    server.start()
    tab = browser.tab(f"{server.url}/#/t/{job}")
    tab.wait("document.querySelectorAll('.w').length === 10000")
    tab.fill(".find input", "archive before")
    tab.wait("/ of /.test(document.querySelector('.find [role=status]').textContent)")
    expected = sum(one["text"].lower().count("archive before") for one in segments)
    assert tab.run("CSS.highlights.get('found').size") == expected
    last = len(segments) - 1
    tab.run(f"document.querySelectorAll('.seg')[{last}].scrollIntoView()")
    tab.run(f"document.querySelectorAll('.seg')[{last}].querySelector('.pen').click()")
    tab.fill(".seg textarea", "The end.")
    tab.key("Enter")
    tab.wait(f"document.querySelectorAll('.seg')[{last}].querySelector('.words').textContent === 'The end.'")
    quiet(tab)


def test_looking_after(browser, server):
    send(server)
    tab = browser.tab(server.url + "/#/care")
    tab.wait("document.querySelectorAll('.plot').length === 9 && document.querySelectorAll('.tile').length === 7")
    tab.wait("document.querySelectorAll('tbody tr').length > 3")
    tab.wait("/job completed/.test(document.querySelector('.log').textContent)")
    tab.click("main button", "Pause the queue")
    tab.wait("!document.querySelector('main > .notice').hidden")
    assert server.get("/jobs/stats").json()["is_paused"] is True
    tab.click("main button", "Let it go on")
    tab.wait("document.querySelector('main > .notice').hidden")
    for span in ["Day", "Week", "Hour"]:
        tab.click("main button", span)
        tab.wait(f"document.querySelector('main [aria-pressed=true]')?.textContent === '{span}'")
    assert server.get("/ui/care/figures?span=year").status_code == 400
    assert server.post("/ui/care/models/none/pull").status_code == 404
    quiet(tab)


@pytest.mark.parametrize("language, word", [("en", "Transcribe"), ("id", "Transkripsi"), ("pt", "Transcrever")])
def test_languages(browser, server, language, word):
    tab = browser.tab(server.url + "/")
    tab.run(f"""(() => {{ const field = document.querySelector('.tools select'); field.value = '{language}';
        field.dispatchEvent(new Event('change')); }})()""")
    tab.wait(f"document.querySelector('nav').innerText.includes('{word}')")
    tab.reload()
    assert tab.run("document.documentElement.lang") == language and word in tab.text("nav")
    tab.run("localStorage.removeItem('stentor.locale')")


def test_nothing_is_asked_of_another_host_and_no_script_hides_in_the_page(browser, server, tmp_path):
    job = send(server)
    tab = browser.tab(server.url + "/")
    for view in ["#/", "#/library", f"#/t/{job}", "#/care"]:
        tab.run(f"location.hash = '{view}'")
        tab.wait("document.querySelector('main').childElementCount > 0")
    tab.run("document.querySelector('video')?.play()")
    hosts = {urlsplit(url).netloc for url in tab.requests if not url.startswith(("data:", "blob:", "about:"))}
    assert hosts == {urlsplit(server.url).netloc}
    page = server.get("/")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert " style=" not in page.text and "<script>" not in page.text and "onclick" not in page.text
    assets = sorted({url for url in tab.requests if "/ui/assets/" in url})
    for url in assets:
        answer = requests.get(url)
        assert answer.headers["content-encoding"] == "gzip" and "immutable" in answer.headers["cache-control"]
    assert requests.get(assets[0].replace("/ui/assets/", "/ui/assets/0")).status_code == 404
    names = sorted(pathlib.Path(urlsplit(url).path).name for url in assets)
    assert "work.js" in names and "care.js" in names


def axe():
    import axe_core_python
    return (pathlib.Path(axe_core_python.__path__[0]) / "axe.min.js").read_text()


@pytest.mark.parametrize("scheme", [LIGHT, DARK])
@pytest.mark.parametrize("size, phone", [((1280, 900), False), ((390, 844), True)])
def test_rules_of_accessibility(browser, server, scheme, size, phone):
    job = send(server)
    server.stop()
    plant(server, job, [sentence("one thing here", 0, 2, "SPEAKER_00"), sentence("another there", 2, 2, "SPEAKER_01")])
    server.start()
    link = server.post(f"/ui/jobs/{job}/shares", json={"days": 1}).json()["shares"][0]["path"]
    tab = browser.tab(server.url + "/", size=size, scheme=scheme, phone=phone)
    views = [("/#/", ".card"), ("/#/library", ".card"), (f"/#/t/{job}", ".seg"), ("/#/care", "tbody tr"), (link, ".seg")]
    for path, there in views:
        tab.go(server.url + path)
        if path.startswith("/#"):
            tab.reload()
        tab.wait(f"!!document.querySelector({json.dumps(there)})")
        check(tab, f"{path} {scheme} {size}")
        assert tab.run("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the screen"
    tab.go(f"{server.url}/#/t/{job}")
    tab.reload()
    for opened in ["Export", "Subtitles", "Share"]:
        tab.click(".bar button", opened)
        tab.wait("!!document.querySelector('dialog[open]')")
        check(tab, f"{opened} {scheme} {size}")
        tab.key("Escape")
        tab.wait("!document.querySelector('dialog')")
    assert tab.run("document.activeElement.innerText.includes('Share')"), "the focus is lost behind a dialog"


def check(tab, where):
    tab.run(axe() + "; true")
    tab.wait("document.getAnimations().length === 0")
    found = tab.run("""axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }).then(
        (result) => result.violations.map((one) => [one.id, one.help, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]))""")
    assert not found, (where, found)
    # WCAG 2.2, 2.5.8: what is pressed is at least 24 pixels, or stands in a line of text.
    small = tab.run("""[...document.querySelectorAll('button, select, input:not([type=checkbox]):not([type=radio]):not([type=range]), nav a, a.button')]
        .filter((one) => one.getClientRects().length && !one.matches('.unseen'))
        .filter((one) => { const box = one.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
        .map((one) => one.outerHTML.slice(0, 120))""")
    assert not small, (where, small)


def test_everything_by_keyboard(browser, server):
    job = send(server)
    tab = browser.tab(f"{server.url}/#/t/{job}")
    tab.wait("document.querySelector('video')?.readyState > 0")
    tab.run("document.body.focus()")
    seen = []
    for _ in range(40):
        tab.key("Tab")
        seen.append(tab.run("(document.activeElement.ariaLabel || document.activeElement.innerText || document.activeElement.placeholder || '').trim().slice(0, 40)"))
    for wanted in ["Skip to the content", "Export", "Share", "Play", "Place in the recording", "Find in this text", "Edit"]:
        assert any(wanted in one for one in seen), (wanted, seen)
    tab.run("document.querySelector('[role=slider]').focus()")
    tab.key("ArrowRight")
    tab.wait("document.querySelector('video').currentTime >= 5")
    tab.run("document.activeElement.blur()")
    tab.key(".")
    tab.wait("document.querySelector('video').currentTime > 5.0 && !!document.querySelector('.w.now')")
    tab.key("k")
    tab.wait("!document.querySelector('video').paused")
    tab.key("k")
    tab.wait("document.querySelector('video').paused")
    quiet(tab)


WAYS = {
    "websocket": "",
    "events": "window.WebSocket = class extends EventTarget { constructor() { super(); setTimeout(() => this.dispatchEvent(new Event('close'))); } close() {} };",
    "asking": "window.WebSocket = class { constructor() { throw new Error('refused'); } }; delete window.EventSource; window.EventSource = undefined;",
}


@pytest.mark.parametrize("way", WAYS)
def test_progress_comes_by_whatever_way_there_is(browser, server, tmp_path, way):
    tab = browser.tab()
    tab.call("Page.addScriptToEvaluateOnNewDocument", source=WAYS[way])
    tab.go(server.url + "/")
    english(tab)
    name = f"{way}.wav"
    # Another length for each: what is known already has no progress to show.
    tab.choose("input[type=file]", clip(tmp_path, name, 60 + list(WAYS).index(way), repeats=9))
    # Begun, on its way, done.
    tab.wait(f"[...document.querySelectorAll('.card')].some((one) => one.ariaLabel === '{name}' && one.querySelector('progress')?.value > 10)", 60)
    tab.wait(f"[...document.querySelectorAll('.card.done')].some((one) => one.ariaLabel === '{name}')", 120)
    asked = [url for url in tab.requests if "/events" in url or "/ws/" in url]
    expected = {"websocket": "/ws/progress/", "events": "/events", "asking": None}[way]
    assert all(expected in url for url in asked) if expected else not asked
    assert bool(asked) == bool(expected)
    quiet(tab)


def test_a_browser_whose_clock_is_a_year_off(browser, server):
    tab = browser.tab()
    tab.call("Page.addScriptToEvaluateOnNewDocument", source="""
        const now = Date.now; Date.now = () => now() + 365 * 86400e3;""")
    tab.go(server.url + "/")
    english(tab)
    tab.drop(".drop", "clock.ogg", SAMPLE.read_bytes())
    tab.wait("document.querySelector('.card.done .name')?.textContent === 'clock.ogg'", 60)
    quiet(tab)


def test_a_known_file_answers_at_once_and_says_so(browser, server):
    send(server)
    tab = browser.tab(server.url + "/")
    english(tab)
    tab.run("""(() => { const field = document.querySelector('select[name=engine]'); field.value = 'sphinx';
        field.dispatchEvent(new Event('change')); })()""")
    tab.drop(".drop", "again.ogg", SAMPLE.read_bytes())
    tab.wait("/Known already/.test(document.querySelector('#toasts').innerText)")
    tab.wait("document.querySelector('.card.done .name')?.textContent === 'again.ogg'")
    # And can be heard.
    job = server.get("/ui/jobs").json()["jobs"][0]
    assert job["has_media"] and server.get(f"/job/{job['id']}/media").content == SAMPLE.read_bytes()
    tab.run("localStorage.removeItem('stentor.options')")
    quiet(tab)


def test_a_tab_closed_while_it_sends_leaves_nothing_half_done(server):
    with Browser() as own:
        tab = own.tab(server.url + "/")
        english(tab)
        before = {job["id"] for job in server.get("/ui/jobs").json()["jobs"]}
        tab.call("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=200_000)
        tab.run("""(() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(30e6)], 'large.wav', { type: 'audio/wav' }));
            document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
        })()""")
        tab.wait("/left/.test(document.querySelector('.card')?.innerText) && /\\/s/.test(document.querySelector('.card')?.innerText)", 30)
    jobs = server.get("/ui/jobs").json()["jobs"]
    assert {job["id"] for job in jobs} <= before or all(job["state"] != "running" for job in jobs if job["id"] not in before)


def test_a_link_is_fetched_or_says_why_not(browser, server):
    tab = browser.tab(server.url + "/")
    tab.fill(".link input", server.url + "/health")
    tab.click(".link button")
    # Its own address is none that a server fetches from.
    tab.wait("!!document.querySelector('.toast.bad') || !!document.querySelector('.card.fail .why')?.innerText")
    tab.wait("document.querySelector('.link button').disabled === false")
    quiet(tab, "400")


def test_an_upload_goes_on_where_it_was_cut(browser, server, tmp_path):
    large = clip(tmp_path, "large.wav", 900, repeats=100).read_bytes()
    make = """(() => { const transfer = new DataTransfer();
        transfer.items.add(new File([window.bytes], 'cut.wav', { type: 'audio/wav', lastModified: 1e12 }));
        document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })); })()"""
    seconds = len(large) / 4  # Some four seconds on this line.
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": seconds}

    def fill(tab):
        english(tab)
        # Sent in pieces: one message could not hold it.
        tab.run(f"window.bytes = new Uint8Array({len(large)}); window.bytes.set(Uint8Array.from(atob('{head(large)}'), (one) => one.charCodeAt(0)))")
        tab.call("Network.emulateNetworkConditions", **slow)
        tab.run(make)

    tab = browser.tab(server.url + "/")
    fill(tab)
    tab.wait("/[2-9]\\d\\s?%/.test(document.querySelector('.card .right')?.textContent)", 60)
    tab.call("Network.emulateNetworkConditions", **(slow | {"offline": True}))
    tab.wait("/Interrupted/.test(document.querySelector('.card').innerText)")
    tab.call("Network.emulateNetworkConditions", **(slow | {"uploadThroughput": -1}))
    tab.wait("!document.querySelector('.card')?.dataset.key.startsWith('u')", 60)
    made = [url for url in tab.requests if url.endswith("/uploads")]
    places = {url for url in tab.requests if "/uploads/" in url}
    assert len(places) == 1, (made, places)
    assert len([job for job in server.get("/ui/jobs").json()["jobs"] if job["name"] == "cut.wav"]) == 1
    job = server.get("/ui/jobs").json()["jobs"][0]["id"]
    server.delete(f"/job/{job}")
    # Closed in the middle: the same file, chosen again, goes on too.
    other = browser.tab(server.url + "/")
    fill(other)
    other.wait("/[2-9]\\d\\s?%/.test(document.querySelector('.card .right')?.textContent)", 60)
    other.call("Network.emulateNetworkConditions", **(slow | {"offline": True}))
    place = other.run("Object.entries(localStorage).find(([key]) => key.startsWith('stentor.upload'))[1]")
    again = browser.tab(server.url + "/")
    fill(again)
    again.call("Network.emulateNetworkConditions", **(slow | {"uploadThroughput": -1}))
    again.wait("!document.querySelector('.card')?.dataset.key.startsWith('u')", 60)
    assert {urlsplit(url).path for url in again.requests if "/uploads/" in url} == {json.loads(place)}
    server.delete(f"/job/{server.get('/ui/jobs').json()['jobs'][0]['id']}")


def head(content):
    """Enough of a WAV file to be one."""
    return base64.b64encode(content[:64]).decode()


class Mirror:
    """Gives every model as zeros, as many as are asked for, until it is told to hang up."""

    def __init__(self):
        self.ends = threading.Event()
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                try:
                    while not mirror.ends.wait(0.02):
                        self.wfile.write(bytes(1 << 20))
                except OSError:
                    return

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


def test_a_model_is_fetched_with_progress_and_says_why_when_it_fails(browser):
    mirror = Mirror()
    with Server(STENTOR_MODEL_MIRROR=mirror.url) as server:
        tab = browser.tab(server.url + "/#/care")
        tab.wait("!!document.querySelector('tbody button')")
        name = tab.run("document.querySelector('tbody tr:has(button) strong').textContent")
        row = f"[...document.querySelectorAll('tbody tr')].find((one) => one.querySelector('strong').textContent === '{name}')"
        tab.run(f"{row}.querySelector('button').click()")
        tab.wait(f"{row}.querySelector('progress')?.value > 0")
        mirror.ends.set()
        tab.wait(f"!!{row}.querySelector('.why')?.textContent && !!{row}.querySelector('button')")
        assert not any(path.is_file() and path.stat().st_size == 0 for path in (server.folder / "models").rglob("*.onnx"))
        quiet(tab)
    mirror.server.shutdown()


def test_keys_are_made_and_revoked_on_the_page(browser):
    with Server() as server:
        tab = browser.tab(server.url + "/#/care")
        tab.wait("!!document.querySelector('main input[type=text][maxlength=\"80\"]')")
        # One that may look after nothing would be the last that is made here.
        tab.fill("main input[type=text][maxlength='80']", "the newsroom")
        tab.run("document.querySelector('main input[value=transcribe]').click()")
        tab.run("document.querySelector('main input[type=text][maxlength=\"80\"]').form.requestSubmit()")
        tab.wait("!!document.querySelector('.toast.bad')")
        assert server.get("/jobs").status_code == 200
        tab.run("document.querySelector('main input[value=admin]').click()")
        tab.run("document.querySelector('main input[type=text][maxlength=\"80\"]').form.requestSubmit()")
        tab.wait("document.querySelector('.notice code')?.textContent.startsWith('stentor-')")
        key = tab.run("document.querySelector('.notice code').textContent")
        assert server.get("/jobs").status_code == 401
        listed = server.get("/keys", headers={"Authorization": f"Bearer {key}"}).json()["keys"]
        assert [(one["name"], one["scopes"]) for one in listed] == [("the newsroom", ["admin", "transcribe"])]
        # This tab goes on as the one who made the key; another one needs it.
        tab.reload()
        tab.wait("[...document.querySelectorAll('main li strong')].some((one) => one.textContent === 'the newsroom')")
        tab.run("[...document.querySelectorAll('main li')].find((one) => one.innerText.includes('the newsroom')).querySelector('button').click()")
        wait_for(lambda: server.get("/keys", headers={"Authorization": f"Bearer {key}"}).status_code == 401)
        assert server.get("/jobs").status_code == 401
