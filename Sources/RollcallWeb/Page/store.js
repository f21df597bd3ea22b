// The people of the exchange as the daemon last told of them, and who is shown what when one of them changes.

import { rows } from "/ask.js";
import { t } from "/words.js";

const people = new Map();
/** Which person a record is of. */
const owners = new Map();
const watchers = new Set();
let lines = null;

export const onPeople = (watcher) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

export const personOf = (record) => people.get(owners.get(record) ?? record);

/** In the order of lists: by issuer, by line, then by name. */
export function allPeople() {
  lines ??= [...people.values()].sort((one, other) => {
    const [left, right] = [one.issuer, other.issuer];
    return (left < right ? -1 : Number(left > right)) || one.line - other.line || nameOf(one).localeCompare(nameOf(other)) || (one.record < other.record ? -1 : 1);
  });
  return lines;
}

/** A side's name is a word of the reader's: the letters are other ones. */
export const sideName = (key) => t(`choice.${key}`, key);

/** Where somebody stands on a list: its side, and the line; lines alone are the same on both sides. */
export function lineOf(person) {
  const line = (person.texts.line_number ?? []).join("/");
  return line && person.lists[0] ? `${sideName(person.lists[0].issuer)} ${line}` : line;
}

export function nameOf(person) {
  const parts = ["surname", "given_name", "patronymic"].map((field) => (person.texts[field] ?? []).join(" / "));
  return parts.filter(Boolean).join(" ");
}

/** Whether somebody has to look at this person. */
export const isOpenQuestion = (person) =>
  person.conflicts.length > 0 || person.unlike.length > 0 || person.contradictions.length > 0 ||
  person.maybe_same.length > 0 || person.namesakes.some((one) => !one.told);

function drop(person) {
  people.delete(person.record);
  for (const record of person.records) owners.delete(record);
}

function take(person) {
  person.haystack = haystack(person);
  person.issuer = person.lists[0]?.issuer ?? "\uffff";
  person.line = Number(person.texts.line_number?.[0] ?? 1e9);
  people.set(person.record, person);
  for (const record of person.records) owners.set(record, person.record);
}

function tell(records) {
  lines = null;
  for (const watcher of watchers) watcher(records);
}

/** Lets go of everybody: whoever locks a laptop leaves nothing on its screen. */
export function forgetPeople() {
  people.clear();
  owners.clear();
  lines = null;
}

export async function loadPeople() {
  const all = await rows({ people: {} });
  people.clear();
  owners.clear();
  all.forEach(take);
  tell(null);
}

/** Takes in what was written; asks for all where it cannot tell what that concerns. */
export async function noteChanges(records) {
  if (records === null) return loadPeople();
  const found = await rows({ people: { records } });
  const before = new Set(records.map((record) => people.get(owners.get(record))).filter(Boolean));
  const told = new Set(found.flatMap((person) => person.records));
  if (records.some((record) => !told.has(record) && !owners.has(record))) return loadPeople();
  // Whoever was joined to them, parted from them or is like them has changed with them.
  const others = new Set();
  for (const person of [...before, ...found]) {
    for (const record of [...person.records, ...[...person.maybe_same, ...person.namesakes].map((same) => same.record)]) {
      if (!told.has(record)) others.add(record);
    }
  }
  if (others.size > 0) found.push(...await rows({ people: { records: [...others] } }));
  for (const person of found) {
    for (const record of person.records) {
      const old = people.get(owners.get(record));
      if (old) drop(old);
    }
  }
  for (const person of before) if (people.get(person.record) === person) drop(person);
  found.filter((person) => person.step !== "recorded" || before.size > 0).forEach(take);
  tell(new Set([...records, ...others]));
}

// MARK: finding

/** A text as it is compared: no case, marks or apostrophes, ё and ґ as people type them. */
export function folded(text) {
  return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u0305\u0307-\u036f'’ʼ`"]/g, "").normalize("NFC")
    .replaceAll("ё", "е").replaceAll("ґ", "г");
}

function haystack(person) {
  const dates = (person.texts.birth_date ?? []).map((date) => date.split("-").reverse().join("."));
  const slips = (person.texts.slip ?? []).map(inCyrillic);
  return folded([nameOf(person), ...dates, ...slips, ...Object.values(person.texts).flat(), person.record].join(" \n "));
}

/** A slip as it is typed from sight on a Cyrillic layout: its letters look the same in both. */
const inCyrillic = (slip) => [...slip].map((sign) => "АВСЕНКМОРТХ"["ABCEHKMOPTX".indexOf(sign)] ?? sign).join("");

const latin = "qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const cyrillic = { uk: "йцукенгшщзхїфівапролджєячсмитьбю", ru: "йцукенгшщзхъфывапролджэячсмитьбю" };

/** What the same keys would have typed on another layout. */
function otherLayouts(text) {
  return Object.values(cyrillic).flatMap((row) => {
    const there = [...text.toLowerCase()].map((key) => row[latin.indexOf(key)] ?? key).join("");
    const back = [...text.toLowerCase()].map((key) => latin[row.indexOf(key)] ?? key).join("");
    return [there, back];
  }).filter((other) => other !== text.toLowerCase());
}

/** Those in whom all parts of a text stand; else those in whom they would on another layout. */
export function findPeople(text) {
  const matching = (typed) => {
    const parts = folded(typed).split(/\s+/).filter(Boolean);
    return allPeople().filter((person) => parts.every((part) => person.haystack.includes(part)));
  };
  const found = matching(text);
  if (found.length > 0 || text.trim().length < 3) return { found, typed: text };
  for (const other of new Set(otherLayouts(text))) {
    const there = matching(other);
    if (there.length > 0) return { found: there, typed: other };
  }
  return { found, typed: text };
}
