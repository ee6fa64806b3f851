// What every page has: its words in the right language, the two switches, and the banner for what went wrong.

import { byId, h, icon } from "./dom.js";
import "./help.js";
import { keepLanguage, lang, t } from "./i18n.js";
import { prefer } from "./preferences.js";

byId("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  prefer({ theme: dark ? "light" : "dark" }).catch(showProblem);
});

byId("language").addEventListener("click", async () => {
  const language = lang === "zh" ? "en" : "zh";
  keepLanguage(language);
  await prefer({ language }).catch(() => {}); // the cookie holds in this browser all the same
  const address = new URL(location.href);
  address.searchParams.delete("lang");
  location.assign(address);
});

// Shows what happened and what to do about it; `again` adds a button that tries once more.
export function showProblem(problem, again) {
  const banner = byId("banner");
  const { message, remedy } = problem;
  const retry = again && h("button", { type: "button", class: "quiet", onclick: () => (hideProblem(), again()) }, t("retry"));
  banner.replaceChildren(
    icon("alert"),
    h("div", {}, h("strong", {}, message || t("problem")), remedy && h("p", {}, remedy)),
    ...(retry ? [retry] : []),
    h("button", { type: "button", class: "bare", "aria-label": t("dismiss"), onclick: hideProblem }, icon("close")),
  );
  banner.hidden = false;
}

export function hideProblem() {
  byId("banner").hidden = true;
}
