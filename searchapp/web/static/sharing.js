// The dialog that shares a conversation: its address, what it shows to whom, and how to take it back.

import { copyText } from "./clipboard.js";
import { h } from "./dom.js";
import { call } from "./http.js";
import { t } from "./i18n.js";

// Resolves to the conversation's entry as it is when the dialog closes; null where nothing was done.
export async function openSharing({ id }) {
  let now = null;
  const words = h("p", { class: "muted" });
  const box = h("input", { type: "text", readonly: true, "aria-label": t("sharedAddress"), onfocus: () => box.select() });
  const copy = h("button", { type: "button", class: "button", onclick: () => copied() }, t("copyAddress"));
  const stop = h("button", { type: "button", class: "quiet", onclick: () => change("DELETE") }, t("stopSharing"));
  const said = h("span", { class: "muted", role: "status" });
  const close = h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, t("close"));
  const dialog = h(
    "dialog",
    { class: "sharing", "aria-labelledby": "sharing-title" },
    h("h2", { id: "sharing-title" }, t("shareConversation")),
    words,
    box,
    h("div", { class: "actions" }, said, stop, copy, close),
  );

  async function change(method) {
    copy.disabled = stop.disabled = true;
    try {
      now = await (await call(`/api/conversations/${encodeURIComponent(id)}/share`, { method })).json();
    } catch (problem) {
      words.textContent = [problem.message, problem.remedy].filter(Boolean).join(t("space"));
    }
    const there = Boolean(now?.shared);
    box.hidden = copy.hidden = stop.hidden = !there;
    copy.disabled = stop.disabled = false;
    if (!now) return;
    words.textContent = there ? t("sharedFor") : t("notSharedNow");
    if (!there) return close.focus();
    box.value = new URL(now.shared, location.href).href;
    box.focus();
  }

  async function copied() {
    await copyText(box.value);
    said.textContent = t("copied");
  }

  document.body.append(dialog);
  box.hidden = copy.hidden = stop.hidden = true;
  dialog.showModal();
  const closed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  await change("PUT"); // shared again, it shows what it says by now
  await closed;
  dialog.remove();
  return now;
}
