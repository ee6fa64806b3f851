// Which language the interface speaks, as the server decided, and putting its words into the page.

import { dictionaries } from "./strings.js";

export const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
if (new URLSearchParams(location.search).has("lang")) keepLanguage(lang);

// From now on the server answers in this language: pages, and what their scripts fetch.
export function keepLanguage(chosen) {
  document.cookie = `lang=${chosen}; path=/; max-age=31536000; samesite=lax`;
}

export function t(key, ...values) {
  const entry = dictionaries[lang][key];
  return typeof entry === "function" ? entry(...values) : (entry ?? key);
}

// Fills elements that name their string: data-t for the text, data-t-title and so on for attributes.
export function translate(root = document) {
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
