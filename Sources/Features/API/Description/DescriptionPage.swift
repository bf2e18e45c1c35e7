/// The pages that show the description: built in the reader's browser from `/api/openapi.json`, from no other host.
enum DescriptionPage {
    static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
        form-action 'none'; frame-ancestors 'none'
        """

    static func html(isTrying: Bool) -> String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Stentor: the interface</title>
        <link rel="stylesheet" href="/api/docs/page.css">
        <body data-tries="\(isTrying)">
        <header>
          <h1>Stentor</h1>
          <p id="about"></p>
          <p><a href="/api/openapi.json">openapi.json</a></p>
          <label id="credential" hidden>Key <input id="key" type="password" autocomplete="off"></label>
        </header>
        <main id="operations"></main>
        <script src="/api/docs/page.js"></script>
        </body>
        </html>

        """
    }

    static let style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
        h1 { margin: 0; }
        h2 { border-bottom: 1px solid; margin-top: 2rem; }
        details { margin: .3rem 0; }
        summary { cursor: pointer; overflow-wrap: anywhere; }
        code, pre, .method { font-family: ui-monospace, monospace; }
        .method { display: inline-block; min-width: 4.5rem; font-weight: bold; }
        table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
        th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-top: 1px solid #8886; }
        input, select { font: inherit; max-width: 100%; }
        pre { overflow: auto; max-height: 24rem; padding: .6rem; background: #8882; white-space: pre-wrap; }
        .body { padding: 0 0 1rem 1rem; border-left: 3px solid #8886; }

        """

    static let script = #"""
        "use strict";
        const tries = document.body.dataset.tries === "true";

        function make(name, text, ...children) {
          const element = document.createElement(name);
          if (text) element.textContent = text;
          element.append(...children);
          return element;
        }

        function kind(schema) {
          if (schema.anyOf) return schema.anyOf.map(kind).join(" or ");
          if (schema.enum) return schema.enum.join(" | ");
          if (schema.format === "binary") return "file";
          if (schema.type === "array") return `list of ${kind(schema.items)}`;
          const range = schema.minimum === undefined ? "" : ` ${schema.minimum} to ${schema.maximum}`;
          return (schema.type ?? "anything") + range;
        }

        function inputFor(schema) {
          if (schema.enum || schema.type === "boolean") {
            const list = make("select");
            list.append(...["", ...(schema.enum ?? ["true", "false"])].map((word) => make("option", word)));
            return list;
          }
          const input = make("input");
          input.type = schema.format === "binary" ? "file" : "text";
          return input;
        }

        // One line for each value that can be given; `given` collects what the reader enters.
        function row(given, name, place, schema, note, required) {
          const line = make("tr", "", make("td", "", make("code", name + (required ? " *" : ""))), make("td", place),
            make("td", kind(schema)), make("td", note));
          if (tries) {
            const input = inputFor(schema);
            input.setAttribute("aria-label", name);
            given.push({ name, place, input });
            line.append(make("td", "", input));
          }
          return line;
        }

        function valueOf(entry) { return entry.input.type === "file" ? entry.input.files[0] : entry.input.value; }

        async function send(method, path, given, output) {
          const query = new URLSearchParams();
          const headers = {};
          const key = document.getElementById("key").value;
          if (key) headers["X-API-Key"] = key;
          let form = null;
          for (const entry of given) {
            const value = valueOf(entry);
            if (value === undefined || value === "") continue;
            if (entry.place === "path") path = path.replace(`{${entry.name}}`, encodeURIComponent(value));
            else if (entry.place === "query") query.append(entry.name, value);
            else if (entry.place === "header") headers[entry.name] = value;
            else (form ??= new FormData()).append(entry.name, value);
          }
          const target = query.size ? `${path}?${query}` : path;
          output.textContent = "…";
          try {
            const answer = await fetch(target, { method: method.toUpperCase(), headers, body: form });
            const text = await answer.text();
            let shown = text;
            try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON */ }
            output.textContent = `${answer.status} ${answer.statusText}\n\n${shown}`;
          } catch (error) {
            output.textContent = String(error);
          }
        }

        function describe(path, method, operation) {
          const box = make("details", "", make("summary", "", make("span", method.toUpperCase()),
            make("code", path), make("span", ` ${operation.summary}`)));
          box.querySelector("span").className = "method";
          const body = make("div");
          body.className = "body";
          const given = [];
          const table = make("table");
          for (const one of operation.parameters ?? []) {
            table.append(row(given, one.name, one.in, one.schema, one.description, one.required));
          }
          const content = operation.requestBody?.content ?? {};
          const form = content["multipart/form-data"]?.schema;
          for (const [name, schema] of Object.entries(form?.properties ?? {}).sort()) {
            table.append(row(given, name, "form", schema, "", form.required?.includes(name)));
          }
          if (table.childElementCount) body.append(table);
          const types = Object.keys(content);
          if (types.length) body.append(make("p", `Body: ${types.join(", ")}`));
          const answers = make("table");
          for (const [status, answer] of Object.entries(operation.responses)) {
            answers.append(make("tr", "", make("td", status), make("td", answer.description),
              make("td", Object.keys(answer.content ?? {}).join(", "))));
          }
          body.append(answers);
          if (tries) {
            const output = make("pre");
            const button = make("button", "Send");
            button.type = "button";
            button.addEventListener("click", () => send(method, path, given, output));
            body.append(button, output);
          }
          box.append(body);
          return box;
        }

        async function show() {
          const description = await (await fetch("/api/openapi.json")).json();
          document.getElementById("about").textContent = `${description.info.description} ${description.info.version}`;
          document.getElementById("credential").hidden = !tries;
          const families = new Map(description.tags.map((tag) => [tag.name, make("section", "", make("h2", tag.name))]));
          for (const [path, methods] of Object.entries(description.paths).sort()) {
            for (const [method, operation] of Object.entries(methods)) {
              families.get(operation.tags[0]).append(describe(path, method, operation));
            }
          }
          document.getElementById("operations").append(...families.values());
        }

        show();

        """#
}
