// The stage board: who came, was handed over, is missing; how far it is to the target; what does not fit.

import { ask, rows } from "/ask.js";
import { button, el, replace, say, svg } from "/dom.js";
import { date, direction, range, time } from "/format.js";
import { askPerson, useKeys } from "/keys.js";
import { lineOf, nameOf, onPeople, personOf, sideName } from "/store.js";
import { counted, t } from "/words.js";

const kinds = ["listed", "present", "confirmed", "handed_over", "absent", "unlisted", "declined", "deferred", "returned", "died"];
const directions = ["a_to_b", "b_to_a"];
const categories = ["military", "civilian", "unresolved", "all"];

/** The tally as the daemon counts it: `{ stages, rows, report }`, with null for all stages. */
export async function loadTally() {
  const { rows: all, result: report } = await ask({ tally: { stage: null } });
  const stages = [...new Set(all.map((row) => row.stage))];
  return { rows: all, stages, report };
}

const cellOf = (tally, stage, way, what) =>
  tally.rows.find((row) => row.stage === stage && row.direction === way && row.what === what);

export function tallyTable(tally, stage, caption) {
  const used = kinds.filter((what) => what === "handed_over" || directions.some((way) => (cellOf(tally, stage, way, what)?.all.most ?? 0) > 0));
  return el("table", { class: "tally" }, el("caption", null, caption),
    el("thead", null,
      el("tr", null, el("td"), directions.map((way) => el("th", { scope: "colgroup", colspan: categories.length }, direction(way)))),
      el("tr", null, el("td"), directions.map(() => categories.map((key) => el("th", { scope: "col" }, t(key === "all" ? "board.sum" : `board.${key}`)))))),
    el("tbody", null, used.map((what) => el("tr", { class: what }, el("th", { scope: "row" }, t(`row.${what}`)),
      directions.map((way) => categories.map((key) => {
        const count = cellOf(tally, stage, way, what)?.[key];
        return el("td", { class: key === "all" ? "sum" : count?.most ? null : "zero" }, count ? range(count) : "0");
      }))))));
}

/** How the two sides stand to each other at a stage, or over all. */
export function parityWords(tally, stage) {
  const difference = tally.report.parity.find((one) => one.stage === stage)?.difference;
  if (!difference || (difference.least === 0 && difference.most === 0)) return `${t("board.parity")}: ${t("board.even")}`;
  if (difference.least >= 0) return `${t("board.parity")}: ${t("board.more", { count: range(difference), side: sideName("b") })}`;
  if (difference.most <= 0) return `${t("board.parity")}: ${t("board.more", { count: range({ least: -difference.most, most: -difference.least }), side: sideName("a") })}`;
  return `${t("board.parity")}: ${difference.least} … +${difference.most}`;
}

/** Who closed a stage and when, and how much came later. */
export function closedWords(tally, stage) {
  return tally.report.closings.filter((one) => one.stage === stage).map((one) =>
    [t("board.closed", { name: one.operator ?? one.node, time: one.at ? time(one.at) : "" }), one.late > 0 && t("board.late", { count: one.late }), one.reason].filter(Boolean).join("; "));
}

const isClosed = (tally, stage) => tally.report.closings.some((one) => one.stage === stage);

export function heardWords(tally) {
  return tally.report.heard.map((one) => (one.at ? t("board.heard.at", { name: one.name, time: time(one.at) }) : t("board.heard.never", { name: one.name })));
}

export function vehicleTable(tally, stage) {
  const all = tally.report.vehicles.filter((one) => one.stage === stage);
  if (all.length === 0) return null;
  const difference = ({ counted: heads, registered }) => {
    const [least, most] = [registered.least - Math.max(...heads), registered.most - Math.min(...heads)];
    return least === most ? `${most}` : `${least} … ${most}`;
  };
  return el("table", { class: "tally" }, el("thead", null, el("tr", null, [t("board.vehicle"), t("board.counted"), t("step.recorded"), "±"].map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", null, all.map((one) => el("tr", null, el("th", { scope: "row" }, one.vehicle), el("td", null, one.counted.join(" / ") || "–"),
      el("td", null, range(one.registered)), el("td", { class: "sum" }, one.counted.length ? difference(one) : "–")))));
}

/** A bar for each side: handed over for sure, what may be fewer, and what is left. */
function progress(tally) {
  const target = tally.report.target;
  if (!target) return null;
  const bar = (way) => {
    const count = cellOf(tally, null, way, "handed_over").all;
    const wide = (number) => Math.min(100, (number / target) * 100);
    const words = `${direction(way)}: ${range(count)} ${t("board.target", { target })}; ${t("board.remaining", { count: range({ least: target - count.most, most: target - count.least }) })}`;
    return el("div", { class: "progress" }, el("span", null, words), svg("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", role: "img", "aria-label": words },
      svg("rect", { class: "whole", width: 100, height: 6 }), svg("rect", { class: "maybe", width: wide(count.most), height: 6 }),
      svg("rect", { class: "sure", width: wide(count.least), height: 6 })));
  };
  return el("section", null, directions.map(bar));
}

/** Those that somebody has to look at first; then what was decided of the others. `act` decides, where that may be done. */
export function discrepancyList(found, stage, act = null) {
  const about = (one) => {
    if (one.kind === "status_conflict") return one.about.map((event) => t(`event.${event}`)).join(" / ");
    return one.about.map((key) => t(`field.${key}`, t(`same.${key}`, key))).join(", ");
  };
  const shown = found.filter((one) => !stage || !one.stage || one.stage === stage);
  const byKind = Map.groupBy ? Map.groupBy(shown, (one) => one.kind) : shown.reduce((map, one) => map.set(one.kind, [...map.get(one.kind) ?? [], one]), new Map());
  return [...byKind].map(([kind, all]) => el("details", { open: all.length <= 12 },
    el("summary", null, `${t(`kind.${kind}`)} (${all.length})`), el("ul", null, all.map((one) => {
      const people = [...new Set(one.records.map((record) => personOf(record)).filter(Boolean))];
      const names = people.map((person) => [el("a", { href: `#/person/${person.record}` }, nameOf(person)), ` ${lineOf(person)} `, one.kind === "namesake" && (person.texts.birth_date ?? []).map(date).join("/")]);
      const enquiry = one.kind === "enquiry_double_match" && el("a", { href: `#/families/${one.records[0]}` }, t("screen.families"));
      const decided = one.settled.map((who) => el("small", null, ` ${t(`settled.${who.as}`, who.as)}: ${[who.reason, who.operator, who.recorded_at && time(who.recorded_at)].filter(Boolean).join(" · ")} `));
      const byLink = ["duplicate_candidate", "same_disputed", "namesake", "enquiry_double_match"].includes(kind);
      return el("li", { class: decided.length > 0 ? "hint" : null }, decided.length > 0 && "✓ ", enquiry, " ", names, one.stage ? `${t("board.stage", { stage: one.stage })} ` : "", about(one),
        decided.length === 0 && el("small", null, ` · ${t(`station.${one.station}`, one.station)} `), decided,
        act && !byLink && button(t(decided.length > 0 ? "settled.open" : "settled.settle"), () => act(one), { class: "small" }));
    }))));
}

export async function showBoard(main, _, context) {
  const page = el("div", { class: "board" });
  let isGone = false;
  async function draw() {
    const [tally, found] = await Promise.all([loadTally(), rows({ discrepancies: {} })]).catch((error) => { context.fail(error); return []; });
    if (isGone || !tally) return;
    const stages = tally.stages.filter((stage) => stage !== null);
    const some = tally.rows.some((row) => row.all.most > 0);
    if (!some && stages.length === 0) return replace(page, el("p", { class: "empty" }, t("board.none")));
    const open = new Set([...page.querySelectorAll("details:not([open]) summary")].map((one) => one.textContent.split(" (")[0]));
    replace(page, progress(tally),
      el("div", { class: "tallies" }, stages.map((stage) => el("section", { class: stage === context.stage() ? "scroll now" : "scroll" },
        tallyTable(tally, stage, t("board.stage", { stage })), el("p", { class: "parity" }, parityWords(tally, stage)), vehicleTable(tally, stage),
        closedWords(tally, stage).map((words) => el("p", { class: "closed" }, words)),
        stage === context.stage() && button(t("field.head_count"), () => countHeads(stage), { id: "heads" }),
        stage === context.stage() && button(t(isClosed(tally, stage) ? "board.reopen" : "board.close"), () => close(stage, isClosed(tally, stage)), { id: "close" }))),
      stages.length > 1 && el("section", { class: "scroll" }, tallyTable(tally, null, t("board.total")), el("p", { class: "parity" }, parityWords(tally, null)))),
      tally.rows.some((row) => row.all.least < row.all.most) && el("p", { class: "hint" }, t("board.range")),
      tally.report.without_direction > 0 && el("p", { class: "warning" }, t("board.nodirection", { count: counted(tally.report.without_direction, "people") })),
      el("section", { class: "heard" }, el("h2", null, t("board.heard")), el("ul", null, el("li", null, t("board.this")), heardWords(tally).map((words) => el("li", null, words)))),
      el("section", null, el("h2", null, `${t("board.open")} (${found.filter((one) => one.settled.length === 0).length})`), found.length === 0 ? el("p", { class: "good" }, t("board.clean")) : discrepancyList(found, null, settle)));
    for (const details of page.querySelectorAll("details")) {
      if (open.has(details.querySelector("summary").textContent.split(" (")[0])) details.open = false;
    }
  }

  async function countHeads(stage) {
    const said = await askPerson(t("board.heads.how"), { input: t("board.vehicle") });
    if (said === null) return;
    const [, vehicle, heads] = /^(.*\S)[\s:]+(\d{1,4})\s*$/.exec(said) ?? [];
    if (!vehicle) return say(t("board.heads.how"), true);
    const count = (reason) => ask({ countHeads: { stage, vehicle: vehicle.replace(/:$/, ""), heads: Number(heads), reason } });
    await count(null).catch(async (error) => {
      const reason = error.code === "context-required" && await askPerson(`${vehicle}: ${heads}`, { input: t("app.reason") });
      if (error.code !== "context-required") throw error;
      if (reason) await count(reason);
    }).then(draw, context.fail);
  }

  /** Decides what does not fit, as it stands; once anything of it is another, it is open again by itself. */
  async function settle(one) {
    const isSettled = one.settled.length > 0;
    const codes = ["explained", "list_wrong", "record_wrong", "other_side_asked", "cannot_be_told"];
    const code = isSettled ? null : await askPerson(t(`kind.${one.kind}`), { input: t("settled.how"), options: codes.map((key) => [key, t(`settled.${key}`)]) });
    if (!isSettled && code === null) return;
    const reason = await askPerson(isSettled ? t("settled.open") : t(`settled.${code}`), { input: t("app.reason") });
    if (!reason?.trim()) return;
    const { kind, records, stage, about } = one;
    await ask({ settle: { _0: { kind, records, stage, about, code, reason: reason.trim() } } }).then(draw, context.fail);
  }

  /** Writes down the numbers as they stand, for the sheet that both sides sign; what comes later counts, and shows as late. */
  async function close(stage, isAlready) {
    const question = t(isAlready ? "board.reopen.sure" : "board.close.sure", { stage });
    const reason = await askPerson(question, { input: `${t("app.reason")} ${t("app.optional")}` });
    if (reason === null) return;
    await ask({ [isAlready ? "reopenStage" : "closeStage"]: { code: stage, reason: reason.trim() || null } }).then(draw, context.fail);
  }

  useKeys({});
  replace(main, el("h1", { class: "unseen" }, t("screen.board")), page);
  await draw();
  const stop = onPeople(draw);
  const timer = setInterval(draw, 15000);
  return () => { isGone = true; stop(); clearInterval(timer); };
}
