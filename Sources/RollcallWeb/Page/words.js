// The page's words, in the language that somebody chose.

/** One is loaded, and a second when somebody prints: each has all the keys (PageWordsTests). */
const languages = {};
const known = ["uk", "en", "ru"];
let chosen = "en";

export const language = () => chosen;

async function load(key) {
  languages[key] ??= (await import(`/words-${key}.js`)).default;
}

export async function chooseLanguage(key) {
  const wanted = known.includes(key) ? key : "en";
  await load(wanted);
  chosen = wanted;
  document.documentElement.lang = chosen;
}

/** The words of a key, with what is to stand in its braces; `otherwise` where there are none. */
export function t(key, otherwise = key, values) {
  if (otherwise !== null && typeof otherwise === "object") return t(key, key, otherwise);
  const words = languages[chosen]?.[key];
  if (words === undefined) return otherwise;
  return values ? words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "") : words;
}

/** What `both` needs besides what is chosen. */
export const loadBoth = () => load(chosen === "en" ? "uk" : "en");

/** The words in two languages, for paper: the chosen one's and English, or Ukrainian beside English. */
export function both(key, values) {
  const beside = languages[chosen === "en" ? "uk" : "en"];
  const fill = (words) => words.replace(/\{(\w+)\}/g, (_, name) => values?.[name] ?? "");
  const own = t(key, values ?? {});
  const other = beside[key] === undefined ? own : fill(beside[key]);
  return own === other ? own : `${own} / ${other}`;
}

/** A count with its noun: "1 person", "2 people"; Slavic languages have three forms. */
export function counted(count, key) {
  const forms = t(`count.${key}`).split("|");
  const form = new Intl.PluralRules(chosen).select(count);
  const place = forms.length === 2 ? Number(form !== "one") : { one: 0, few: 1 }[form] ?? 2;
  return `${count.toLocaleString(chosen)} ${forms[place]}`;
}
