// Everybody in the exchange: find as you type, and how far each has come.

import { rows } from "/ask.js";
import { button, el, labelled, replace, select } from "/dom.js";
import { date, direction } from "/format.js";
import { useKeys } from "/keys.js";
import { allPeople, findPeople, isOpenQuestion, lineOf, nameOf, onPeople } from "/store.js";
import { counted, t } from "/words.js";

const rowHeight = 36;
/** What is wanted stays when somebody comes back from a person. */
const wanted = { text: "", step: "", way: "", open: false, chosen: 0 };
let shown = [];

/** The people as they stand in the list, for going on to the next. */
export function after(record) {
  const place = shown.findIndex((person) => person.records.includes(record));
  return shown[place + 1] ?? null;
}

const steps = [
  "expected", "absent", "present", "cleared", "handed_over", "in_transit", "at_destination", "deferred", "declined",
  "returned", "died",
];

/** What somebody has to look at, as short marks. */
export function questions(person) {
  const marks = [
    ...person.conflicts.map((field) => t(`field.${field}`)), ...person.unlike.map((field) => t(`field.${field}`)),
    ...person.contradictions.map(([, one, other]) => `${t(`event.${one}`)} / ${t(`event.${other}`)}`),
  ];
  if (person.maybe_same.length > 0) marks.push(t("people.maybe"));
  if (person.namesakes.length > 0) marks.push(t("kind.namesake"));
  return [...new Set(marks)];
}

function row(person, index, isChosen) {
  const cell = (content, props) => el("span", { role: "gridcell", ...props }, content);
  const marks = questions(person);
  const line = el(
    "a", {
      role: "row", class: isChosen ? "row chosen" : "row", href: `#/person/${person.record}`, tabindex: -1,
      id: `row-${person.record}`, "aria-rowindex": index + 2, "aria-selected": isChosen,
    },
    cell(lineOf(person), { class: "number" }), cell(nameOf(person), { class: "name" }),
    cell((person.texts.birth_date ?? []).map(date).join(" / ")), cell(t(`category.${person.category}`)),
    cell(el("span", { class: `step ${person.step}` }, t(`step.${person.step}`))), cell(t(`identity.${person.identity}`)),
    cell(person.confirmed.length || "", { class: "number" }),
    cell(marks.length > 0 ? el("span", { class: "question" }, `! ${marks.join(", ")}`) : ""));
  line.style.top = `${index * rowHeight}px`;
  return line;
}

export function showPeople(main) {
  const field = el("input", {
    type: "search", value: wanted.text, id: "find", autocomplete: "off", spellcheck: "false", "aria-controls": "people",
    oninput: () => { wanted.text = field.value; wanted.chosen = 0; refresh(); },
  });
  const step = select(
    [["", t("people.all")], ...steps.map((key) => [key, t(`step.${key}`)])], wanted.step,
    (key) => { wanted.step = key; refresh(); });
  const way = select(
    [["", t("people.all")], ...["a_to_b", "b_to_a"].map((key) => [key, direction(key)])], wanted.way,
    (key) => { wanted.way = key; refresh(); });
  const open = el("input", {
    type: "checkbox", checked: wanted.open, onchange: () => { wanted.open = open.checked; refresh(); },
  });
  const count = el("span", { class: "count" });
  const layout = el("p", { class: "hint" });
  const spacer = el("div", { class: "spacer", role: "rowgroup" });
  const heads = ["line", "name", "born", "category", "how", "identity", "confirmed", "look"];
  const head = el("div", { role: "rowgroup" }, el("div", { role: "row", class: "row head" },
    heads.map((key) => el("span", { role: "columnheader", class: ["line", "confirmed"].includes(key) ? "number" : null }, t(`people.${key}`)))));
  const box = el("div", {
    class: "virtual", role: "grid", id: "people", "aria-label": t("screen.people"), tabindex: 0, onscroll: () => draw(),
  }, head, spacer);
  const nobody = el("p", { class: "empty", role: "status" });
  const elsewhere = el("section", { class: "elsewhere", "aria-live": "polite" });

  function refresh() {
    const { found, typed } = findPeople(wanted.text);
    shown = found.filter((person) =>
      (!wanted.step || person.step === wanted.step) && (!wanted.way || person.direction === wanted.way) && (!wanted.open || isOpenQuestion(person)));
    wanted.chosen = Math.max(0, Math.min(wanted.chosen, shown.length - 1));
    replace(count, t("people.shown", { shown: counted(shown.length, "people"), all: allPeople().length }));
    replace(layout, typed === wanted.text ? "" : t("people.layout", { typed }));
    spacer.style.height = `${Math.max(shown.length, 1) * rowHeight}px`;
    box.setAttribute("aria-rowcount", shown.length + 1);
    draw();
    lookElsewhere();
  }

  function draw() {
    box.hidden = shown.length === 0;
    nobody.hidden = shown.length > 0;
    if (box.hidden) return replace(nobody, t(allPeople().length ? "people.nofound" : "people.none"));
    const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - 5);
    const last = Math.min(shown.length, first + Math.ceil(box.clientHeight / rowHeight) + 12);
    replace(spacer, shown.slice(first, last).map((person, index) =>
      row(person, first + index, first + index === wanted.chosen)));
    const chosen = shown[wanted.chosen];
    if (chosen) box.setAttribute("aria-activedescendant", `row-${chosen.record}`);
  }

  /** Records that are in no exchange: enquiries, and people of other days. */
  function lookElsewhere() {
    clearTimeout(lookElsewhere.timer);
    replace(elsewhere);
    const text = wanted.text.trim();
    if (text.length < 3) return;
    lookElsewhere.timer = setTimeout(async () => {
      const found = await rows({ find: { text, limit: 30 } }).catch(() => []);
      if (text !== wanted.text.trim()) return;
      const known = new Set(allPeople().flatMap((person) => person.records));
      const others = found.filter((record) => !known.has(record.record)).slice(0, 12);
      if (others.length === 0) return;
      replace(elsewhere, el("h2", null, t("people.elsewhere")), el("ul", null, others.map((record) =>
        el("li", null, el("a", { href: `#/person/${record.record}` }, titleOf(record))))));
    }, 120);
  }

  function move(by) {
    wanted.chosen = Math.max(0, Math.min(shown.length - 1, wanted.chosen + by));
    const top = wanted.chosen * rowHeight;
    if (top < box.scrollTop) box.scrollTop = top;
    const room = box.clientHeight - 2 * rowHeight;
    if (top > box.scrollTop + room) box.scrollTop = top - room;
    draw();
  }

  /** First the words go, then the field: single keys are for whoever is not typing. */
  function clear() {
    if (wanted.text === "") return (box.hidden ? main : box).focus();
    field.value = wanted.text = "";
    refresh();
    field.focus();
  }

  const openChosen = () => { if (shown[wanted.chosen]) location.hash = `#/person/${shown[wanted.chosen].record}`; };
  const page = () => Math.max(1, Math.floor(box.clientHeight / rowHeight) - 2);
  const moves = {
    ArrowDown: () => move(1), ArrowUp: () => move(-1), PageDown: () => move(page()), PageUp: () => move(-page()),
    Enter: openChosen,
  };
  useKeys({
    ...moves, ...Object.fromEntries(Object.entries(moves).map(([code, act]) => [`typing ${code}`, act])),
    NumpadEnter: openChosen, "typing NumpadEnter": openChosen,
    Escape: clear,
  });
  replace(main, el("h1", { class: "unseen" }, t("screen.people")),
    el("div", { class: "tools" }, labelled(t("people.find"), field, { class: "labelled wide" }),
      labelled(t("people.step"), step), labelled(t("lists.direction"), way), el("label", { class: "check" }, open, t("people.open")), count,
      button(t("people.new"), () => { location.hash = "#/new"; }, { id: "new" })),
    layout, box, nobody, elsewhere);
  refresh();
  field.focus();
  performance.mark("people");
  const stop = onPeople(refresh);
  return () => { stop(); clearTimeout(lookElsewhere.timer); };
}

/** The name of a record that is shown by itself. */
export function titleOf(view) {
  const said = (field) => (view.fields[field]?.values ?? []).map((value) => value.value ?? "").join(" / ");
  const name = ["surname", "given_name", "patronymic"].map(said).filter(Boolean).join(" ");
  return [name || said("vehicle_code") || view.record, date(said("birth_date"))].filter(Boolean).join(", ");
}
