// Finding words in text that comes in runs: [{text, then}], where `then` is what comes before the next one.
// Wide and narrow forms, capitals, accents and spaces between Chinese characters make no difference.

const CJK = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/;
const UNHEARD = /[\u00ad\u0300-\u036f\u0610-\u061a\u064b-\u065f\u200b-\u200f\u2060]/g; // accents, vowel signs, breaks
const ALIKE = { "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "-" };
const RUN = 2 ** 22; // a place is run * RUN + offset
export const SOFT_HYPHEN = "\u00ad"; // as `then`: the hyphen at the run's end is only the line's

export function folded(runs) {
  const letters = [];
  const places = [];
  const put = (text, run, end) => {
    let offset = 0;
    for (const one of text) {
      for (const letter of fold(one)) add(letter, run * RUN + (end ?? offset));
      offset += one.length;
    }
  };
  const add = (letter, place) => {
    if (/\s/.test(letter)) {
      if (!letters.length || letters.at(-1) === " ") return;
      letter = " ";
    } else if (letters.at(-1) === " " && CJK.test(letter) && CJK.test(letters.at(-2) ?? "")) {
      letters.pop();
      places.pop();
    }
    for (const unit of letter.split("")) {
      letters.push(unit);
      places.push(place);
    }
  };
  runs.forEach(({ text, then = "" }, run) => {
    const isCut = then === SOFT_HYPHEN;
    put(isCut ? text.slice(0, -1) : text, run);
    put(isCut ? "" : then, run, Math.max(0, text.length - 1));
  });
  return { letters: letters.join(""), places };
}

// Where `needle`, which is folded already, stands: [{from: [run, offset], to: [run, offset]}], `to` behind the last letter.
export function occurrences({ letters, places }, needle, runs, most) {
  const found = [];
  for (let at = needle ? letters.indexOf(needle) : -1; at >= 0 && found.length < most; at = letters.indexOf(needle, at + needle.length)) {
    const [run, offset] = placeOf(places[at + needle.length - 1]);
    found.push({ from: placeOf(places[at]), to: [run, offset + (runs[run].text.codePointAt(offset) > 0xffff ? 2 : 1)] });
  }
  return found;
}

export const needleOf = (query) => folded([{ text: query }]).letters.trim();

const placeOf = (place) => [Math.floor(place / RUN), place % RUN];

function fold(one) {
  if (one >= " " && one <= "~") return one.toLowerCase();
  return [...one.normalize("NFKD").replace(UNHEARD, "").toLowerCase()].map((letter) => ALIKE[letter] ?? letter);
}
