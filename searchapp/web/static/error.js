// The server's own error page in the interface's language: it comes in English, with its status and code.

import { byId } from "./dom.js";
import { heading, told } from "./failures.js";
import "./frame.js";
import { lang } from "./i18n.js";

const { status, code } = byId("failure").dataset;
const title = byId("failure-title");
const words = told({ message: byId("failure-message").textContent, remedy: byId("failure-remedy").textContent, code });

if (lang === "zh") document.title = document.title.replace(title.textContent, heading(status) ?? title.textContent);
title.textContent = heading(status) ?? title.textContent;
byId("failure-message").textContent = words.message;
byId("failure-remedy").textContent = words.remedy;
byId("failure-remedy").hidden = !words.remedy;
