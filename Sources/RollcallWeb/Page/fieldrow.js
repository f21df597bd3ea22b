// One row of a person: a field, where it came from, what holds now, and whether somebody checked it.

import { choose, claim, claimed, hasConflict, holding, home, mark, marks, putState, received, seenIn, sourceText, takeBack } from "/claims.js";
import { button, el, replace, say, select } from "/dom.js";
import { date, value, witness } from "/format.js";
import { askPerson } from "/keys.js";
import { t } from "/words.js";

export class FieldRow {
  /** `screen`: `{ known, nodes, station, documentKind, grade, run }`, as the person's screen keeps them. */
  constructor(field, screen) {
    this.field = field;
    this.screen = screen;
    this.edit = null;
    this.cells = Object.fromEntries(["now", "list", "statement", "document", "check"].map((key) => [key, el("td")]));
    this.notice = el("div", { class: "notice", role: "status" });
    this.node = el("tr", { tabindex: -1, id: `field-${field.field}` },
      el("th", { scope: "row" }, t(`field.${field.field}`)), Object.values(this.cells));
  }

  get name() { return this.field.field; }
  get known() { return this.screen.known; }
  get isSet() { return this.field.kind !== "single"; }
  get isEmpty() { return holding(this.known, this.name).length === 0 && received(this.known, this.name).length === 0; }
  get needsChoice() { return !this.isSet && holding(this.known, this.name).length > 1; }

  /** Shows what is known; what somebody is typing stays as it is. */
  refresh() {
    const values = holding(this.known, this.name);
    this.node.className = this.needsChoice ? "conflict" : "";
    replace(this.cells.now, this.needsChoice ? this.#chips(values) : values.map((one) => this.#one(one)), this.notice);
    const now = values.length === 1 ? values[0] : null;
    replace(this.cells.list, received(this.known, this.name).map((row) => this.#said(row, now)));
    for (const kind of ["statement", "document"]) {
      if (this.edit?.kind !== kind) this.#showClaim(kind);
    }
    replace(this.cells.check, this.#checks(now));
    this.#noteMeanwhile(values);
  }

  #said(row, now) {
    const differs = now && !this.isSet && JSON.stringify(row.value ?? row.state) !== JSON.stringify(now.value ?? now.state);
    return el("div", { class: differs ? "differs" : null, title: differs ? t("person.differs") : null },
      differs && el("span", { "aria-hidden": "true" }, "≠ "), value(row, this.field));
  }

  #one(one) {
    const sealed = one.state === "sealed";
    return el("div", { class: one.state ? "state" : "value", title: one.witnesses.map((who) => witness(who, this.screen.nodes)).join("\n") },
      value(one, this.field), this.isSet && !sealed && one.value !== undefined &&
        button("×", () => this.screen.run(() => takeBack(this.known, this.name, one.value, (other) => other.value === one.value)),
          { class: "small", "aria-label": `${t("person.takeback")}: ${value(one, this.field)}` }));
  }

  // MARK: choosing among several

  #chips(values) {
    const why = hasConflict(this.known, this.name) ? t("person.conflict", { count: values.length }) : t("person.unlike");
    return el("div", { class: "chips" }, el("p", { class: "why" }, why), values.map((one, index) =>
      el("div", { class: "chip" }, el("kbd", { "aria-hidden": "true" }, index + 1), el("strong", null, value(one, this.field)),
        one.witnesses.map((who) => el("small", null, witness(who, this.screen.nodes))),
        one.state !== "sealed" && button(t("person.keep"), () => this.choose(index)))));
  }

  async choose(index) {
    // As it was shown: what comes while the reason is typed was not seen, and must not be settled with it.
    const { known } = this;
    const chosen = holding(known, this.name)[index];
    if (!this.needsChoice || !chosen) return false;
    const reason = await askPerson(value(chosen, this.field), { input: `${t("app.reason")} ${t("app.optional")}` });
    if (reason === null) return true;
    await this.screen.run(() => choose(known, this.name, chosen, reason || null));
    return true;
  }

  // MARK: typing

  #showClaim(kind) {
    const said = claimed(this.known, this.name, kind)[0];
    const cell = this.cells[kind];
    const name = `${t(`person.${kind}`)}: ${t(`field.${this.name}`)}`;
    replace(cell, button(said ? value(said, this.field) : "", () => this.type(kind), { class: "claim", "aria-label": said ? `${name}: ${value(said, this.field)}` : name }));
  }

  /** Opens a cell for typing; what it will name as seen is what stands there now. */
  type(kind) {
    if (this.edit) this.stop();
    const view = home(this.known, this.name);
    const before = this.isSet ? undefined : holding(this.known, this.name)[0]?.value;
    this.edit = { kind, record: view.record, seen: seenIn(view, this.name), editor: null };
    this.edit.editor = this.field.choices.length > 0 ? this.#choices() : this.#input(typeof before === "string" ? before : "");
    // Typed is what is other than this.
    if (this.edit.editor.tagName === "INPUT") this.edit.editor.defaultValue = this.edit.editor.value;
    replace(this.cells[kind], this.edit.editor);
    (this.edit.editor.querySelector("button") ?? this.edit.editor).focus();
    this.edit.editor.select?.();
  }

  #input(before) {
    const shown = this.field.type === "date" ? date(before) : before;
    return el("input", {
      type: "text", value: shown, "aria-label": `${t(`field.${this.name}`)}: ${t(`person.${this.edit.kind}`)}`, autocomplete: "off", spellcheck: "false",
      inputmode: this.field.type === "number" ? "numeric" : null,
      onkeydown: (event) => {
        if (event.code === "Enter" || event.code === "NumpadEnter") this.#done(event, this.edit.editor.value);
        if (event.code === "Escape") { event.stopPropagation(); this.stop(); this.node.focus(); }
      },
      onblur: () => { if (this.edit && this.edit.editor.value === shown) this.stop(); },
    });
  }

  #choices() {
    return el("div", { class: "choices", role: "group", "aria-label": t(`field.${this.name}`) }, this.field.choices.map((choice, index) =>
      el("button", { type: "button", onclick: (event) => this.#done(event, choice) }, el("kbd", { "aria-hidden": "true" }, index + 1), t(`choice.${choice}`, choice))));
  }

  /** A number key while choices are open. */
  pick(index) {
    const choice = this.field.choices[index];
    if (!this.edit || this.field.choices.length === 0) return false;
    if (choice) this.#save(choice);
    return true;
  }

  async #done(event, text) {
    event.preventDefault();
    event.stopPropagation();
    if (event.ctrlKey) { await this.#save(text); return this.screen.next(); }
    await this.#save(text);
  }

  async #save(text) {
    const edit = this.edit;
    if (!edit) return;
    if (text.trim() === "") { this.stop(); return this.node.focus(); }
    const source = edit.kind === "document" ? sourceText(this.screen.documentKind, this.screen.grade) : "statement";
    const isSaved = await this.screen.run(() => claim(edit.record, this.name, text, this.isSet ? null : edit.seen, source));
    if (!isSaved) return edit.editor.focus();
    this.stop();
    this.screen.goOn(this);
  }

  stop() {
    const kind = this.edit?.kind;
    this.edit = null;
    replace(this.notice);
    if (kind) this.#showClaim(kind);
  }

  get isTyping() { return this.edit !== null; }

  /** Whether others wrote the field since the typing began: said beside it, never written over. */
  #noteMeanwhile(values) {
    if (!this.edit || this.isSet) return replace(this.notice);
    const news = values.filter((one) => one.witnesses.some((who) => !this.edit.seen.includes(who.dot)));
    replace(this.notice, news.length > 0 && t("person.meanwhile", { what: news.map((one) => `${value(one, this.field)} (${witness(one.witnesses[0], this.screen.nodes)})`).join("; ") }));
  }

  // MARK: checking

  #checks(now) {
    const all = marks(this.known, this.name);
    const shown = all.map((one) => el("div", { class: one.stands ? `mark ${one.outcome}` : "mark lapsed" },
      el("span", { "aria-hidden": "true" }, one.stands ? { confirmed: "✓ ", contradicted: "✗ ", unable: "? " }[one.outcome] ?? "" : "– "),
      el("span", { class: "unseen" }, t(`person.${{ confirmed: "confirm", contradicted: "contradict" }[one.outcome] ?? "check"}`)),
      witness(one.witness, this.screen.nodes), one.station ? ` · ${one.station}` : "", one.stands ? "" : ` · ${t("person.lapsed")}`));
    const isMine = all.some((one) => one.stands && one.outcome === "confirmed");
    const canMark = now && now.state !== "sealed";
    return el("div", { class: "checks" }, el("div", null, shown), canMark && el("span", { class: "markers" },
      !isMine && button("✓", () => this.check("confirmed"), { class: "small", "aria-label": `${t("person.confirm")}: ${t(`field.${this.name}`)}` }),
      button("✗", () => this.check("contradicted"), { class: "small", "aria-label": `${t("person.contradict")}: ${t(`field.${this.name}`)}` })), !this.isSet && this.#states());
  }

  /** Why there is no value: nobody has to answer. */
  #states() {
    return select([["", t("person.novalue")], ...["unknown", "refused", "unable", "not_asked", "withheld"].map((key) => [key, t(`state.${key}`)])], "",
      (key) => { if (key) this.state(key); }, { class: "states", "aria-label": `${t("person.novalue")}: ${t(`field.${this.name}`)}` });
  }

  async check(outcome) {
    const view = home(this.known, this.name);
    if (holding(this.known, this.name).length !== 1 || this.isSet) return say(t("error.context-required"), true);
    const source = sourceText(this.screen.documentKind, this.screen.grade);
    if (await this.screen.run(() => mark(view, this.name, outcome, source, t(`station.${this.screen.station}`)))) this.screen.goOn(this);
  }

  async state(state) {
    // One key must not settle what stands side by side.
    if (this.needsChoice) return say(t("error.context-required"), true);
    const view = home(this.known, this.name);
    const isSaved = await this.screen.run(() => putState(view.record, this.name, state, seenIn(view, this.name), "statement"));
    if (isSaved) this.screen.goOn(this);
  }
}

