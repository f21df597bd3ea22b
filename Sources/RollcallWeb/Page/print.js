// Sheets of A4: as of a moment, from one laptop, with room for pens.

import { ask, qrSquares, result, rows } from "/ask.js";
import { closedWords, discrepancyList, heardWords, loadTally, parityWords, tallyTable, vehicleTable } from "/board.js";
import { home, holding, loadPerson } from "/claims.js";
import { button, el, replace, say, select, svg } from "/dom.js";
import { date, direction, time, value } from "/format.js";
import { useKeys } from "/keys.js";
import { allPeople, nameOf, personOf, sideName } from "/store.js";
import { both, loadBoth, t } from "/words.js";

const perSheet = 28;
const blanks = 2;

/** A QR code as a drawing, so many pixels wide, with the quiet zone that readers need. */
export function qrPicture(squares, width) {
  const size = squares.length + 8;
  const dark = squares.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])));
  return svg("svg", { viewBox: `0 0 ${size} ${size}`, width, height: width, class: "qr", "aria-hidden": "true" },
    svg("rect", { width: size, height: size, fill: "#fff" }), svg("path", { d: dark.join(""), fill: "#000" }));
}

const head = (title, facts) => el("header", null, el("h2", null, title), el("p", null, facts.filter(Boolean).join(" · ")));

function foot(context, code, page) {
  return el("footer", null, el("span", null, both("print.asof", { time: time(new Date().toISOString(), true), laptop: context.status.name })),
    el("span", null, both("print.verify", { code: code.slice(0, 8) })), el("span", null, both("print.notice")), page && el("span", null, both("print.page", { page })));
}

/** Whoever gets a paper may read another language than whoever printed it. */
const twoLines = (key) => {
  const [own, other] = both(key).split(" / ");
  return [own, other && el("small", null, other)];
};

const boxes = () => el("span", { class: "box", "aria-hidden": "true" });

/** Names on paper leave the laptop: who asked to be withheld from everybody is left out, and counted. */
const isWithheld = (person) => person.withheld_from.includes("own");

function rosterSheets(context, code, stage, way) {
  const listed = allPeople().filter((person) => person.lists.some((list) => list.stands && list.stage === stage && list.direction === way));
  const shown = listed.filter((person) => !isWithheld(person));
  const list = listed[0]?.lists.find((one) => one.stands && one.stage === stage);
  const count = Math.max(1, Math.ceil(shown.length / perSheet));
  return [...Array(count).keys()].map((sheet) => {
    const part = shown.slice(sheet * perSheet, (sheet + 1) * perSheet);
    const columns = ["people.line", "people.name", "people.born", "people.category", "print.present", "print.check"].map(twoLines);
    return el("article", { class: "sheet" }, head(`${both("print.roster")} ${direction(way)}, ${both("board.stage", { stage })}`,
      [context.status.title, list && both("print.revision", { issuer: sideName(list.issuer), revision: list.revision }), shown.length < listed.length && t("print.withheld", { count: listed.length - shown.length })]),
    el("table", { class: "roster" }, el("thead", null, el("tr", null, columns.map((column) => el("th", { scope: "col" }, column)))),
      el("tbody", null, part.map((person) => el("tr", null, el("td", { class: "number" }, (person.texts.line_number ?? []).join("/")), el("td", null, nameOf(person)),
        el("td", null, (person.texts.birth_date ?? []).map(date).join(" / ")), el("td", null, t(`category.${person.category}`)),
        el("td", { class: "tick" }, boxes()), el("td", { class: "tick" }, boxes()))),
      [...Array(blanks).keys()].map(() => el("tr", { class: "blank" }, el("td"), el("td", null, el("small", null, t("print.blank"))), el("td"), el("td"), el("td", { class: "tick" }, boxes()), el("td", { class: "tick" }, boxes()))))),
    foot(context, code, `${sheet + 1} / ${count}`));
  });
}

async function stageSheet(context, code, stage) {
  const tally = await loadTally();
  return [el("article", { class: "sheet" }, head(`${both("print.stage")}: ${both("board.stage", { stage })}`, [context.status.title]),
    tallyTable(tally, stage, t("board.stage", { stage })), el("p", { class: "parity" }, parityWords(tally, stage)), vehicleTable(tally, stage),
    closedWords(tally, stage).map((words) => el("p", null, words)),
    tallyTable(tally, null, t("board.total")), el("p", { class: "parity" }, parityWords(tally, null)),
    el("p", null, t("print.heard", { names: [t("board.this"), ...heardWords(tally)].join("; ") })),
    el("div", { class: "signatures" }, ["a", "b"].map((side) => el("div", null, both("print.sign", { side: sideName(side) }), el("small", null, both("print.name"))))),
    foot(context, code, null))];
}

async function discrepancySheet(context, code, stage) {
  const found = await rows({ discrepancies: {} });
  // What families ask is on no sheet.
  const shown = found.filter((one) => one.kind !== "enquiry_double_match" && !one.records.map(personOf).some((person) => person && isWithheld(person)));
  const list = discrepancyList(shown, stage);
  for (const details of list) details.open = true;
  return [el("article", { class: "sheet" }, head(`${both("print.discrepancies")}: ${both("board.stage", { stage })}`,
    [context.status.title, shown.length < found.length && t("print.withheld", { count: found.length - shown.length })]),
    list.length > 0 ? list : el("p", null, t("board.clean")), foot(context, code, null))];
}

async function slipSheet(context, id) {
  const { row, views } = await loadPerson(id);
  const slip = row?.texts.slip?.[0] ?? views[0].record;
  // The number alone: a slip that is lost says nothing of whose it is.
  return [el("article", { class: "slipsheet" }, el("p", { class: "big" }, slip), qrPicture(await qrSquares(slip), 180), el("p", null, context.status.title))];
}

async function cardSheet(context, code, id) {
  const known = await loadPerson(id);
  const shown = context.schema.filter((field) => ["identity", "service"].includes(field.group) && ["text", "choice", "date"].includes(field.type) && field.readable);
  const lines = shown.map((field) => [field, holding(known, field.field)]).filter(([, values]) => values.length > 0);
  return [el("article", { class: "sheet" }, head(`${both("print.card")}: ${known.row ? nameOf(known.row) : known.views[0].record}`, [context.status.title]),
    el("table", null, el("tbody", null, lines.map(([field, values]) => el("tr", null, el("th", { scope: "row" }, twoLines(`field.${field.field}`)), el("td", null, values.map((one) => value(one, field)).join(" / ")))))),
    foot(context, code, null))];
}

export async function showPrint(main, [what, id], context) {
  const sheets = el("div", { class: "sheets" });
  const wanted = { what: what ?? "roster", way: "a_to_b" };
  const stage = context.stage();

  async function make() {
    try {
      await loadBoth();
      const code = (await result({ fingerprint: {} })).fingerprint;
      replace(sheets, await {
        roster: async () => rosterSheets(context, code, stage, wanted.way), stage: () => stageSheet(context, code, stage),
        discrepancies: () => discrepancySheet(context, code, stage), slip: () => slipSheet(context, id), card: () => cardSheet(context, code, id),
      }[wanted.what]());
    } catch (error) {
      context.fail(error);
    }
  }

  async function print() {
    // First the log, then the paper.
    const isLogged = await ask({ printed: { record: id ? home(await loadPerson(id), "surname").record : null } }).then(() => true, (error) => { context.fail(error); return false; });
    if (!isLogged) return;
    say(t("print.logged"));
    window.print();
  }

  const kinds = ["roster", "discrepancies", "stage"];
  const tools = id ? [] : [
    select(kinds.map((key) => [key, t(`print.${key}`)]), wanted.what, (key) => { wanted.what = key; make(); }, { "aria-label": t("screen.print") }),
    select(["a_to_b", "b_to_a"].map((key) => [key, direction(key)]), wanted.way, (key) => { wanted.way = key; make(); }, { "aria-label": t("lists.direction") })];
  useKeys({ Escape: () => { location.hash = id ? `#/person/${id}` : "#/people"; }, KeyP: print, Enter: print });
  replace(main, el("h1", { class: "unseen" }, t("screen.print")), el("div", { class: "tools noprint" }, tools, button(t("print.now"), print, { class: "main", id: "print" })), sheets);
  await make();
  document.getElementById("print")?.focus();
}
