// In which order hits come, and whether a document is one hit: the two controls beside the count.

import { byId, h } from "./dom.js";
import { t } from "./i18n.js";
import { ORDERS } from "./state.js";

export function drawOrder(state) {
  const options = ORDERS.map((order) => h("option", { value: order, selected: order === state.sort }, t(`order_${order}`)));
  byId("sort").replaceChildren(...options);
  byId("sort").value = state.sort;
  byId("group").setAttribute("aria-pressed", String(state.group));
}

export function listenToOrder(current, change) {
  byId("sort").addEventListener("change", (event) => change({ sort: event.target.value }));
  byId("group").addEventListener("click", () => change({ group: !current().group }));
}
