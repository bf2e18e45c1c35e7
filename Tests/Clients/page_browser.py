"""Chromium over its DevTools protocol (chromedevtools.github.io/devtools-protocol), for the page."""

import base64
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import requests
from websockets.sync.client import connect

LIGHT, DARK = "light", "dark"


def wait_for(condition, seconds=30, what="the condition"):
    """What the condition gives, once it gives something."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, f"{what} did not come in {seconds} s"
        time.sleep(0.05)


class Browser:
    """One program with one profile; tabs are made from it."""

    def __init__(self, *arguments):
        self.folder = tempfile.mkdtemp(prefix="page-browser-")
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        program = shutil.which("chromium")
        assert program, "chromium is not installed"
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
             "--autoplay-policy=no-user-gesture-required", "--lang=en-US", "--hide-scrollbars",
             "--use-fake-device-for-media-stream", f"--user-data-dir={self.folder}",
             f"--remote-debugging-port={self.port}", *arguments, "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.tabs = []
        wait_for(self._is_ready, 60, "the browser")

    def _is_ready(self):
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/json/version", timeout=1).ok
        except requests.exceptions.RequestException:
            return False

    def tab(self, url=None, size=(1280, 900), scheme=LIGHT, phone=False):
        opened = requests.put(f"http://127.0.0.1:{self.port}/json/new?about:blank", timeout=10).json()
        tab = Tab(opened, size, scheme, phone)
        self.tabs.append(tab)
        if url:
            tab.go(url)
        return tab

    def close_tabs(self):
        for tab in self.tabs:
            tab.socket.close()
            requests.get(f"http://127.0.0.1:{self.port}/json/close/{tab.id}", timeout=10)
        self.tabs = []

    def close(self):
        for tab in self.tabs:
            tab.socket.close()
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Tab:
    def __init__(self, target, size, scheme, phone):
        self.id = target["id"]
        self.socket = connect(target["webSocketDebuggerUrl"], max_size=None, ping_interval=None, legacy=True)
        self.number = 0
        self.complaints = []
        self.requests = []
        for domain in ["Page", "Runtime", "Log", "Network", "DOM"]:
            self.call(domain + ".enable")
        self.look(size, scheme, phone)

    def look(self, size=(1280, 900), scheme=LIGHT, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=phone)
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def _hear(self, message):
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(parameters["entry"]["text"] + " " + parameters["entry"].get("url", ""))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(parameters["exceptionDetails"])[:600])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(parameters["url"])
        elif method == "Page.javascriptDialogOpening":
            self.number += 1
            self.socket.send(json.dumps(
                {"id": self.number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}))

    def call(self, method, **parameters):
        self.number += 1
        number = self.number
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(60))
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self._hear(message)

    def run(self, script):
        result = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        assert "exceptionDetails" not in result, json.dumps(result["exceptionDetails"])[:800]
        return result["result"].get("value")

    def go(self, url):
        self.run("window.isOld = true")
        # Another part of the same document is no new one.
        if "loaderId" in self.call("Page.navigate", url=url):
            self._arrive()

    def reload(self):
        self.run("window.isOld = true")
        self.call("Page.reload")
        self._arrive()

    def _arrive(self):
        self.wait("!window.isOld && document.readyState === 'complete' && "
                  "!!document.querySelector('#main > :not(.first):not(noscript)')")

    def wait(self, script, seconds=30):
        def condition():
            try:
                return self.run(script)
            except AssertionError as error:
                # Between two pages there is nothing to ask.
                if any(word in str(error) for word in ["context", "Cannot", "navigated"]):
                    return None
                raise
        return wait_for(condition, seconds, script)

    def text(self, selector="main"):
        return self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def click(self, selector, holding=None):
        """Clicks the first element of the selector that can be seen, and holds the text."""
        script = f"""(() => {{
            const all = [...document.querySelectorAll({json.dumps(selector)})].filter((one) => one.getClientRects().length);
            const node = all.find((one) => {json.dumps(holding)} === null || (one.innerText || one.ariaLabel || '').includes({json.dumps(holding)}));
            if (!node) return false;
            node.scrollIntoView({{ block: 'center' }});
            node.click();
            return true;
        }})()"""
        self.wait(script)

    def fill(self, selector, text):
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.run(f"""(() => {{ const node = document.querySelector({json.dumps(selector)}); node.focus();
            node.value = {json.dumps(text)}; node.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()""")

    def key(self, key, code=None, modifiers=0):
        names = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowRight": 39, "ArrowLeft": 37, " ": 32}
        common = {"key": key, "code": code or key, "modifiers": modifiers,
                  "windowsVirtualKeyCode": names.get(key, ord(key.upper()) if len(key) == 1 else 0)}
        text = "\r" if key == "Enter" else key if len(key) == 1 else None
        self.call("Input.dispatchKeyEvent", type="keyDown" if text and not modifiers else "rawKeyDown",
                  **common, **({"text": text} if text and not modifiers else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def choose(self, selector, *paths):
        """Puts files into an input, as its dialog would."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", files=[str(path) for path in paths], nodeId=node)

    def drop(self, selector, name, content, kind="audio/ogg"):
        """Drops a file that is made in the page."""
        packed = base64.b64encode(content).decode()
        self.run(f"""(() => {{
            const bytes = Uint8Array.from(atob({json.dumps(packed)}), (one) => one.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], {json.dumps(name)}, {{ type: {json.dumps(kind)} }}));
            const node = document.querySelector({json.dumps(selector)});
            for (const type of ['dragenter', 'dragover', 'drop'])
                node.dispatchEvent(new DragEvent(type, {{ dataTransfer: transfer, bubbles: true, cancelable: true }}));
        }})()""")

    def shot(self, path, whole=False):
        extra = {"captureBeyondViewport": True} if whole else {}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            extra["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        picture = self.call("Page.captureScreenshot", format="png", **extra)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(picture))
