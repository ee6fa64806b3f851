// Where a passage's document opens, and how its source is shown.

const WORDS = 8;
const CJK_CHARACTERS = 20;

// The original at the passage: a PDF at its page, anything else at the passage's first words.
function originalLink({ document_id, type, page, text }) {
  const file = `/documents/${encodeURIComponent(document_id)}/file`;
  if (type === "pdf") return page ? `${file}#page=${page}` : file;
  return fragmentLink(file, text ?? "");
}

// `address` at the first words of `text`.
export function fragmentLink(address, text) {
  const start = firstWords(text);
  // A hyphen means something in a text fragment, and encodeURIComponent leaves it alone.
  return start ? `${address}#:~:text=${encodeURIComponent(start).replaceAll("-", "%2D")}` : address;
}

// The attributes of a link that viewer.js opens beside the page, at the passage; a new tab shows the whole original.
export function opens(hit) {
  return {
    href: originalLink(hit),
    target: "_blank",
    rel: "noopener",
    "data-open": hit.document_id,
    "data-page": hit.page,
    "data-passage": hit.chunk_id,
  };
}

// A fragment is matched within one block of the document, so it must not run over a line break.
function firstWords(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const line = lines.find((candidate) => candidate.length >= 24) ?? lines[0] ?? "";
  const cjk = /^[^\s]*[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(line);
  // Words are bounded by spaces; in Chinese and Japanese only punctuation is sure to be a boundary.
  return cjk ? line.split(/[，。；：！？、,;:!?\s]/, 1)[0].slice(0, CJK_CHARACTERS) : line.split(/\s+/).slice(0, WORDS).join(" ");
}

// ["…", "handbook", "safety", "ppr-9087.pdf"]: the last parts of a path, or the host and the last parts.
export function breadcrumb(source, most = 3) {
  const web = /^https?:\/\/([^/?#]+)([^?#]*)/i.exec(source);
  const own = /[\\/]uploads[\\/][0-9a-f]{16}[\\/](.+)$/.exec(source); // our own folders mean nothing to people
  const path = web ? web[2] : own ? own[1] : source;
  const parts = web ? path.split("/").filter(Boolean).map(decoded) : path.split(/[\\/]+/).filter(Boolean);
  const tail = parts.slice(-most);
  const cut = parts.length > tail.length ? ["…"] : [];
  return web ? [web[1], ...cut, ...tail] : [...cut, ...tail];
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
