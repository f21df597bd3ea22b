// Somebody new.

import { ask } from "/ask.js";
import { cameIn } from "/claims.js";
import { button, el, labelled, replace } from "/dom.js";
import { date } from "/format.js";
import { useKeys } from "/keys.js";
import { allPeople, folded, lineOf, nameOf } from "/store.js";
import { t } from "/words.js";

/** Somebody who is on no list. */
export function showNew(main, _, context) {
  const choices = { category: ["", "military", "civilian"], detained_by: ["", "a", "b"] };
  const names = ["surname", "given_name", "patronymic", "birth_date", ...Object.keys(choices)];
  const inputs = Object.fromEntries(names.map((name) => [name, choices[name]
    ? el("select", null, choices[name].map((key) => el("option", { value: key }, key && t(`choice.${key}`))))
    : el("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: name === "birth_date" ? "12.03.1988" : null, oninput: () => warn() })]));
  const stage = context.stage();
  const arrived = el("input", { type: "checkbox", checked: Boolean(stage), disabled: !stage });
  const maybe = el("div", { class: "maybe", "aria-live": "polite" });

  /** Who is like this already: said before it is saved. */
  function warn() {
    const [surname, given] = [folded(inputs.surname.value.trim()), folded(inputs.given_name.value.trim())];
    const born = inputs.birth_date.value.trim();
    const like = surname.length < 2 ? [] : allPeople().filter((person) =>
      (person.texts.surname ?? []).some((one) => folded(one) === surname) &&
      (!given || (person.texts.given_name ?? []).some((one) => folded(one).startsWith(given[0])) ||
        (born && (person.texts.birth_date ?? []).map(date).includes(born))));
    replace(maybe, like.length > 0 && el("p", { class: "warning" }, t("new.maybe")), el("ul", null, like.slice(0, 8).map((person) =>
      el("li", null, el("a", { href: `#/person/${person.record}` }, nameOf(person)), ` ${lineOf(person)} ${(person.texts.birth_date ?? []).map(date).join(" / ")} · ${t(`step.${person.step}`)}`))));
  }

  async function save() {
    const fields = names.map((field) => ({ field, value: inputs[field].value.trim() })).filter((one) => one.value);
    if (arrived.checked) fields.push({ field: "arrival", value: stage }, ...cameIn(context.vehicle(), stage));
    try {
      const { result } = await ask({ add: { fields, source: "statement", operator: null } });
      location.hash = `#/person/${result.record}`;
    } catch (error) {
      context.fail(error);
    }
  }

  useKeys({ Escape: () => { location.hash = "#/people"; }, "Ctrl+Enter": save });
  replace(main, el("h1", null, t("new.title")), el("form", { class: "new", onsubmit: (event) => { event.preventDefault(); save(); } },
    names.map((name) => labelled(t(`field.${name}`), inputs[name])),
    el("label", { class: "check" }, arrived, t("new.arrived", { stage: stage || "–" })), maybe,
    el("p", { class: "buttons" }, el("button", { class: "main" }, t("new.save")), button(t("app.cancel"), () => { location.hash = "#/people"; }))));
  inputs.surname.focus();
}
