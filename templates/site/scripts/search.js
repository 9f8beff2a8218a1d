/* The search, in the reader's browser: titles of all years, then texts from the newest on.
   Every word that a reader sees stands in the page, as data-… of the form. */

import MiniSearch from "./{{ minisearch }}";

/* So many files of texts are read before the reader is asked whether to go on, and no more of them
   once so many editions are found. */
const STEP = 4;
const ENOUGH = 10;
/* More than these nobody reads: the next word makes them fewer. */
const SHOWN = 100;

/* As flows/shelf/search.py folds words. */
const APART = { œ: "oe", æ: "ae", ß: "ss", ø: "o", ł: "l", đ: "d" };
const folded = (text) =>
  text.normalize("NFKD").toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/[œæßøłđ]/g, (letter) => APART[letter]);

const form = document.getElementById("search");
const field = form.elements.q;
const status = document.getElementById("search_status");
const list = document.getElementById("search_found");
const further = document.getElementById("search_further");
const said = form.dataset;
const small = new Set(said.small.split(" "));

const index = new MiniSearch({
  idField: "path",
  fields: ["title", "topics", "speakers", "headings", "summary", "words"],
  storeFields: ["title", "language", "day", "when", "about", "summary"],
  tokenize: (text) => text.split(/[^\p{L}\p{N}\p{M}]+/u).filter(Boolean),
  processTerm: folded,
  searchOptions: {
    boost: { title: 6, topics: 3, speakers: 3, headings: 2, summary: 2 },
    combineWith: "AND",
    prefix: (term) => term.length > 2,
    fuzzy: (term) => (term.length > 4 && !/\d/.test(term) ? 0.2 : false),
    weights: { prefix: 0.5, fuzzy: 0.25 },
  },
});

/* ------------------------------------------------------------------------------- the files */

const years = said.years.split(" ").filter(Boolean);
const texts = ["search/newest.json"];
for (let page = Number(said.older); page > 0; page -= 1) texts.push(`page/${page}/search.json`);
let read = 0;
let titles;
let isBroken = false;

async function fetched(path) {
  try {
    const answer = await fetch(said.root + path);
    if (answer.status === 404) return []; /* made before there was a search */
    if (!answer.ok) throw new Error(String(answer.status));
    return await answer.json();
  } catch {
    isBroken = true;
    return [];
  }
}

function take(editions) {
  for (const edition of editions) {
    const known = index.has(edition.path);
    if (!known) index.add(edition);
    else if (edition.words !== undefined) index.replace(edition);
  }
}

/* All are among the newest where there is no older page. */
async function readTitles() {
  if (texts.length === 1) return;
  for (let at = 0; at < years.length; at += STEP)
    for (const year of await Promise.all(years.slice(at, at + STEP).map((y) => fetched(`${y}/search.json`))))
      take(year);
}

async function readTexts(query) {
  const end = Math.min(read + STEP, texts.length);
  while (read < end) {
    take(await fetched(texts[read]));
    read += 1;
    if (found(query).length >= ENOUGH) return;
  }
}

/* ------------------------------------------------------------------------------- the answer */

function found(query) {
  const terms = query.split(/[^\p{L}\p{N}\p{M}]+/u).filter(Boolean);
  const telling = terms.filter((term) => !small.has(folded(term)));
  return index.search((telling.length ? telling : terms).join(" "));
}

function element(name, text, more = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(more)) made.setAttribute(key, value);
  return made;
}

function line(edition) {
  const item = document.createElement("li");
  const language = edition.language === document.documentElement.lang ? {} : { lang: edition.language };
  const kicker = element("p", "", { class: "kicker" });
  kicker.append(element("time", edition.when, { datetime: edition.day }));
  const name = element("p", "", { class: "name", ...language });
  const other = language.lang ? { hreflang: language.lang } : {};
  name.append(element("a", edition.title, { href: `${said.root}${edition.id}/`, ...other }));
  item.append(kicker, name);
  if (edition.about) item.append(element("p", edition.about, { class: "small", ...language }));
  if (edition.summary) item.append(element("p", edition.summary, { class: "summary", ...language }));
  return item;
}

function show(query) {
  const editions = found(query);
  list.replaceChildren(...editions.slice(0, SHOWN).map(line));
  const count = editions.length;
  const sentence = count === 0 ? said.none : count === 1 ? said.one : said.many;
  const words = [sentence.replace("{count}", count).replace("{query}", () => query)];
  if (count > SHOWN) words.push(said.first.replace("{shown}", SHOWN));
  further.hidden = read >= texts.length;
  if (!further.hidden) words.push(said.partly);
  if (isBroken) words.push(said.broken);
  status.textContent = words.join(" ");
}

let turn = 0;
async function look() {
  const query = field.value.trim();
  const mine = (turn += 1);
  if (!query) {
    list.replaceChildren();
    status.textContent = "";
    further.hidden = true;
    return;
  }
  status.textContent = said.looking;
  isBroken = false;
  titles ??= readTitles();
  await titles;
  if (read === 0 || found(query).length < ENOUGH) await readTexts(query);
  if (mine === turn) show(query);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const address = new URL(location.href);
  address.searchParams.set("q", field.value.trim());
  history.pushState(null, "", address);
  look();
});
further.addEventListener("click", async () => {
  const before = list.children.length;
  status.textContent = said.looking;
  await readTexts(field.value.trim());
  show(field.value.trim());
  if (further.hidden) ((list.children[before] ?? list.lastElementChild)?.querySelector("a") ?? field).focus();
});
function fromAddress() {
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  look();
}
addEventListener("popstate", fromAddress);
fromAddress();
