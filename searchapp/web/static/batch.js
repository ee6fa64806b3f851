// The panel of what is being added: a line for each file that stays, those that were refused first, and a summary.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { unlockForm } from "./password_form.js";

const SENT = ["waiting", "sending", "offline"];
const UNDERWAY = ["queued", "running"];
const STATE_OF = { indexed: "indexed", unchanged: "unchanged", failed: "refused", quarantined: "refused" };

// What the lines ask for: stop() all, again(line), goOn() after a login, erased(line).
export function batchPanel(place, acts) {
  const lines = new Set();
  const byKey = new Map();
  const passed = [];
  const words = h("p", { class: "summary", role: "status" });
  const over = h("p", { class: "muted" });
  const bar = h("progress", { "aria-label": t("uploadProgress"), max: "1", value: "0" });
  const stop = h("button", { type: "button", class: "quiet", onclick: acts.stop }, icon("stop"), t("cancel"));
  const close = h("button", { type: "button", class: "bare", "aria-label": t("dismiss"), title: t("dismiss"), onclick: clear }, icon("close"));
  const login = h("p", { class: "notice", role: "alert", hidden: true });
  const list = h("ul", { class: "lines" });
  place.replaceChildren(h("header", {}, words, bar, stop, close), login, over, list);

  function clear() {
    for (const line of lines) acts.erased(line);
    lines.clear();
    byKey.clear();
    passed.length = 0;
    list.replaceChildren();
    over.textContent = "";
    place.hidden = true;
  }

  // At most once a frame, however many lines change.
  let frame = 0;
  function summarise() {
    frame ||= requestAnimationFrame(() => ((frame = 0), tellAll()));
  }

  function tellAll() {
    const counts = {};
    for (const { state } of lines) counts[state] = (counts[state] ?? 0) + 1;
    const sum = (states) => states.reduce((all, state) => all + (counts[state] ?? 0), 0);
    const left = sum(SENT);
    const parts = [
      ["batchLeft", left],
      ["batchReading", sum(UNDERWAY)],
      ["batchAdded", sum(["indexed"])],
      ["batchRefused", sum(["refused"])],
      ["batchSame", sum(["unchanged"])],
      ["notSent", sum(["stopped"])],
      ["batchGone", sum(["gone"])],
    ];
    words.textContent = parts.filter(([, n]) => n).map(([name, n]) => t(name, n)).join(t("comma"));
    const share = [...lines].reduce((all, line) => all + line.share(), 0) / (lines.size || 1);
    if (bar.value !== share) bar.value = share;
    bar.hidden = stop.hidden = !left;
    close.hidden = left > 0;
    place.hidden = !lines.size && !passed.length;
  }

  function line(name, facts) {
    const own = new Line(name, facts, { first: (row) => list.prepend(row), again: acts.again, changed: summarise });
    lines.add(own);
    byKey.set(own.key, own);
    list.append(own.row);
    return own;
  }

  return {
    line,
    summarise,
    find: (key) => byKey.get(key),
    passedOver(paths) {
      passed.push(...paths);
      over.textContent = passed.length ? t("passedOver", passed.length, kindsOf(passed)) : "";
    },
    loggedOut() {
      const on = h("button", { type: "button", class: "quiet" }, t("goOn"));
      on.addEventListener("click", () => ((login.hidden = true), acts.goOn()));
      login.replaceChildren(t("sessionEnded"), h("a", { href: "/login", target: "_blank", rel: "noopener" }, t("loginAgain")), on);
      login.hidden = false;
    },
  };
}

class Line {
  state = "waiting";
  entry = null; // of its document, once there is one

  constructor(name, { key, file }, acts) {
    Object.assign(this, { key, file, acts, sent: 0 });
    this.label = h("span", { class: "state" });
    this.bar = h("progress", { max: "1", value: "0", "aria-label": t("uploadingOne", name), hidden: true });
    this.said = h("span", { class: "said" });
    this.tools = h("span", { class: "tools" });
    this.row = h("li", {}, this.label, h("span", { class: "name", dir: "auto", title: name }, name), this.bar, this.said, this.tools);
    this.tell("waiting");
  }

  isRefused = () => ["refused", "stopped", "gone"].includes(this.state);
  isUnderway = () => UNDERWAY.includes(this.state);
  share = () => (this.state === "sending" ? this.sent * 0.9 : SENT.includes(this.state) ? 0 : 1);

  tell(state, words = "") {
    this.state = state;
    this.label.className = `state ${state === "refused" ? "failed" : state}`;
    this.label.textContent = t(`batch_${state}`);
    this.bar.hidden = state !== "sending";
    this.said.textContent = this.said.title = words;
    this.tools.replaceChildren();
    if (state === "refused" || state === "stopped") {
      this.tools.append(h("button", { type: "button", class: "bare", onclick: () => this.acts.again(this) }, icon("again"), t("retry")));
    }
    this.acts.changed();
  }

  progress(share) {
    this.sent = this.bar.value = share;
    this.acts.changed();
  }

  refuse({ message, remedy }) {
    this.tell("refused", [message, remedy].filter(Boolean).join(" "));
    this.acts.first(this.row);
  }

  // As its document stands.
  show(entry) {
    this.entry = entry;
    const state = STATE_OF[entry.state] ?? entry.state;
    if (state !== "refused") return state !== this.state && this.tell(state, entry.note);
    this.refuse({ message: entry.error });
    if (entry.lacking === "password") this.tools.prepend(unlockForm(entry, (now) => this.show(now)));
  }
}

// "2 × .exe (a.exe, b.exe)": each kind with how many there are, and the names of the first.
function kindsOf(paths) {
  const kinds = new Map();
  for (const path of paths) {
    const name = path.split("/").pop();
    const kind = name.includes(".") ? name.slice(name.lastIndexOf(".")).toLowerCase() : "";
    kinds.set(kind, [...(kinds.get(kind) ?? []), path]);
  }
  return [...kinds].map(([kind, of]) => `${of.length} × ${kind} (${of.slice(0, 3).join(", ")}${of.length > 3 ? ", …" : ""})`).join(", ");
}
