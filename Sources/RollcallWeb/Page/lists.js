// The list check: which lists count, who of them is missing, who came without one.

import { ask, rows } from "/ask.js";
import { happened } from "/claims.js";
import { button, el, replace } from "/dom.js";
import { direction } from "/format.js";
import { askPerson, useKeys } from "/keys.js";
import { importForm } from "/listimport.js";
import { allPeople, lineOf, nameOf, onPeople, sideName } from "/store.js";
import { t } from "/words.js";

const state = (list) => t(list.withdrawn ? "lists.withdrawn" : list.newest ? "lists.newest" : "lists.replaced");

/** Who of the newest lists of a stage did not come, and who came without one. */
export function check(stage) {
  const isListed = (person) => person.lists.some((list) => list.stands && list.stage === stage);
  const isHere = (person) => (person.events.arrival ?? []).includes(stage);
  const isAbsent = (person) => (person.events.absent ?? []).includes(stage);
  const all = allPeople();
  return {
    missing: all.filter((person) => isListed(person) && !isHere(person) && !isAbsent(person)),
    absent: all.filter((person) => isListed(person) && !isHere(person) && isAbsent(person)),
    unlisted: all.filter((person) => isHere(person) && !isListed(person)),
    unlike: all.filter((person) => (isListed(person) || isHere(person)) && person.unlike.length > 0),
  };
}

export async function showLists(main, _, context) {
  const table = el("div");
  const checks = el("div", { class: "checks" });
  let isGone = false;

  async function draw() {
    const lists = await rows({ lists: {} }).catch((error) => { context.fail(error); return []; });
    if (isGone) return;
    replace(table, lists.length === 0 ? el("p", { class: "empty" }, t("lists.none")) : el("div", { class: "scroll" }, el("table", null,
      el("thead", null, el("tr", null, [t("lists.issuer"), t("lists.direction"), t("app.stage"), t("lists.revision"), t("lists.lines"), t("lists.state"), ""].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", null, lists.map((list) => el("tr", { class: list.newest ? null : "old" }, el("th", { scope: "row" }, sideName(list.issuer)),
        el("td", null, direction(list.direction)), el("td", null, list.stage ?? "–"), el("td", { class: "number" }, list.revision),
        el("td", { class: "number" }, list.lines), el("td", null, state(list)),
        el("td", null, !list.withdrawn && button(t("lists.withdraw"), () => withdraw(list), { class: "small" }))))))));
    drawChecks();
  }

  function drawChecks() {
    const stage = context.stage();
    const { missing, absent, unlisted, unlike } = check(stage);
    const people = (title, all, extra) => el("details", { open: all.length > 0 && all.length <= 30 }, el("summary", null, `${title} (${all.length})`), extra,
      el("ul", null, all.map((person) => el("li", null, el("span", { class: "line" }, lineOf(person) || "–"), " ",
        el("a", { href: `#/person/${person.record}` }, nameOf(person)), ` ${t(`category.${person.category}`)}`, person.unlike.length > 0 && all === unlike && `: ${person.unlike.map((field) => t(`field.${field}`)).join(", ")}`))));
    replace(checks, el("h2", null, t("board.stage", { stage: stage || "–" })),
      people(t("lists.absent"), missing, missing.length > 0 && button(t("lists.markallabsent", { count: missing.length }), () => markAbsent(missing), { class: "small" })),
      people(t("event.absent"), absent), people(t("lists.unlisted"), unlisted), people(t("lists.mismatch"), unlike));
  }

  async function markAbsent(missing) {
    const stage = context.stage();
    if (!await askPerson(`${t("lists.markallabsent", { count: missing.length })}?`)) return;
    try {
      for (const person of missing) {
        // Who arrived while it was asked, or while others were marked, is not absent.
        if (!check(stage).missing.some((one) => one.record === person.record)) continue;
        await happened(person.record, "absent", stage);
      }
    } catch (error) {
      context.fail(error);
    }
  }

  async function withdraw(list) {
    if (!await askPerson(t("lists.withdraw.sure"))) return;
    await ask({ withdrawList: { id: list.record } }).then(draw, context.fail);
  }

  // Before it is shown: nothing may move under a finger that is about to press.
  await draw();
  useKeys({});
  replace(main, el("h1", { class: "unseen" }, t("screen.lists")), table, checks, importForm(context, draw));
  const stop = onPeople(draw);
  return () => { isGone = true; stop(); };
}
