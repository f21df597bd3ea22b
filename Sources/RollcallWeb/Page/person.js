// One person on one screen: what each source says of each field, what holds now, and what happened.

import { ask, result } from "/ask.js";
import { documents, grades, happened, link, loadPerson, otherSources, takeBack } from "/claims.js";
import { button, el, replace, say, select } from "/dom.js";
import { FieldRow } from "/fieldrow.js";
import { familiesOf, onFamilies } from "/families.js";
import { date, source, time, value } from "/format.js";
import { askPerson, useKeys } from "/keys.js";
import { after, titleOf } from "/people.js";
import { Photos } from "/photos.js";
import { lineOf, nameOf, onPeople, personOf, sideName } from "/store.js";
import { counted, t } from "/words.js";

const groupsOf = {
  gate: ["identity", "movement"], table: ["identity", "service", "movement"], medic: ["health", "identity"],
  family: ["family", "identity", "movement"], transport: ["movement", "identity"],
  supervisor: ["identity", "service", "liberty", "family", "health", "movement", "effects", "provenance"],
};
/** Always shown, whether anything is known or not. */
const first = new Set([
  "surname", "given_name", "patronymic", "birth_date", "category", "rank", "tax_number", "service_number", "transfer_wish",
  "travel_fitness", "triage", "needs", "inform_kin", "arrival_vehicle", "transport", "destination", "asker", "asker_contact", "last_news",
]);
/** Asked at every station. */
const everywhere = ["transfer_wish", "travel_fitness"];
const events = [
  "arrival", "identity_confirmed", "identity_disputed", "identity_unable", "deferred", "declined", "handover", "call", "boarding",
  "departure", "arrival_destination", "absent", "accepted", "returned", "died",
];
/** Those that have a key of their own, as `keys` has them. */
const keyOf = { arrival: "A", identity_confirmed: "I", handover: "H", boarding: "B" };
const contradicting = [
  ["absent", "arrival"], ["declined", "boarding"], ["declined", "handover"], ["deferred", "boarding"],
  ["deferred", "handover"], ["returned", "arrival_destination"], ["identity_confirmed", "identity_disputed"],
  ["identity_confirmed", "identity_unable"],
];
let documentKind = "passport";
let grade = "";

class PersonScreen {
  constructor(main, id, context) {
    Object.assign(this, { main, id, context, known: null, chosen: 0, showsMore: false, showsHistory: false, isGone: false });
    this.rows = context.schema.filter((field) => ["text", "choice", "date", "number"].includes(field.type) && field.readable)
      .filter((field) => !["operation"].includes(field.group) && !["line_number"].includes(field.field))
      .map((field) => new FieldRow(field, this));
    this.head = el("div", { class: "personhead" });
    this.body = el("tbody");
    this.side = el("aside", { "aria-label": t("person.events", { stage: context.stage() }) });
    this.history = el("section", { class: "history" });
    this.photos = new Photos(this);
    this.families = el("div");
  }

  get nodes() { return this.context.nodes; }
  get station() { return this.context.station(); }
  get stage() { return this.context.stage(); }
  get documentKind() { return documentKind; }
  get grade() { return grade; }
  get person() { return this.known?.row; }
  get name() { return this.person ? nameOf(this.person) : titleOf(this.known.views[0]); }
  /** What a family asks is shown here to be mended, and is of nobody. */
  get isEnquiry() { return this.known?.views[0].fields.record_kind?.values[0]?.value === "enquiry"; }

  async show() {
    await this.load();
    if (this.isGone) return;
    if (!this.known) return replace(this.main, el("p", { class: "empty" }, t("person.notfound")));
    const kinds = select([...documents.map((key) => [key, t(`document.${key}`)]), ...otherSources.map((key) => [key, t(`source.${key}`)])], documentKind, (key) => { documentKind = key; },
      { "aria-label": t("person.document") });
    const graded = select(["", ...grades].map((key) => [key, key || "–"]), grade, (key) => { grade = key; }, { "aria-label": t("person.grade"), title: t("person.grade") });
    const heads = [t("person.field"), t("person.value"), t("person.list"), t("person.statement"), [`${t("person.document")} `, kinds, graded], t("person.check")];
    replace(this.main, this.head,
      el("div", { class: "person" },
        el("div", { class: "scroll" }, el("table", { class: "fields" }, el("colgroup", null, heads.map(() => el("col"))),
          el("thead", null, el("tr", null, heads.map((head) => el("th", { scope: "col" }, head)))), this.body),
        el("p", { class: "buttons" }, button(t("person.other"), () => { this.showsMore = !this.showsMore; this.draw(); }),
          button(t("person.history"), () => this.toggleHistory())), this.photos.node, this.history), this.side));
    this.draw();
    this.focus();
  }

  async load() {
    try {
      this.known = await loadPerson(this.id);
    } catch (error) {
      if (error.code !== "no-such-record" && error.code !== "bad-id") this.context.fail(error);
    }
  }

  /** The rows that are shown, in the order of the station's groups. */
  get shown() {
    if (!this.known) return [];
    const groups = this.isEnquiry ? ["identity", "enquiry", "service"] : groupsOf[this.station];
    const wanted = (row) => row.isTyping || row.needsChoice || this.showsMore || everywhere.includes(row.name) ||
      (groups.includes(row.field.group) && (first.has(row.name) || !row.isEmpty));
    const place = (row) => (groups.indexOf(row.field.group) + 99) % 99;
    return this.rows.filter(wanted).sort((one, other) => place(one) - place(other));
  }

  draw() {
    if (!this.known || this.isGone) return;
    const shown = this.shown;
    for (const row of shown) row.refresh();
    // A row that is being typed in keeps its place in the document, and so the focus.
    const nodes = shown.map((row) => row.node);
    for (const node of [...this.body.children]) if (!nodes.includes(node)) node.remove();
    nodes.forEach((node, index) => { if (this.body.children[index] !== node) this.body.insertBefore(node, this.body.children[index] ?? null); });
    this.chosen = Math.max(0, Math.min(this.chosen, shown.length - 1));
    this.mark();
    this.drawHead();
    this.drawSide();
    if (this.showsHistory) this.drawHistory();
  }

  mark() {
    this.shown.forEach((row, index) => {
      row.node.tabIndex = index === this.chosen ? 0 : -1;
      row.node.classList.toggle("chosen", index === this.chosen);
    });
  }

  /** Who asks for them: nothing waits for it. */
  async askFamilies() {
    if (!this.isEnquiry) replace(this.families, await familiesOf(this.id));
  }

  get row() { return this.shown[this.chosen]; }

  focus() {
    this.mark();
    this.row?.node.focus({ preventScroll: false });
  }

  move(by) {
    const focused = this.shown.findIndex((row) => row.node.contains(document.activeElement));
    if (focused >= 0) this.chosen = focused;
    this.chosen = Math.max(0, Math.min(this.shown.length - 1, this.chosen + by));
    this.focus();
  }

  goTo(field) {
    const place = this.shown.findIndex((row) => row.name === field);
    if (place < 0) return;
    this.chosen = place;
    this.focus();
  }

  /** After something was done in a row: to the next. */
  goOn(row) {
    this.chosen = Math.min(this.shown.indexOf(row) + 1, this.shown.length - 1);
    this.focus();
  }

  /** Does one thing and shows what came of it; says what did not go. */
  async run(act) {
    try {
      await act();
      await this.load();
      this.draw();
      return true;
    } catch (error) {
      this.context.fail(error);
      await this.load();
      this.draw();
      return false;
    }
  }

  // MARK: the head

  drawHead() {
    const person = this.person;
    const view = this.known.views[0];
    const all = person?.lists ?? [];
    // An earlier revision says nothing where a newer one of the same list has the line, too.
    const stands = (list) => all.some((one) => one.stands && ["issuer", "direction", "stage"].every((key) => one[key] === list[key]));
    const lists = all.filter((list) => list.stands || !stands(list)).map((list) => {
      const values = { line: (person.texts.line_number ?? []).join(" / "), issuer: sideName(list.issuer), revision: list.revision, stage: list.stage ?? "–" };
      return el("li", { class: list.stands ? null : "differs" }, t(list.stands ? "person.line" : "person.gone", values));
    });
    const slips = person?.texts.slip ?? [];
    replace(this.head, el("div", { class: "facts" }, el("h1", null, person ? nameOf(person) : titleOf(view)), person && el("span", { class: `step ${person.step}` }, t(`step.${person.step}`)),
        person && el("span", null, `${t("people.identity")}: ${t(`identity.${person.identity}`)}`),
        person && el("span", null, t(`category.${person.category}`)),
        slips.map((slip) => el("span", { class: "slip" }, slip)),
        el("span", { class: "id" }, this.known.views.map((one) => one.record).join(" = ")),
        lists.length > 0 ? el("ul", { class: "lists" }, lists) : el("span", { class: "hint" }, t("person.nolist"))),
      view.removed && el("p", { class: "warning" }, t("person.removed")),
      view.erased && el("p", { class: "warning" }, t("person.erased")),
      view.under_hold && el("p", { class: "hint" }, t("person.hold")));
    document.title = `${person ? nameOf(person) : titleOf(view)} · Rollcall`;
  }

  // MARK: the side

  drawSide() {
    const focused = document.activeElement?.id;
    const person = this.person;
    if (this.isEnquiry) return replace(this.side, el("p", null, el("a", { href: `#/families/${this.id}` }, t("families.back"))));
    replace(this.side, el("h2", null, t("person.events", { stage: this.stage || "–" })),
      (person?.contradictions ?? []).map(([stage, one, other]) => el("p", { class: "warning", role: "alert" },
        t("person.contradiction", { stage, one: t(`event.${one}`), other: t(`event.${other}`) }))),
      this.#maybe(), this.families, el("div", { class: "events" }, events.map((event) => this.#event(event))),
      el("p", { class: "buttons" }, button(t((person?.texts.slip ?? []).length ? "person.printslip" : "person.newslip"), () => this.slip(), { id: "slip" }),
        button(t("person.printcard"), () => { location.hash = `#/print/card/${this.id}`; }, { id: "card" })),
      this.#joined(), this.#removal());
    this.photos.draw().catch((error) => this.context.fail(error));
    if (focused && this.side.querySelector(`[id="${focused}"]`)) document.getElementById(focused).focus();
  }

  #event(event) {
    const at = this.person?.events[event] ?? [];
    const isHere = at.includes(this.stage);
    const others = at.filter((stage) => stage !== this.stage);
    return button([keyOf[event] && el("kbd", { "aria-hidden": "true" }, keyOf[event]), isHere ? "✓ " : "", t(`event.${event}`), event === "arrival" && !isHere && this.context.vehicle() && el("small", null, ` · ${this.context.vehicle()}`), others.length > 0 && el("small", null, ` (${others.join(", ")})`)],
      () => this.toggle(event), { id: `event-${event}`, class: isHere ? "here" : null, "aria-pressed": isHere, disabled: !this.stage });
  }

  /** Records that something happened at this stage, or takes it back. */
  async toggle(event) {
    if (!this.stage) return say(t("app.nostage"), true);
    const at = this.person?.events[event] ?? [];
    if (at.includes(this.stage)) {
      if (!await askPerson(`${t("person.takeback")}: ${t(`event.${event}`)}?`)) return;
      return this.run(() => takeBack(this.known, event, this.stage, (one) => one.value?.stage === this.stage));
    }
    const why = this.#warning(event);
    let reason = null;
    if (why) {
      reason = await askPerson(why, { input: `${t("app.reason")} ${t("app.optional")}` });
      if (reason === null) return;
    }
    return this.run(() => happened(this.known.views[0].record, event, this.stage, reason || null, event === "arrival" ? this.context.vehicle() : ""));
  }

  /** A guard is a warning and no lock. */
  #warning(event) {
    const has = (other) => (this.person?.events[other] ?? []).includes(this.stage);
    const others = contradicting.filter((pair) => pair.includes(event)).map(([one, other]) => (one === event ? other : one)).filter(has);
    if (others.length > 0) return t("person.warn.contradicts", { what: others.map((other) => t(`event.${other}`)).join(", ") });
    return event === "handover" && this.person?.identity !== "confirmed" ? t("person.warn.identity") : null;
  }

  #maybe() {
    const { maybe_same: same = [], namesakes = [] } = this.person ?? {};
    return [this.#others("maybe", "person.maybe", same), this.#others("alike", "kind.namesake", namesakes)];
  }

  #others(kind, title, all) {
    return all.length > 0 && el("section", { class: kind }, el("h2", null, t(title)), all.map((same) => {
      const other = personOf(same.record);
      return el("div", { class: "chip" }, el("a", { href: `#/person/${same.record}` }, other ? nameOf(other) : same.record),
        other && el("small", null, [...(other.texts.birth_date ?? []).map(date), t(`step.${other.step}`), lineOf(other)].filter(Boolean).join(" · ")),
        same.reasons && el("small", null, same.reasons.map((reason) => t(`same.${reason}`)).join(", ")),
        !same.told && el("span", { class: "buttons" }, button(t("person.same"), () => this.run(() => link(this.known.views[0].record, same.record, true))),
          button(t("person.notsame"), () => this.run(() => link(this.known.views[0].record, same.record, false)))));
    }));
  }

  #joined() {
    if (this.known.views.length < 2) return null;
    const links = this.known.views.flatMap((view) => (view.fields.same_as?.values ?? []).map((one) => [view, one.value]));
    return el("section", null, el("h2", null, t("person.joined", { count: counted(this.known.views.length, "records") })),
      links.map(([view, other]) => el("p", null, `${view.record} = ${other} `, button(t("person.unsame"), () =>
        this.run(() => ask({ unset: { id: view.record, fields: [{ field: "same_as", value: other }], state: null, seen: null, source: null, operator: null } })), { class: "small" }))));
  }

  #removal() {
    const view = this.known.views[0];
    if (this.known.views.length > 1 || view.erased) return null;
    const act = view.removed ? "restore" : "remove";
    return el("p", null, button(t(`person.${act}`), async () => {
      if (act === "restore" || await askPerson(t("person.remove.sure"))) await this.run(() => ask({ [act]: { id: view.record, operator: null } }));
    }, { class: "small" }));
  }

  async slip() {
    const isThere = (this.person?.texts.slip ?? []).length > 0;
    if (isThere || await this.run(() => result({ slip: { id: this.known.views[0].record } }))) location.hash = `#/print/slip/${this.id}`;
  }

  // MARK: history

  toggleHistory() {
    this.showsHistory = !this.showsHistory;
    if (this.showsHistory) this.drawHistory();
    else replace(this.history);
  }

  drawHistory() {
    const fields = new Map(this.context.schema.map((field) => [field.field, field]));
    const all = this.known.histories.flat().filter((row) => row.field);
    const shown = (row) => (row.value === null && row.state === undefined ? "–" : value(row, fields.get(row.field)));
    replace(this.history, el("h2", null, t("person.history")), el("table", null, el("tbody", null, all.map((row) => el("tr", null,
      el("td", null, time(row.recorded_at)), el("th", { scope: "row" }, t(`field.${row.field}`, t(`event.${row.field}`, row.field))), el("td", null, shown(row)),
      el("td", null, [row.operator ?? t("operator.unnamed"), this.nodes.get(row.node) ?? row.node.slice(0, 6)].join(" · ")),
      el("td", null, [row.source && source(row.source), row.reason].filter(Boolean).join(" · ")))))));
  }

  // MARK: keys

  next() {
    const person = after(this.id);
    location.hash = person ? `#/person/${person.record}` : "#/people";
  }

  typeIn(name, kind) {
    const row = this.rows.find((one) => one.name === name);
    if (!row) return;
    row.type(kind);
    this.draw();
    (row.edit.editor.querySelector?.("button") ?? row.edit.editor).focus();
  }

  number(index) {
    const typing = this.rows.find((row) => row.isTyping);
    if (typing) return typing.pick(index);
    if (!this.row?.needsChoice) return false;
    this.row.choose(index);
  }

  keys() {
    const numbers = Object.fromEntries([...Array(9).keys()].map((index) => [`Digit${index + 1}`, () => this.number(index)]));
    const back = () => {
      const typing = this.rows.find((row) => row.isTyping);
      if (!typing) { location.hash = this.isEnquiry ? `#/families/${this.id}` : "#/people"; return; }
      typing.stop();
      typing.node.focus();
    };
    return {
      ...numbers, ArrowDown: () => this.move(1), ArrowUp: () => this.move(-1), Escape: back, Enter: () => this.row?.type("statement"),
      KeyD: () => this.row?.type("document"), KeyV: () => this.row?.check("confirmed"), KeyX: () => this.row?.check("contradicted"),
      KeyU: () => this.row?.state("unable"), KeyR: () => this.row?.state("refused"), KeyA: () => this.toggle("arrival"),
      KeyI: () => this.toggle("identity_confirmed"), KeyH: () => this.toggle("handover"), KeyB: () => this.toggle("boarding"),
      KeyW: () => this.typeIn("transfer_wish", "statement"), KeyF: () => this.typeIn("travel_fitness", "statement"),
      KeyM: () => this.context.setStation("medic"), KeyP: () => this.slip(), KeyY: () => this.toggleHistory(), "Ctrl+Enter": () => this.next(),
    };
  }
}

export async function showPerson(main, [id, field], context) {
  const screen = new PersonScreen(main, id, context);
  useKeys(screen.keys());
  const stop = onPeople(async (records) => {
    const own = screen.known?.views.map((view) => view.record) ?? [id];
    if (records !== null && !own.some((record) => records.has(record))) return screen.photos.lookAgain();
    await screen.load();
    screen.draw();
  });
  const stopFamilies = onFamilies((records) => {
    if (screen.isEnquiry && (!records || records.includes(id))) screen.load().then(() => screen.draw());
    screen.askFamilies();
  });
  await screen.show();
  screen.askFamilies();
  screen.goTo(field);
  return () => { screen.isGone = true; screen.photos.end(); stop(); stopFamilies(); };
}

