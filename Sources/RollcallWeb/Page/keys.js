// Keys by their place on the keyboard, so that they are the same on every layout.

import { button, byId, el, replace } from "/dom.js";
import { t } from "/words.js";

const common = [
  ["Digit1 … 7", "key.screens"], ["/", "key.find"], ["N", "key.new"], ["↑ ↓", "key.move"], ["Enter", "key.open"],
  ["Esc", "key.back"], ["?", "key.map"],
];
const onPerson = [
  ["V", "key.confirm"], ["X", "key.contradict"], ["U", "key.unable"], ["R", "key.refused"],
  ["Enter", "key.statement"], ["D", "key.document"], ["1 … 9", "key.choose"], ["A", "key.present"],
  ["I", "key.identity"], ["W", "key.wish"], ["F", "key.fit"], ["P", "key.slip"], ["H", "key.handover"],
  ["B", "key.board"], ["M", "key.medic"], ["Y", "key.history"], ["Ctrl+Enter", "key.next"],
];

const onFamilies = [["V", "families.yes"], ["X", "families.no"], ["Z", "person.takeback"], ["C", "families.call"], ["N", "families.new"]];

let handlers = {};

/** The keys of the screen that is shown: by `event.code`, with "Ctrl+" where that is held. */
export function useKeys(map) {
  handlers = map;
}

const isTyping = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

export function listenToKeys(everywhere) {
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || event.isComposing || byId("dialog").open) return;
    if (event.key === "?" && !isTyping(event.target)) { event.preventDefault(); return showKeyMap(); }
    const code = (event.ctrlKey ? "Ctrl+" : "") + (event.shiftKey ? "Shift+" : "") + event.code;
    const isFree = !isTyping(event.target);
    // A button that has the focus is pressed by these, as everywhere.
    if (["Enter", "Space"].includes(code) && event.target instanceof HTMLButtonElement) return;
    const handler = (isFree ? handlers[code] ?? everywhere[code] : handlers[`typing ${code}`]) ??
      (event.ctrlKey || event.code === "Escape" ? handlers[code] ?? everywhere[code] : undefined);
    if (!handler || handler(event) === false) return;
    event.preventDefault();
  });
}

/** A question with an answer of yes or no, and words where they are wanted. */
export function askPerson(question, { input, isSecret, options } = {}) {
  const dialog = byId("dialog");
  const field = options
    ? el("select", { "aria-label": input }, options.map(([key, text]) => el("option", { value: key }, text)))
    : input && el("input", { type: isSecret ? "password" : "text", "aria-label": input, autocomplete: "off" });
  return new Promise((resolve) => {
    const end = (answer) => {
      dialog.close();
      resolve(answer);
    };
    const form = el(
      "form", { method: "dialog", onsubmit: (event) => { event.preventDefault(); end(field ? field.value : true); } },
      el("p", { id: "question" }, question),
      field && el("p", { class: "labelled" }, el("span", null, input), field),
      el("p", { class: "buttons" }, el("button", { class: "main" }, field ? t("app.goon") : t("app.yes")),
        button(field ? t("app.cancel") : t("app.no"), () => end(null))));
    // Enter in a list of choices opens it, in some browsers; here it is the answer, as in a line of text.
    if (options) field.addEventListener("keydown", (event) => { if (event.code === "Enter") { event.preventDefault(); end(field.value); } });
    dialog.setAttribute("aria-labelledby", "question");
    dialog.oncancel = () => resolve(null);
    replace(dialog, form);
    dialog.showModal();
    (field ?? form.querySelector("button")).focus();
  });
}

export function showKeyMap() {
  const dialog = byId("dialog");
  const table = (title, rows) => el("table", null, el("caption", null, title), el("tbody", null,
    rows.map(([key, words]) => el("tr", null, el("th", { scope: "row" }, el("kbd", null, key.replace("Digit", ""))), el("td", null, t(words))))));
  dialog.setAttribute("aria-labelledby", "question");
  dialog.oncancel = null;
  replace(dialog, el("h2", { id: "question" }, t("app.keys")),
    el("div", { class: "keymap" }, el("div", null, table(t("key.everywhere"), common), table(t("screen.families"), onFamilies)), table(t("screen.person"), onPerson)),
    el("p", null, t("key.note")), el("p", { class: "buttons" }, button(t("app.close"), () => dialog.close(), { class: "main" })));
  dialog.showModal();
}
