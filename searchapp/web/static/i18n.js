// Which language the interface speaks, as the server decided, and the labels of it (labels.*.js, which the page names).

import { h } from "./dom.js";

export const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
export const labels = window.labels;
if (new URLSearchParams(location.search).has("lang")) keepLanguage(lang);

// From now on the server answers in this language: pages, and what their scripts fetch.
export function keepLanguage(chosen) {
  document.cookie = `lang=${chosen}; path=/; max-age=31536000; samesite=lax`;
}

// A label with its values: {0} is the first of them, {0:one|many} chooses by it.
export function t(key, ...values) {
  return (labels[key] ?? key).replace(/\{(\d)(?::([^|{}]*)\|([^{}]*))?\}/g, (_, place, one, many) => {
    const value = values[place];
    if (one !== undefined) return value === 1 ? one : many;
    return typeof value === "number" ? value.toLocaleString(lang) : value;
  });
}

export function languageName(code) {
  try {
    return new Intl.DisplayNames([lang], { type: "language" }).of(code) ?? code;
  } catch {
    return code; // a document may name a language that does not exist
  }
}

export function day(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(lang, { dateStyle: "medium" }).format(date);
}

// A time in full.
export const moment = (iso) => new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));

const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60]];
const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });

// How long ago it was, or how soon it will be.
export function ago(iso) {
  const seconds = (new Date(iso) - Date.now()) / 1000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return unit === "second" ? t(seconds < 0 ? "justNow" : "soon") : relative.format(Math.round(seconds / length), unit);
}

// The same as an element that tells the whole time; who shows it for long has its words renewed.
export const timeAgo = (iso) => h("time", { datetime: iso, title: moment(iso), "data-ago": true }, ago(iso));
