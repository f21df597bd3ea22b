// What somebody has to settle: unlike values, events that cannot both be so, and who may be one person.

import { result, rows } from "/ask.js";
import { el, replace } from "/dom.js";
import { date, value, witness } from "/format.js";
import { useKeys } from "/keys.js";
import { titleOf } from "/people.js";
import { allPeople, lineOf, nameOf, onPeople, personOf } from "/store.js";
import { t } from "/words.js";

const openConflicts = () => rows({ conflicts: {} });

/** How many questions are open, for the header: as many as there are places in the inbox. */
export async function openQuestions() {
  return (await openConflicts()).length + openEvents().length + openPairs().length;
}

function openEvents() {
  return allPeople().filter((person) => person.contradictions.length > 0);
}

function openPairs() {
  const pairs = new Map();
  for (const person of allPeople()) {
    for (const same of person.maybe_same) {
      const other = personOf(same.record);
      const key = [person.record, other?.record ?? same.record].sort().join(" ");
      if (!pairs.has(key)) pairs.set(key, { person, other, same });
    }
  }
  return [...pairs.values()];
}

const headOf = (person) => [lineOf(person), nameOf(person)].filter(Boolean).join(" · ");

export async function showConflicts(main, _, context) {
  const fields = new Map(context.schema.map((field) => [field.field, field]));
  const list = el("div", { class: "inbox" });
  let isGone = false;

  async function draw() {
    const conflicts = await openConflicts().catch((error) => { context.fail(error); return []; });
    const titles = new Map();
    for (const conflict of conflicts) {
      const person = personOf(conflict.record);
      titles.set(conflict.record, person ? headOf(person) : titleOf(await result({ show: { id: conflict.record } })));
    }
    if (isGone) return;
    const [eventful, pairs] = [openEvents(), openPairs()];
    const focused = document.activeElement?.getAttribute("href");
    replace(list,
      conflicts.length + eventful.length + pairs.length === 0 ? el("p", { class: "empty" }, t("conflicts.none")) : el("p", { class: "hint" }, t("conflicts.title")),
      section("conflicts.events", eventful.map((person) => item(person.record, headOf(person), person.contradictions.map(([stage, one, other]) =>
        el("div", { class: "values" }, el("span", { class: "side" }, t(`event.${one}`)), el("span", { class: "side" }, t(`event.${other}`)), el("small", null, t("board.stage", { stage }))))))),
      section("conflicts.fields", conflicts.map((conflict) => item(conflict.record, titles.get(conflict.record),
        [el("div", { class: "values" }, conflict.values.map((one) =>
          el("span", { class: "side" }, value(one, fields.get(conflict.field)), one.witnesses.map((who) => el("small", null, witness(who, context.nodes))))))], conflict.field))),
      section("conflicts.maybe", pairs.map(({ person, other, same }) => item(person.record, headOf(person),
        [el("div", { class: "values" }, [person, other].filter(Boolean).map((one) => el("span", { class: "side" }, nameOf(one),
          el("small", null, [lineOf(one), ...(one.texts.birth_date ?? []).map(date), t(`step.${one.step}`)].filter(Boolean).join(" · "))))),
        el("small", null, same.reasons.map((reason) => t(`same.${reason}`)).join(", "))]))));
    if (focused) list.querySelector(`a[href="${focused}"]`)?.focus();
  }

  const section = (key, items) => items.length > 0 && el("section", null, el("h2", null, `${t(key)} (${items.length})`), el("ul", null, items));
  const item = (record, title, what, field) => el("li", { class: "chip" },
    el("a", { href: field === "head_count" ? "#/board" : `#/person/${record}${field ? `/${field}` : ""}` }, title), field && ` · ${t(`field.${field}`)}`, what);

  function move(by) {
    const links = [...list.querySelectorAll("a")];
    const place = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, place + by))]?.focus();
  }

  useKeys({ ArrowDown: () => move(1), ArrowUp: () => move(-1) });
  replace(main, el("h1", null, t("screen.conflicts")), list);
  await draw();
  list.querySelector("a")?.focus();
  const stop = onPeople(draw);
  return () => { isGone = true; stop(); };
}
