// Users and keys, for operators: who there is, adding, changing, and taking away, which asks first.

import { takeDrops } from "./drop.js";
import { copyText } from "./clipboard.js";
import { byId, h } from "./dom.js";
import { hideProblem, showProblem } from "./frame.js";
import { call, getJson, postJson } from "./http.js";
import { day, t } from "./i18n.js";
import "./palette.js";
import { tell } from "./toast.js";

const ROOT = "/api/access";
const SCOPES = ["read", "write", "operate"];
const form = byId("account-form");
const dialog = byId("account");

document.title = `${t("accounts")} – ${t("appName")}`;

async function refresh() {
  try {
    const { users, keys } = await getJson(ROOT);
    table("users", ["userName", "mayDo", "seesGroups"], users.map(userRow), "noUsers");
    table("keys", ["keyFor", "mayDo", "seesGroups", "keyUntil", "keyUsed"], keys.map(keyRow), "noKeys");
  } catch (problem) {
    showProblem(problem, refresh);
  }
}

function table(id, heads, rows, none) {
  byId(`${id}-none`).hidden = rows.length > 0;
  byId(`${id}-none`).textContent = t(none);
  byId(id).closest(".scroll").hidden = !rows.length;
  byId(id).replaceChildren(
    h("thead", {}, h("tr", {}, ...heads.map((key) => h("th", { scope: "col" }, t(key))), h("td", {}))),
    h("tbody", {}, ...rows),
  );
}

const cells = (...texts) => texts.map((text) => h("td", {}, text));
const rights = ({ scopes }) => SCOPES.filter((scope) => scopes.includes(scope)).map((scope) => t(`scope_${scope}`)).join(t("comma"));
const groupsOf = ({ groups }) => (groups === null ? t("seesAll") : groups.join(t("comma")));
const tool = (words, name, onclick) => h("button", { type: "button", class: "quiet", "aria-label": `${words}: ${name}`, onclick }, words);

function userRow(user) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, user.name),
    ...cells(rights(user), groupsOf(user)),
    h("td", { class: "actions" }, tool(t("change"), user.name, () => edit("user", user)), tool(t("erase"), user.name, () => ask("user", user))),
  );
}

function keyRow(key) {
  const until = key.expires ? day(key.expires) : t("never");
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, key.name, h("span", { class: "muted" }, ` ${key.id}`)),
    ...cells(rights(key), groupsOf(key), until, key.used ? day(key.used) : t("never")),
    h("td", { class: "actions" }, tool(t("revoke"), key.name, () => ask("key", key))),
  );
}

// The one form: `kind` is "user" or "key"; `known` is who is changed, null for a new one.
function edit(kind, known = null) {
  form.reset();
  form.dataset.kind = kind;
  form.dataset.known = known?.name ?? "";
  byId("account-title").textContent = known ? t("changeUser", known.name) : t(kind === "user" ? "addUser" : "makeKey");
  byId("account-problem").hidden = true;
  const { name, password, groups, days } = form.elements;
  name.closest("label").hidden = name.disabled = Boolean(known);
  password.closest("label").hidden = password.disabled = kind === "key";
  password.required = kind === "user" && !known;
  byId("password-keeps").hidden = !known;
  days.closest("label").hidden = days.disabled = kind === "user";
  for (const scope of SCOPES) form.elements[scope].checked = known ? known.scopes.includes(scope) : scope === "read";
  groups.value = known?.groups?.join(", ") ?? "";
  dialog.showModal();
}

async function submit(event) {
  event.preventDefault();
  const { kind, known } = form.dataset;
  const { name, password, groups, days } = form.elements;
  const button = byId("account-submit");
  const asked = {
    scopes: SCOPES.filter((scope) => form.elements[scope].checked),
    groups: groups.value.split(/[\s,，、]+/).filter(Boolean),
  };
  button.disabled = true; // pressed twice it happens once
  try {
    if (kind === "key") {
      const made = await postJson(`${ROOT}/keys`, { ...asked, name: name.value, days: days.value ? Number(days.value) : null });
      dialog.close();
      showKey(await made.json());
    } else {
      const path = known ? `${ROOT}/users/${encodeURIComponent(known)}` : `${ROOT}/users`;
      const body = known ? { ...asked, password: password.value } : { ...asked, name: name.value, password: password.value };
      await postJson(path, body, known ? { method: "PUT" } : {});
      dialog.close();
      tell(t(known ? "userChanged" : "userAdded", known || name.value));
    }
    refresh();
  } catch (problem) {
    byId("account-problem").textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
    byId("account-problem").hidden = false;
  }
  button.disabled = false;
}

function showKey({ key }) {
  byId("made-key").value = key;
  byId("key-made").showModal();
  byId("made-key").select();
}

function ask(kind, one) {
  const confirm = byId("confirm");
  byId("confirm-title").textContent = t(kind === "user" ? "removeUserTitle" : "revokeKeyTitle", one.name);
  byId("confirm-text").textContent = t(kind === "user" ? "removeUserText" : "revokeKeyText");
  confirm.returnValue = "no";
  confirm.onclose = async () => {
    if (confirm.returnValue !== "yes") return;
    hideProblem();
    try {
      await call(`${ROOT}/${kind}s/${encodeURIComponent(kind === "user" ? one.name : one.id)}`, { method: "DELETE" });
    } catch (problem) {
      showProblem(problem);
    }
    refresh();
  };
  confirm.showModal();
}

byId("add-user").addEventListener("click", () => edit("user"));
byId("make-key").addEventListener("click", () => edit("key"));
byId("account-cancel").addEventListener("click", () => dialog.close());
byId("copy-key").addEventListener("click", async () => {
  await copyText(byId("made-key").value);
  byId("copy-key").textContent = t("copied");
});
byId("key-made").addEventListener("close", () => (byId("made-key").value = ""));
form.addEventListener("submit", submit);
refresh();
takeDrops();
