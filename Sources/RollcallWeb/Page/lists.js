// The list check: which lists count, who of them is missing, who came without one.

import { ask, rows, upload } from "/ask.js";
import { happened } from "/claims.js";
import { button, el, labelled, replace, say, select } from "/dom.js";
import { direction } from "/format.js";
import { askPerson, useKeys } from "/keys.js";
import { allPeople, nameOf, onPeople } from "/store.js";
import { counted, t } from "/words.js";

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
  const taking = el("section", { class: "import" });
  let isGone = false;

  async function draw() {
    const lists = await rows({ lists: {} }).catch((error) => { context.fail(error); return []; });
    if (isGone) return;
    replace(table, lists.length === 0 ? el("p", { class: "empty" }, t("lists.none")) : el("table", null,
      el("thead", null, el("tr", null, [t("lists.issuer"), t("lists.direction"), t("app.stage"), t("lists.revision"), t("lists.lines"), t("lists.state"), ""].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", null, lists.map((list) => el("tr", { class: list.newest ? null : "old" }, el("th", { scope: "row" }, list.issuer.toUpperCase()),
        el("td", null, direction(list.direction)), el("td", null, list.stage ?? "–"), el("td", { class: "number" }, list.revision),
        el("td", { class: "number" }, list.lines), el("td", null, state(list)),
        el("td", null, !list.withdrawn && button(t("lists.withdraw"), () => withdraw(list), { class: "small" })))))));
    drawChecks();
  }

  function drawChecks() {
    const stage = context.stage();
    const { missing, absent, unlisted, unlike } = check(stage);
    const people = (title, all, extra) => el("details", { open: all.length > 0 && all.length <= 30 }, el("summary", null, `${title} (${all.length})`), extra,
      el("ul", null, all.map((person) => el("li", null, el("span", { class: "number" }, (person.texts.line_number ?? []).join("/")), " ",
        el("a", { href: `#/person/${person.record}` }, nameOf(person)), ` ${t(`category.${person.category}`)}`, person.unlike.length > 0 && all === unlike && `: ${person.unlike.map((field) => t(`field.${field}`)).join(", ")}`))));
    replace(checks, el("h2", null, t("board.stage", { stage: stage || "–" })),
      people(t("lists.absent"), missing, missing.length > 0 && button(t("lists.markallabsent", { count: missing.length }), () => markAbsent(missing), { class: "small" })),
      people(t("event.absent"), absent), people(t("lists.unlisted"), unlisted), people(t("lists.mismatch"), unlike));
  }

  async function markAbsent(missing) {
    const stage = context.stage();
    if (!await askPerson(`${t("lists.markallabsent", { count: missing.length })}?`)) return;
    try {
      for (const person of missing) await happened(person.record, "absent", stage);
    } catch (error) {
      context.fail(error);
    }
  }

  async function withdraw(list) {
    if (!await askPerson(t("lists.withdraw.sure"))) return;
    await ask({ withdrawList: { id: list.record } }).then(draw, context.fail);
  }

  // MARK: taking a list in

  const file = el("input", { type: "file", accept: ".csv,.xlsx,.txt,.tsv" });
  const origin = { issuer: "a", direction: "a_to_b" };
  const stageField = el("input", { type: "text", value: context.stage() || "1", size: 6 });
  const revision = el("input", { type: "number", value: 1, min: 1, max: 9999 });
  const key = el("input", { type: "text", size: 10 });
  const report = el("div", { "aria-live": "polite" });

  async function take() {
    if (!file.files[0]) return say(t("lists.file"), true);
    replace(report, el("p", null, t("app.loading")));
    try {
      const path = await upload(file.files[0]);
      const { result, interim } = await ask({ rosterImport: {
        path, list: null, key: key.value.trim() || null, columns: [], skipBad: false,
        origin: { ...origin, stage: stageField.value.trim(), revision: Number(revision.value) },
      } });
      const said = result ?? interim[0];
      replace(report, el("p", { class: "good" }, t("lists.added", { added: said.added, unchanged: said.unchanged, differing: said.differing, duplicate: said.duplicate?.length ?? 0 })),
        el("ul", null, (said.failed ?? []).slice(0, 50).map((row) => el("li", null, t("lists.failed", row)))));
      await draw();
    } catch (error) {
      replace(report);
      context.fail(error);
    }
  }

  replace(taking, el("h2", null, t("lists.import")), el("div", { class: "tools" }, labelled(t("lists.file"), file),
    labelled(t("lists.issuer"), select([["a", "A"], ["b", "B"]], origin.issuer, (one) => { origin.issuer = one; })),
    labelled(t("lists.direction"), select(["a_to_b", "b_to_a"].map((one) => [one, direction(one)]), origin.direction, (one) => { origin.direction = one; })),
    labelled(t("app.stage"), stageField), labelled(t("lists.revision"), revision), labelled(t("lists.key"), key),
    button(t("lists.take"), take, { class: "main" })), report);
  useKeys({});
  replace(main, el("h1", { class: "unseen" }, t("screen.lists")), table, checks, taking);
  await draw();
  const stop = onPeople(draw);
  return () => { isGone = true; stop(); };
}
