// Dates, times and values as people read them.

import { t, language } from "/words.js";

/** A date, or as much as is known of it: 2026-11-29 as 29.11.2026, 1988-03 as 03.1988. */
export function date(text) {
  return /^\d{4}(-\d{2}){0,2}$/.test(text) ? text.split("-").reverse().join(".") : text;
}

const same = (one, other) => one.toDateString() === other.toDateString();

/** A time by this laptop's clock: the hour alone for today, unless the day is wanted as well. */
export function time(text, withDay = false) {
  if (!text) return t("time.unknown");
  const moment = new Date(text);
  const hour = moment.toLocaleTimeString(language(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (!withDay && same(moment, new Date())) return hour;
  const day = moment.toLocaleDateString("de-DE", { day: "2-digit", month: "2-digit", year: "numeric" });
  return `${day} ${hour}`;
}

/** A value or state of a field, as it is shown. */
export function value(shown, field) {
  if (shown.state) return t(`state.${shown.state}`);
  const said = shown.value;
  if (said === null || said === undefined) return "";
  if (typeof said === "object") return said.time ? `${said.stage}, ${time(said.time)}` : said.stage;
  if (field?.type === "date") return date(said);
  return field?.choices?.includes(said) ? t(`choice.${said}`, said) : said;
}

/** Who wrote a value: operator, laptop, time, source. */
export function witness(claim, nodes) {
  const laptop = nodes.get(claim.node) ?? claim.node.slice(0, 6);
  const parts = [claim.operator ?? t("operator.unnamed"), laptop, time(claim.recorded_at)];
  if (claim.source) parts.push(source(claim.source));
  return parts.join(" · ");
}

/** What a source says of itself: `document B2: passport`. */
export function sourceParts(text) {
  const [, kind, grade, what = ""] = /^(\w+)(?: ([A-F][1-6]))?(?:: (.*))?$/.exec(text) ?? [];
  return { kind, grade, what };
}

/** A source as it was recorded: ours in the reader's words, all others as written. */
export function source(text) {
  const { kind, grade, what } = sourceParts(text);
  const known = t(`source.${kind}`, null);
  if (known === null) return text;
  // A passport is a document in every language.
  const document = kind === "document" ? t(`document.${what}`, null) : null;
  return (document ?? (what ? `${known}: ${what}` : known)) + (grade ? ` (${grade})` : "");
}

/** A number that may be less once people have decided. */
export const range = (count) => (count.least === count.most ? `${count.most}` : `${count.least}–${count.most}`);

export const direction = (key) => (key ? t(`direction.${key}`) : t("direction.none"));
