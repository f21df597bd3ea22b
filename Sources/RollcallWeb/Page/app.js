// The page: which screen is shown, who is at the keyboard, how the other laptops stand.

import { ask, AskError, listen, onReach, openSession, result, rows } from "/ask.js";
import { showBoard } from "/board.js";
import { openQuestions, showConflicts } from "/conflicts.js";
import { button, byId, el, labelled, replace, say, select, unsay } from "/dom.js";
import { showFamilies, tellFamilies } from "/families.js";
import { askPerson, listenToKeys, showKeyMap, useKeys } from "/keys.js";
import { showLaptops } from "/laptops.js";
import { showLists } from "/lists.js";
import { showNew } from "/new.js";
import { showPeople } from "/people.js";
import { showPerson } from "/person.js";
import { showPrint } from "/print.js";
import { forgetPeople, loadPeople, noteChanges, onPeople } from "/store.js";
import { chooseLanguage, counted, language, t } from "/words.js";

const screens = {
  conflicts: showConflicts, people: showPeople, lists: showLists, board: showBoard, laptops: showLaptops, print: showPrint,
  families: showFamilies, person: showPerson, new: showNew,
};
const inHeader = ["conflicts", "people", "lists", "board", "laptops", "print", "families"];
const stations = ["gate", "table", "medic", "family", "transport", "supervisor"];

const state = { status: null, peers: [], operators: [], stages: [], questions: 0, isThere: true, isClosed: false, loaded: null, leave: null, shown: 0 };
/** So long nobody answers before the page is closed: a daemon that was locked or stopped comes back at another address. */
const patience = 4000;

/** What screens need of the page. */
const context = {
  schema: [], nodes: new Map(),
  get status() { return state.status; },
  get stages() { return state.stages; },
  stage: () => sessionStorage.getItem("stage") ?? state.stages[0] ?? "",
  station: () => sessionStorage.getItem("station") ?? "table",
  /** What the gate is emptying: whoever is present from now on came in it. */
  vehicle: () => (context.station() === "gate" ? (sessionStorage.getItem("vehicle") ?? "").trim() : ""),
  setStation(key) { sessionStorage.setItem("station", key); drawHeader(); route(); },
  fail,
};

function fail(error) {
  if (!(error instanceof AskError)) { say(String(error), true); throw error; }
  if (error.code === "no-pass") return say(t("app.nopass"), true);
  const words = t(`error.${error.code}`, null);
  const own = error.code === "not-allowed" && words ? `${words}: ${error.message}` : words ?? error.message;
  say(error.hint && !words ? `${own}. ${t("error.hint", { hint: error.hint })}` : own, true);
}

// MARK: start

async function begin() {
  const [pass, chosen] = location.hash.slice(1).split(",");
  const words = chooseLanguage(chosen ?? sessionStorage.getItem("language") ?? navigator.language.slice(0, 2));
  try {
    if (/^[0-9a-f]{64}$/.test(pass)) {
      history.replaceState(null, "", "/#/");
      await openSession(pass);
    }
    // All at once: the daemon answers one after the other, but nothing waits for the way there and back. Who listens before
    // everybody is read misses nobody.
    stopListening = listen(take, () => take(null));
    state.loaded = Promise.all([loadPeople(), rows({ fields: {} }).then((all) => { context.schema = all; }), loadNodes(), loadStages(), lookAtPeers()]);
    state.loaded.catch(() => {});
    [state.status] = await Promise.all([result({ status: { brief: true } }), loadOperators(), words]);
  } catch (error) {
    await words;
    stopListening();
    return replace(byId("main"), el("p", { class: "empty" }, t(error.code === "no-pass" ? "app.nopass" : "app.gone")));
  }
  sessionStorage.setItem("language", language());
  byId("skip").textContent = t("app.skip");
  const isAlone = state.operators.length > 0 && !state.operators.some((one) => one.current);
  if (!state.status.register || isAlone) {
    stopListening();
    return isAlone ? askWho() : replace(byId("main"), el("p", { class: "empty" }, t("app.noregister")));
  }
  replace(byId("main"), el("p", { class: "empty", role: "status" }, t("app.loading")));
  await state.loaded.catch(fail);
  await countQuestions();
  listenToKeys(everywhere);
  onReach(noteReach);
  onPeople(countQuestions);
  looking = setInterval(lookAtPeers, 3000);
  window.addEventListener("hashchange", route);
  if (!screens[wanted()[0]]) history.replaceState(null, "", state.questions > 0 ? "/#/conflicts" : "/#/people");
  route();
}

/** The header may be out of sight of somebody who types: what is wrong is said where they look, until it is right again. */
function noteReach(isThere) {
  if (isThere === state.isThere) return;
  state.isThere = isThere;
  clearTimeout(closing);
  if (isThere) {
    unsay(t("app.gone"));
  } else {
    say(t("app.gone"), true);
    closing = setTimeout(close, patience);
  }
  drawHeader();
}

let [stopListening, looking, closing] = [() => {}, 0, 0];

/** Shows nothing of anybody any more, but what somebody typed and could not save. */
function close() {
  const typed = [...document.querySelectorAll('main input[type="text"]')].filter((input) => input.value !== input.defaultValue);
  state.isClosed = true;
  state.leave?.();
  stopListening();
  clearInterval(looking);
  forgetPeople();
  useKeys({});
  unsay(t("app.gone"));
  byId("dialog").close();
  replace(byId("header"), el("strong", null, "Rollcall"));
  replace(byId("main"), el("p", { class: "empty", role: "status" }, t("app.closed")),
    typed.length > 0 && el("section", { class: "unsaved" }, el("h2", null, t("app.unsaved")), typed.map((input) =>
      labelled(input.getAttribute("aria-label") ?? input.labels[0]?.textContent ?? "", el("input", { type: "text", readonly: true, value: input.value })))));
  document.title = "Rollcall";
}

async function take(records, enquiries = null) {
  try {
    await state.loaded;
    if (enquiries === null || enquiries.length > 0) tellFamilies(enquiries);
    if (records?.length === 0) return;
    await Promise.all([noteChanges(records), records === null || records.some((one) => !one) ? loadStages() : null]);
    if (state.stages.length === 0) await loadStages();
  } catch (error) {
    if (error.code !== "no-daemon") fail(error);
  }
}

async function loadNodes() {
  const members = await rows({ members: {} });
  for (const member of members) context.nodes.set(member.node, member.name || member.node.slice(0, 6));
}

async function loadOperators() {
  state.operators = (await rows({ operators: {} }).catch(() => [])).filter((one) => one.has_pin);
}

async function loadStages() {
  const tallies = await rows({ tally: { stage: null } });
  state.stages = [...new Set(tallies.map((row) => row.stage).filter((stage) => stage !== null))];
  drawHeader();
}

async function countQuestions() {
  state.questions = await openQuestions().catch(() => state.questions);
  drawHeader();
}

async function lookAtPeers() {
  try {
    state.peers = await rows({ peers: {} });
    if (state.peers.some((peer) => !context.nodes.has(peer.node))) await loadNodes();
  } catch (error) {
    if (error.code === "locked" || error.code === "no-pass") state.isThere = false;
  }
  drawHeader();
}

// MARK: the header

/** What others have acknowledged of what was written here; never a tick without names. */
function standing() {
  const lacking = Math.max(0, ...state.peers.map((peer) => peer.they_lack ?? 0));
  const isAlone = !state.peers.some((peer) => peer.connected);
  if (!state.isThere) return ["warning", t("app.gone")];
  if (state.peers.length === 0) return ["", t("peers.none")];
  const count = counted(lacking, "changes");
  if (isAlone) return ["warning", t("peers.alone", { count })];
  return lacking > 0 || state.peers.some((peer) => !peer.up_to_date) ? ["", t("peers.lack", { count })] : ["good", t("peers.all")];
}

let drawn = "";

/** Laptops whose clocks are minutes away from this one's: which of them is wrong, no program can say. */
function clocks() {
  return state.peers.map((peer) => [context.nodes.get(peer.node) ?? peer.node.slice(0, 6), Math.round((peer.clock_offset_ms ?? 0) / 60000)])
    .filter(([, minutes]) => Math.abs(minutes) >= 2).map(([name, minutes]) => t("laptops.clocks", { name, minutes: Math.abs(minutes) }));
}

function drawHeader() {
  const [kind, words] = standing();
  const [screen] = wanted();
  const name = operatorName();
  const operators = state.operators.length;
  const key = JSON.stringify([language(), kind, words, screen, name, operators, state.stages, state.questions, context.stage(), context.station(), clocks()]);
  if (key === drawn || !state.status || state.isClosed) return;
  drawn = key;
  const focused = document.activeElement?.id;
  const link = (one, index) => el("a", { href: `#/${one}`, id: `to-${one}`, "aria-current": one === screen ? "page" : null, title: `${index + 1}` },
    t(`screen.${one}`), one === "conflicts" && state.questions > 0 && el("span", { class: "badge" }, state.questions));
  replace(byId("header"),
    el("div", { class: "who" }, el("strong", null, state.status.title), el("span", null, state.status.name),
      el("span", { class: `standing ${kind}`, role: "status" }, words),
      state.status.protection === "none" && el("span", { class: "warning" }, t("app.opentoall")),
      clocks().map((words) => el("span", { class: "warning" }, words)),
      el("span", { class: "own" }, state.operators.length > 0 && button(t("operator.now", { name }), switchOperator, { id: "operator" }),
        state.status.protection === "passphrase" && button(t("app.lock"), lock, { id: "lock" }))),
    el("nav", { "aria-label": "Rollcall" }, inHeader.map(link)),
    el("div", { class: "settings" },
      labelled(t("app.stage"), select(state.stages.length ? state.stages.map((one) => [one, one]) : [["", t("app.nostage")]], context.stage(),
        (one) => { sessionStorage.setItem("stage", one); drawHeader(); route(); }, { id: "stage" })),
      labelled(t("app.station"), select(stations.map((one) => [one, t(`station.${one}`)]), context.station(), context.setStation, { id: "station" })),
      // Kept as it is typed: the header is drawn anew whenever others write.
      context.station() === "gate" && labelled(t("board.vehicle"), el("input", { type: "text", id: "vehicle", size: 8, value: sessionStorage.getItem("vehicle") ?? "", autocomplete: "off",
        oninput: (event) => sessionStorage.setItem("vehicle", event.target.value), onchange: route })),
      select([["uk", "Українська"], ["en", "English"], ["ru", "Русский"]], language(), changeLanguage, { id: "language", "aria-label": t("app.language") }),
      button("?", showKeyMap, { id: "keys", "aria-label": t("app.keys") })));
  if (focused && byId(focused)) byId(focused).focus();
}

const operatorName = () => state.operators.find((one) => one.current)?.name ?? t("operator.nobody");

async function changeLanguage(key) {
  await chooseLanguage(key);
  sessionStorage.setItem("language", key);
  byId("skip").textContent = t("app.skip");
  drawHeader();
  route();
}

async function switchOperator() {
  const name = await askPerson(t("operator.switch"), { input: t("operator.name"), options: [...state.operators.map((one) => [one.name, one.name]), ["", t("operator.leave")]] });
  if (name === null) return;
  const pin = name && await askPerson(name, { input: t("operator.pin"), isSecret: true });
  if (name && !pin) return;
  try {
    await ask(name ? { switchOperator: { name, pin } } : { leaveOperator: {} });
    // Whoever comes may see other things than whoever went: nothing of before stays in the page.
    location.reload();
  } catch (error) {
    fail(error);
  }
}

/** Nobody is at the keyboard: nothing is shown, and nothing is said to be empty. */
function askWho() {
  drawHeader();
  replace(byId("main"), el("p", { class: "empty" }, t("operator.none")),
    el("p", { class: "empty" }, button(t("operator.switch"), switchOperator, { class: "main", id: "who" })));
  byId("who").focus();
}

async function lock() {
  // It may be locked before it has said so.
  if (await askPerson(t("app.lock.sure"))) await ask({ lock: {} }).then(close, (error) => (error.code === "no-daemon" ? close() : fail(error)));
}

// MARK: screens

const wanted = () => {
  const [, screen = "", ...rest] = location.hash.split("/");
  return [screen, rest.map(decodeURIComponent)];
};

async function route() {
  if (state.isClosed) return;
  const [screen, parts] = wanted();
  const show = screens[screen] ?? showPeople;
  const turn = ++state.shown;
  state.leave?.();
  state.leave = null;
  useKeys({});
  document.title = `${t(`screen.${screen}`, t("screen.people"))} · Rollcall`;
  document.body.className = `on-${screen}`;
  drawHeader();
  // Its own place: a screen that is still being read writes into nothing once another is shown.
  const place = el("div");
  replace(byId("main"), place);
  const leave = await show(place, parts, context);
  // Somebody may have gone on to another while this one was read.
  if (turn === state.shown) state.leave = leave ?? null;
  else leave?.();
}

const everywhere = {
  ...Object.fromEntries(inHeader.map((screen, index) => [`Digit${index + 1}`, () => { location.hash = `#/${screen}`; }])),
  Slash: () => (byId("find") ? (byId("find").focus(), byId("find").select()) : (location.hash = "#/people")),
  KeyN: () => { location.hash = "#/new"; },
  "Shift+Slash": showKeyMap,
  Escape: () => { location.hash = "#/people"; },
};

begin().catch((error) => say(String(error), true));
