// Which language the interface speaks, and putting its words into the page.

import { dictionaries } from "./strings.js";
import { keep, kept } from "./storage.js";

const asked = new URLSearchParams(location.search).get("lang");
const wanted = asked ?? kept("lang") ?? navigator.language ?? "en";

export const lang = wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
if (asked) keep("lang", lang);

export function t(key, ...values) {
  const entry = dictionaries[lang][key];
  return typeof entry === "function" ? entry(...values) : (entry ?? key);
}

// Fills elements that name their string: data-t for the text, data-t-title and so on for attributes.
export function translate(root = document) {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const name of ["title", "placeholder", "aria-label"]) {
    for (const element of root.querySelectorAll(`[data-t-${name}]`)) {
      element.setAttribute(name, t(element.getAttribute(`data-t-${name}`)));
    }
  }
}

export function languageName(code) {
  try {
    return new Intl.DisplayNames([lang], { type: "language" }).of(code) ?? code;
  } catch {
    return code; // a document may name a language that does not exist
  }
}

export function typeName(type) {
  return dictionaries[lang][type] ? t(type) : type;
}

export function day(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(lang, { dateStyle: "medium" }).format(date);
}
