// What is known of one person, field by field: what a list said, what they say, what documents say, what holds now.

import { rows, result } from "/ask.js";
import { sourceParts } from "/format.js";
import { personOf } from "/store.js";

/** Everything about the person of a record: `{ row, views, histories }`; null where there is none. */
export async function loadPerson(id) {
  // What the page keeps may be older than what was just done: asked anew, and read at once by the records that are known.
  const asked = rows({ people: { records: [id] } });
  const known = personOf(id)?.records ?? [id];
  const [[row = null], read] = await Promise.all([asked, readAll(known)]);
  const records = row?.records ?? [id];
  return { row, ...(records.join() === known.join() ? read : await readAll(records)) };
}

async function readAll(records) {
  const [views, histories] = await Promise.all([
    Promise.all(records.map((record) => result({ show: { id: record } }))),
    Promise.all(records.map((record) => rows({ history: { id: record } }))),
  ]);
  return { views, histories };
}

const says = (one, other) => JSON.stringify([one.value ?? null, one.state ?? null]) ===
  JSON.stringify([other.value ?? null, other.state ?? null]);

/** What holds now: unlike values with the records they stand in, and everyone who wrote them. */
export function holding(known, field) {
  const all = [];
  for (const view of known.views) {
    for (const value of view.fields[field]?.values ?? []) {
      const place = { record: view.record, dots: value.witnesses.map((witness) => witness.dot) };
      const there = all.find((other) => says(other, value));
      if (there) {
        there.places.push(place);
        there.witnesses.push(...value.witnesses);
      } else {
        all.push({ value: value.value, state: value.state, witnesses: [...value.witnesses], places: [place] });
      }
    }
  }
  return all;
}

/** The dots of all values of a field in one record: what a write there names as seen. */
export const seenIn = (view, field) =>
  (view.fields[field]?.values ?? []).flatMap((value) => value.witnesses.map((witness) => witness.dot));

/** The record to write a field in: the one that has it, else the first. */
export const home = (known, field) =>
  known.views.find((view) => (view.fields[field]?.values ?? []).length > 0) ?? known.views[0];

export const hasConflict = (known, field) => known.views.some((view) => view.fields[field]?.conflict);

/** The field as the lists had it when they came: in the same change as the line itself. */
export function received(known, field) {
  return known.histories.flatMap((history) => {
    const dots = new Set(history.filter((row) => ["list_line", "line_list"].includes(row.field)).map((row) => row.dot));
    const said = history.filter((row) => row.field === field && dots.has(row.dot));
    return said.slice(-1);
  });
}

export const documents = ["passport", "id_card", "military_id", "birth_certificate", "court", "other"];
/** What else somebody may know it from, besides the person's own words. */
export const otherSources = ["other_side", "register", "family", "witness", "visual"];
export const grades = [..."ABCDEF"].flatMap((letter) => [..."123456"].map((digit) => letter + digit));

/** A source as it is recorded with what is written. */
export const sourceText = (kind, grade) => [[documents.includes(kind) ? "document" : kind, grade].filter(Boolean).join(" "), ...documents.filter((one) => one === kind)].join(": ");

/** The last that was written of a field from the person's own words ("statement"), or from anything else that somebody compared it with. */
export function claimed(known, field, kind) {
  const kinds = kind === "document" ? ["document", ...otherSources] : [kind];
  return known.histories.flatMap((history) =>
    history.filter((row) => row.field === field && kinds.includes(row.source && sourceParts(row.source).kind))).slice(-1);
}

export const marks = (known, field) => known.views.flatMap((view) => view.fields[field]?.verifications ?? []);

// MARK: writing

const write = (request) => result(request);

/** Writes what somebody or something says; `seen` is what was shown when the typing began. */
export function claim(record, field, text, seen, source) {
  return write({ set: { id: record, fields: [{ field, value: text }], seen, source, operator: null } });
}

export function putState(record, field, state, seen, source) {
  return write({ unset: { id: record, fields: [{ field, value: null }], state, seen, source, operator: null } });
}

export function happened(record, event, stage, source = null, vehicle = "") {
  return write({ set: { id: record, fields: [{ field: event, value: stage }, ...cameIn(vehicle, stage)], seen: null, source, operator: null } });
}

/** That somebody who is present came in a vehicle, if it is said. */
export const cameIn = (vehicle, stage) => (vehicle ? [{ field: "arrival_vehicle", value: `${vehicle}@${stage}` }] : []);

/** Takes back one value of a set, or an event at a stage, in every record that has it. */
export async function takeBack(known, field, text, isThere) {
  for (const view of known.views) {
    if (!(view.fields[field]?.values ?? []).some(isThere)) continue;
    await write({ unset: { id: view.record, fields: [{ field, value: text }], state: null, seen: null, source: null, operator: null } });
  }
}

export function mark(view, field, outcome, source, station) {
  return write({ verify: { _0: { id: view.record, field, outcome, source, station, seen: seenIn(view, field), operator: null } } });
}

/** Chooses one of several values, in every record that has another. */
export async function choose(known, field, chosen, reason) {
  for (const view of known.views) {
    const values = view.fields[field]?.values ?? [];
    const own = chosen.places.find((place) => place.record === view.record);
    if (values.length > 1) {
      const choice = own ? { keep: { dot: own.dots[0] } } : { value: { text: chosen.value } };
      await write({ resolve: { id: view.record, field, choice, seen: seenIn(view, field), reason, operator: null } });
    } else if (values.length === 1 && !own && chosen.value !== undefined) {
      await claim(view.record, field, chosen.value, seenIn(view, field), reason ? `settled: ${reason}` : "settled");
    }
  }
}

export const link = (record, other, isSame) =>
  write({ set: { id: record, fields: [{ field: isSame ? "same_as" : "not_same_as", value: other }], seen: null, source: null, operator: null } });
