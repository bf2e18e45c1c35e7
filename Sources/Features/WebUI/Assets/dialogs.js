import { button, h, t } from "./base.js";

/** Opens a dialog and answers with what it was closed with; Escape and the cross give nothing. */
export function dialog(title, fill, { isBig = false } = {}) {
  return new Promise((done) => {
    const id = "d" + Math.random().toString(36).slice(2);
    const node = h("dialog" + (isBig ? ".big" : ""), { "aria-labelledby": id });
    const before = document.activeElement;
    let answer;
    const close = (value) => { answer = value; node.close(); };
    const inside = h("div.inside", {},
      h("div.dialog-head", {}, h("h2", { id }, title), button(t("close"), () => close(), { sign: "close", shown: false, kind: ".quiet" })));
    node.append(inside);
    node.addEventListener("close", () => { node.remove(); before?.focus?.(); done(answer); });
    node.addEventListener("click", (event) => { if (event.target === node) close(); });
    document.body.append(node);
    fill(inside, close, node);
    node.showModal();
  });
}

/** Asks before something is lost. */
export function confirm(title, text, yes) {
  return dialog(title, (inside, close) => inside.append(
    h("p", {}, text),
    h("div.dialog-foot", {}, button(t("cancel"), () => close(false)), button(yes, () => close(true), { kind: ".main" }))));
}
