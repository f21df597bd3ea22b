// The family desk: who asks for whom, whom they may mean and why, what they were told. Nothing is ever sent.

import { ask, result, rows } from "/ask.js";
import { button, byId, el, labelled, replace, select } from "/dom.js";
import { date, time, witness } from "/format.js";
import { askPerson, useKeys } from "/keys.js";
import { Photos } from "/photos.js";
import { onPeople } from "/store.js";
import { t } from "/words.js";

const watchers = new Set();
/** Enquiries that were written, by anybody; null: any. */
export const tellFamilies = (records) => { for (const watcher of watchers) watcher(records); };
export function onFamilies(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** What is looked for stays when somebody comes back. */
let wanted = "";
const asked = ["surname", "given_name", "patronymic", "birth_date", "address_before", "callsign"];
const own = ["asker", "asker_relation", "asker_contact", "last_news"];
const said = (texts, ...fields) => fields.map((field) => (texts[field] ?? []).map(date).join(" / ")).filter(Boolean).join(" ");
const nameOf = (one) => said(one.texts, "surname", "given_name", "patronymic") || one.record;
const stateOf = (row) => (row.sealed ? t("state.sealed") : t(`families.${row.state}`));
const to = (place = "") => { location.hash = `#/families${place}`; };

/** A line on a person's screen: how many families ask for them. */
export async function familiesOf(record) {
  const all = (await ask({ enquiries: { person: record, limit: 20 } }).catch(() => ({ rows: [] }))).rows;
  const part = (title, some) => some.length > 0 && [el("h2", null, title), el("ul", null, some.map((one) =>
    el("li", null, el("a", { href: `#/families/${one.record}` }, said(one.texts, "asker") || nameOf(one)), ` ${one.band ? t(`band.${one.band}`) : stateOf(one)}`)))];
  const matched = all.filter((one) => !one.band);
  return all.length > 0 && el("section", { class: "families" }, part(t("families.ask", { count: matched.length }), matched), part(t("families.mayask"), all.filter((one) => one.band)));
}

export function showFamilies(main, [id], context) {
  if (id === "new") return showForm(main, context);
  return id ? showOne(main, id, context) : showAll(main, context);
}

// MARK: all

async function showAll(main, context) {
  const find = el("input", { type: "search", id: "find", value: wanted, autocomplete: "off", spellcheck: "false", oninput: () => { wanted = find.value; load(); } });
  const [count, hint, list] = [el("span", { class: "count", role: "status" }), el("p", { class: "hint" }), el("ul", { class: "enquiries" })];
  let turn = 0;

  async function load() {
    const mine = ++turn;
    try {
      const { rows: all, result: about } = await ask({ enquiries: { text: find.value, limit: 60 } });
      if (mine !== turn) return;
      const focused = document.activeElement?.getAttribute("href");
      replace(count, t("people.shown", { shown: about.found, all: about.all }));
      replace(hint, about.typed ? t("people.layout", { typed: about.typed }) : all.length === 0 && t("families.none"));
      replace(list, all.map((one) => el("li", null, el("a", { href: `#/families/${one.record}` }, nameOf(one)), el("span", null, said(one.texts, "birth_date")),
        el("span", null, said(one.texts, "asker", "asker_relation")), el("span", null, said(one.texts, "asker_contact")),
        el("span", { class: one.state === "double" || one.told_of_another ? "warning" : "hint" }, one.told_of_another ? t("families.another") : stateOf(one)))));
      if (focused) list.querySelector(`a[href="${focused}"]`)?.focus();
    } catch (error) {
      context.fail(error);
    }
  }

  function move(by) {
    const links = [...list.querySelectorAll("a")];
    const place = links.indexOf(document.activeElement) + by;
    (place < 0 ? find : links[Math.min(place, links.length - 1)])?.focus();
  }

  const openFirst = () => { location.hash = list.querySelector("a")?.getAttribute("href") ?? location.hash; };
  const fresh = () => to("/new");
  useKeys({ ArrowDown: () => move(1), ArrowUp: () => move(-1), "typing ArrowDown": () => move(1), "typing Enter": openFirst, KeyN: fresh,
    Enter: () => false, Escape: () => { if (!find.value) return (list.querySelector("a") ?? byId("main")).focus(); find.value = wanted = ""; find.focus(); load(); } });
  replace(main, el("h1", { class: "unseen" }, t("screen.families")), el("div", { class: "tools" }, labelled(t("families.find"), find, { class: "labelled wide" }), count,
    button(t("families.new"), fresh, { id: "new" })), hint, list);
  await load();
  find.focus();
  const stop = onFamilies(load);
  return () => { turn = -1; stop(); };
}

// MARK: a new one

function showForm(main, context) {
  const inputs = Object.fromEntries([...asked, ...own].map((field) => [field, el("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: field === "birth_date" ? "12.03.1988, 1987-1988" : null })]));
  const consents = ["person", "own_state", "central_agency"].map((key) => el("input", { type: "checkbox", value: key }));

  async function save() {
    const fields = Object.entries(inputs).map(([field, input]) => ({ field, value: input.value.trim() })).filter((one) => one.value);
    for (const box of consents) if (box.checked) fields.push({ field: "asker_consent", value: box.value });
    try {
      to(`/${(await result({ addEnquiry: { fields, operator: null } })).record}`);
    } catch (error) {
      context.fail(error);
    }
  }

  useKeys({ Escape: () => to(), "Ctrl+Enter": save });
  const part = (key, fields, more) => el("fieldset", null, el("legend", null, t(key)), fields.map((field) => labelled(t(`field.${field}`), inputs[field])), more);
  replace(main, el("h1", null, t("families.new")), el("form", { class: "new enquiry", onsubmit: (event) => { event.preventDefault(); save(); } },
    part("families.sought", asked), part("field.asker", own, [el("p", { class: "hint" }, t("field.asker_consent")), consents.map((box) => el("label", { class: "check" }, box, t(`choice.${box.value}`)))]),
    el("p", { class: "buttons" }, el("button", { class: "main" }, t("families.save")), button(t("app.cancel"), () => to()))));
  inputs.surname.focus();
}

// MARK: one

async function showOne(main, id, context) {
  const [about, list, call, told] = [el("div"), el("ul", { class: "candidates" }), el("div"), el("section")];
  let [known, isGone] = [null, false];
  /** What a photo needs of a screen. */
  const desk = { context, known: null, get isGone() { return isGone; }, get name() { return nameOf(known.enquiry); },
    async run(act) { await act().catch(context.fail); await load(); } };
  const photos = new Photos(desk);

  async function load() {
    try {
      const [found, view] = await Promise.all([result({ enquiry: { id } }), result({ show: { id } })]);
      [known, desk.known] = [found, { views: [view] }];
      if (!isGone) draw();
    } catch (error) {
      if (known || !["no-such-record", "bad-id", "bad-value"].includes(error.code)) context.fail(error);
      replace(about, t("person.notfound"));
    }
  }

  function draw() {
    const row = known.enquiry;
    const place = [...list.children].findIndex((node) => node.contains(document.activeElement));
    replace(about, el("h1", null, nameOf(row), " ", el("small", null, stateOf(row))),
      row.state === "double" && el("p", { class: "warning", role: "alert" }, t("families.choose")),
      row.told_of_another && el("p", { class: "warning", role: "alert" }, t("families.another")),
      el("dl", null, [...asked.slice(3), "birth_place", "unit", "father_name", ...own, "asker_consent"].filter((field) => row.texts[field]).map((field) =>
        [el("dt", null, t(`field.${field}`)), el("dd", null, row.texts[field].map((text) => (field === "asker_consent" ? t(`choice.${text}`, text) : date(text))).join(" / "))])),
      el("p", { class: "buttons" }, button(t("families.edit"), () => { location.hash = `#/person/${id}`; }, { class: "small" })));
    replace(list, known.candidates.length === 0 && el("li", { class: "empty" }, t("families.nobody")), known.candidates.map(candidate));
    if (place >= 0) list.children[place]?.focus();
    if (!call.contains(document.activeElement)) drawCall();
    replace(told, known.told.length > 0 && el("h2", null, t("families.told")), el("ul", null, known.told.map((one) =>
      el("li", null, `${time(one.time, true)} · ${t(`how.${one.how}`, one.how)}: ${one.outcome}${one.reason ? ` (${one.reason})` : ""}`, el("small", null, ` ${witness(one.witness, context.nodes)}`)))));
    document.title = `${nameOf(row)} · Rollcall`;
    photos.draw().catch(context.fail);
  }

  const telling = (one) => one.why && (one.link || one.telling === "refused") && el("p", { class: one.telling === "refused" ? "warning" : "hint" }, `${t(`telling.${one.telling}`)} ${t(`why.${one.why}`)}`);

  function candidate(one) {
    const act = (key, kind, code) => button([el("kbd", { "aria-hidden": "true" }, code), t(key)], () => decide(one, kind), { class: "small" });
    const mark = one.link === "match" ? `✓ ${t("families.yes")}` : one.link ? `✗ ${t("families.no")}` : t(`band.${one.band}`);
    return el("li", { class: `chip ${one.link ?? one.band}`, tabindex: 0, "aria-label": `${nameOf(one)}, ${mark}` },
      el("div", null, el("a", { href: `#/person/${one.record}` }, nameOf(one)), ` ${[said(one.texts, "birth_date"), said(one.texts, "birth_place", "address_before"), t(`step.${one.step}`)].filter(Boolean).join(" · ")} `, el("strong", null, mark)),
      el("ul", { class: "reasons" }, one.reasons.map((why) => el("li", { class: why.against ? "against" : null }, el("span", { "aria-hidden": "true" }, why.against ? "≠ " : "= "), `${t(`field.${why.field}`)}: ${t(`alike.${why.how}`)}`))),
      one.claims.map((who) => el("small", null, witness({ ...who, source: null }, context.nodes))), one.because.map((why) => el("small", null, why)), telling(one),
      el("p", { class: "buttons" }, one.link ? act("person.takeback", "withdraw", "Z") : [act("families.yes", "match", "V"), act("families.no", "not_match", "X")]));
  }

  /** As it was shown: what others decide meanwhile is not decided over. */
  async function decide(one, kind) {
    const { seen } = known;
    const isFew = kind === "match" && one.agreeing < 2;
    const question = `${nameOf(one)}, ${said(one.texts, "birth_date")}: ${t(isFew ? "families.few" : { match: "families.yes", not_match: "families.no", withdraw: "person.takeback" }[kind])}?`;
    const answer = await askPerson(question, isFew || kind === "withdraw" ? { input: t("app.reason") } : {});
    if (answer === null || (isFew && !answer.trim())) return;
    await write({ match: { _0: { enquiry: id, person: one.record, kind, reason: answer === true ? null : answer.trim() || null, seen, operator: null } } });
  }

  async function write(request) {
    await ask(request).catch(context.fail);
    await load();
  }

  function drawCall() {
    const matched = known.candidates.filter((one) => one.link === "match");
    const [one] = matched;
    if (matched.length !== 1 || one.telling === "refused") return replace(call);
    const how = select(["phone", "in_person", "other"].map((key) => [key, t(`how.${key}`, t("choice.other"))]), "phone", () => {});
    const [outcome, reason] = [0, 1].map(() => el("input", { type: "text", autocomplete: "off", required: true }));
    outcome.id = "outcome";
    replace(call, el("form", { class: "tools", onsubmit: async (event) => {
      event.preventDefault();
      const order = { enquiry: id, how: how.value, outcome: outcome.value, time: null, reason: one.why ? reason.value : null, seen: known.seen, operator: null };
      document.activeElement.blur();
      await write({ notified: { _0: order } });
    } }, labelled(t("families.how"), how), labelled(t("families.outcome"), outcome, { class: "labelled wide" }), one.why && labelled(t("families.why"), reason, { class: "labelled wide" }),
    el("button", { class: "main" }, t("families.call"))));
  }

  function move(by) {
    const all = [...list.querySelectorAll("li[tabindex]")];
    all[Math.max(0, Math.min(all.length - 1, all.indexOf(document.activeElement) + by))]?.focus();
  }

  const chosen = () => known?.candidates[[...list.children].findIndex((node) => node.contains(document.activeElement))];
  const on = (kind, isLinked) => () => { const one = chosen(); if (!one || Boolean(one.link) !== isLinked) return false; decide(one, kind); };
  useKeys({ ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: () => { if (document.activeElement.tagName !== "LI") return false; location.hash = `#/person/${chosen().record}`; },
    KeyV: on("match", false), KeyX: on("not_match", false), KeyZ: on("withdraw", true), KeyC: () => byId("outcome")?.focus(), KeyN: () => to("/new"), Escape: () => to() });
  replace(main, el("div", { class: "family" }, el("div", null, about, photos.node), el("div", null, el("h2", null, t("families.maybe")), list, call, told)));
  await load();
  list.querySelector("li[tabindex]")?.focus();
  const stops = [onFamilies((records) => { if (!records || records.includes(id)) load(); }), onPeople(load)];
  return () => { isGone = true; photos.end(); for (const stop of stops) stop(); };
}
