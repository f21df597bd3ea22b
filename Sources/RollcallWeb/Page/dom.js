// Elements without markup: all text that anybody wrote goes in as text.

const svgSpace = "http://www.w3.org/2000/svg";

function put(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

function dress(node, props) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

/** An element with its attributes, listeners ("onclick") and children. */
export function el(tag, props, ...children) {
  return put(dress(document.createElement(tag), props), children);
}

/** The same, of a drawing. */
export function svg(tag, props, ...children) {
  return put(dress(document.createElementNS(svgSpace, tag), props), children);
}

export function replace(node, ...children) {
  node.replaceChildren();
  return put(node, children);
}

export const byId = (id) => document.getElementById(id);

/** A labelled control: the label is always there to be read and clicked. */
export function labelled(label, control, props) {
  return el("label", { class: "labelled", ...props }, el("span", null, label), control);
}

export function select(options, value, onchange, props) {
  return el(
    "select", { ...props, onchange: (event) => onchange(event.target.value) },
    options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
}

export function button(text, onclick, props) {
  return el("button", { type: "button", onclick, ...props }, text);
}

/** Says nothing any more, if it still says this. */
export function unsay(text) {
  if (byId("said").textContent === text) replace(byId("said"));
}

/** Says something to whoever sees or hears the page; an error stays until the next word. */
export function say(text, isError = false) {
  const said = byId("said");
  said.className = isError ? "error" : "";
  replace(said, text);
  clearTimeout(say.timer);
  if (!isError) say.timer = setTimeout(() => replace(said), 6000);
}
