// What can be done with the document that is open: ask about it, have it summarised, save it, pass its address on.

import { copyText } from "./clipboard.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";

export function documentLinks(entry, say) {
  const id = encodeURIComponent(entry.id);
  const live = /^https?:/i.test(entry.source) && entry.source;
  const outside = { target: "_blank", rel: "noopener noreferrer" };
  return [
    h("a", { class: "bare", href: scoped(entry, "") }, t("askDocument")),
    h("a", { class: "bare", href: scoped(entry, t("summariseQuestion")) }, t("summarise")),
    h("a", { class: "bare", href: `/documents/${id}/file?download=true`, download: "" }, t("download")),
    h("button", { type: "button", class: "bare", onclick: () => copyAddress(say) }, t("copyPlace")),
    live && h("a", { id: "viewer-live", class: "bare", href: live, ...outside }, t("livePage")),
    h("a", { id: "viewer-whole", class: "bare", href: `/documents/${id}/file`, ...outside }, t("wholeOriginal")),
  ];
}

// The search page with nothing but this document in its scope; beside it stays open where there is room for both.
function scoped(entry, question) {
  const asked = new URLSearchParams({ filter: `document=${entry.id}` });
  if (question) asked.set("q", question);
  if (question) asked.set("ask", "1");
  if (matchMedia("(min-width: 1001px)").matches) asked.set("open", entry.id);
  return `/?${asked}`;
}

// Where the reader is: the document, its page and the passage, without the search around it.
async function copyAddress(say) {
  const here = new URLSearchParams(location.search);
  const address = new URL("/", location.href);
  for (const name of ["open", "page", "passage"]) if (here.get(name)) address.searchParams.set(name, here.get(name));
  await copyText(address.href);
  say(t("placeCopied"));
}
