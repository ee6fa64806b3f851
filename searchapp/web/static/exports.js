// An answer taken along: copied as Markdown with its sources, as a file of that, as the evidence that
// `searchapp verify` reads, or as the address of the page.

import { copyText } from "./clipboard.js";
import { lang, t } from "./i18n.js";
import { breadcrumb } from "./links.js";

// The answer and its sources, numbered as it cites them.
function asMarkdown(answer) {
  const sources = answer.citations.map(({ n, title, page, source }) => {
    const place = /^https?:/i.test(source) ? `<${source}>` : breadcrumb(source).at(-1);
    return `${n}. ${[escaped(title), page && t("page", page), place !== title && escaped(place ?? "")].filter(Boolean).join(", ")}`;
  });
  return [answer.answer, ...(sources.length ? [`${t("sources")}:`, sources.join("\n")] : [])].join("\n\n");
}

// The same as a file of its own: below its question, with who wrote it and when.
export function asFile(answer) {
  const day = new Intl.DateTimeFormat(lang, { dateStyle: "long" }).format(new Date());
  const written = [answer.model || t("extractive"), day].join(", ");
  return `# ${escaped(answer.question)}\n\n${asMarkdown(answer)}\n\n*searchapp, ${escaped(written)}*\n`;
}

// Of the form of `searchapp ask --json`.
export const asEvidence = (answer) => `${JSON.stringify(answer, null, 2)}\n`;

export function download(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// A file's name made of a question.
export function named(question, ending) {
  const words = question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ["answer"];
  return `${words.join("-").slice(0, 60)}.${ending}`;
}

export const copyWithSources = (answer) => copyText(asMarkdown(answer));

const escaped = (text) => (/^https?:|^</.test(text) ? text : text.replace(/[\\`*_[\]<>#]/g, "\\$&"));
