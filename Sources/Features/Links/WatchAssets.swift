import HTTPRouting
import HTTPTypes

/// Script and style of the player's page, compiled in.
struct WatchAssets: Sendable {
    private let script = StaticResource(Array(Self.player.utf8), contentType: "text/javascript; charset=utf-8")
    private let style = StaticResource(Array(Self.sheet.utf8), contentType: "text/css; charset=utf-8")

    private let icon = StaticResource(Array(Self.drawing.utf8), contentType: "image/svg+xml")

    func response(to request: HTTPRequest, name: String) throws -> HTTPResponse {
        switch name {
        case "player.js": script.response(to: request)
        case "player.css": style.response(to: request)
        case "icon.svg": icon.response(to: request)
        default: throw HTTPError(.notFound, "There is nothing at this address.")
        }
    }

    static let drawing = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#0b57d0" d="M4 2v12l10-6z"/></svg>

        """

    static let player = #"""
        const base = document.body.dataset.base;
        const at = (id) => document.getElementById(id);
        const player = at("player");
        const list = at("cues");
        let cues = [];
        let current = -1;

        function clock(seconds) {
          const whole = Math.floor(seconds);
          const two = (number) => String(number).padStart(2, "0");
          const hours = Math.floor(whole / 3600);
          const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
          return hours > 0 ? `${hours}:${rest}` : rest;
        }

        function show(state) {
          at("start").hidden = state.state !== "none" && state.state !== "failed";
          at("work").hidden = state.state !== "queued" && state.state !== "running";
          at("failure").hidden = state.state !== "failed";
          at("failure").textContent = state.message ?? "That did not work.";
          at("message").textContent = state.message ?? "";
          if (state.state === "running") at("progress").value = state.progress ?? 0;
          else at("progress").removeAttribute("value");
          if (state.state === "done") showCues(state.cues ?? []);
        }

        function showCues(found) {
          cues = found;
          list.replaceChildren(...cues.map((cue, index) => {
            const item = document.createElement("li");
            const button = document.createElement("button");
            button.type = "button";
            button.dataset.index = index;
            const time = document.createElement("time");
            time.textContent = clock(cue.start);
            button.append(time);
            if (cue.speaker) {
              const speaker = document.createElement("b");
              speaker.textContent = cue.speaker + ": ";
              button.append(speaker);
            }
            button.append(cue.text);
            item.append(button);
            return item;
          }));
          if (cues.length === 0) {
            at("failure").hidden = false;
            at("failure").textContent = "No speech was heard in it.";
          }
          if (!player || player.querySelector("track")) return;
          const track = document.createElement("track");
          track.kind = "subtitles";
          track.label = "Transcript";
          track.srclang = "und";
          track.src = `${base}/subtitles.vtt`;
          track.default = true;
          player.append(track);
        }

        list.addEventListener("click", (event) => {
          const button = event.target.closest("button");
          if (!button || !player) return;
          player.currentTime = cues[Number(button.dataset.index)].start + 0.01;
          player.play().catch(() => {});
        });

        // The last one that has begun: cues are in the order of their times.
        function follow() {
          let low = 0;
          let high = cues.length;
          while (low < high) {
            const middle = (low + high) >> 1;
            if (cues[middle].start <= player.currentTime) low = middle + 1;
            else high = middle;
          }
          if (low - 1 === current) return;
          list.children[current]?.classList.remove("now");
          current = low - 1;
          const item = list.children[current];
          item?.classList.add("now");
          if (item && !list.matches(":focus-within")) item.scrollIntoView({ block: "nearest" });
        }

        async function ask(method, path) {
          const response = await fetch(`${base}/${path}`, { method, cache: "no-store" });
          const body = await response.json();
          if (!response.ok) return { state: "failed", message: body.error?.message };
          return body;
        }

        async function watch(state) {
          while (true) {
            show(state);
            if (state.state !== "queued" && state.state !== "running") return;
            await new Promise((done) => setTimeout(done, 1500));
            try {
              state = await ask("GET", "transcript");
            } catch {
              // The network is away: what is shown stays, and the next try may work.
            }
          }
        }

        at("transcribe").addEventListener("click", async () => {
          at("transcribe").disabled = true;
          try {
            await watch(await ask("POST", "transcribe"));
          } catch {
            show({ state: "failed", message: "The server cannot be reached; try again." });
          }
          at("transcribe").disabled = false;
        });

        at("copy").addEventListener("click", async () => {
          try {
            await navigator.clipboard.writeText(location.href);
            at("copy").textContent = "Copied";
          } catch {
            at("copy").textContent = location.href;
          }
        });

        if (player) {
          player.addEventListener("timeupdate", follow);
          player.addEventListener("seeked", follow);
          watch(await ask("GET", "transcript"));
        }
        """#

    static let sheet = """
        :root { --ink: #1c1c1e; --paper: #fbfbfa; --soft: #6b6b70; --line: #dcdce0; --mark: #0b57d0; --glow: #e8f0fe; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e8e8ea; --paper: #141416; --soft: #9c9ca3; --line: #333338; --mark: #8ab4f8; --glow: #24304a; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
        main { max-width: 76rem; margin: 0 auto; display: grid; gap: 1rem; }
        video, img { display: block; width: 100%; max-height: 70vh; background: #000; object-fit: contain; }
        audio { display: block; width: 100%; padding: 1rem; }
        .stage { position: sticky; top: 0; background: var(--paper); z-index: 1; min-width: 0; }
        header { padding: .75rem 1rem; border-bottom: 1px solid var(--line); }
        h1 { margin: 0; font-size: 1.1rem; overflow-wrap: anywhere; }
        .about { margin: .25rem 0; color: var(--soft); font-size: .9rem; }
        .actions { margin: .5rem 0 0; display: flex; flex-wrap: wrap; gap: .5rem; }
        button, .button { font: inherit; color: var(--mark); background: none; border: 1px solid var(--line);
          border-radius: .5rem; padding: .5rem .9rem; min-height: 2.75rem; cursor: pointer; text-decoration: none; }
        button:focus-visible, .button:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
        button:disabled { opacity: .5; cursor: default; }
        .text { padding: 0 1rem 2rem; min-width: 0; }
        progress { width: 100%; accent-color: var(--mark); }
        #message { margin: .25rem 0; color: var(--soft); }
        ol { list-style: none; margin: .5rem 0; padding: 0; }
        li button { display: block; width: 100%; text-align: left; border: 0; color: inherit; overflow-wrap: anywhere; }
        li.now button { background: var(--glow); }
        time { color: var(--mark); font-variant-numeric: tabular-nums; margin-right: .75rem; }
        @media (max-width: 59.99rem) {
          video { max-height: 40vh; }
          li { scroll-margin: 60vh 0 1rem; }
        }
        [hidden] { display: none !important; }
        @media (min-width: 60rem) {
          main { grid-template-columns: 3fr 2fr; align-items: start; }
          .text { max-height: 100vh; overflow-y: auto; padding-top: 1rem; }
        }

        """
}
