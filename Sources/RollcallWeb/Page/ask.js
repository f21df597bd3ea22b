// Requests to this laptop's daemon: the same as the command line makes, answered in lines of JSON.

export class AskError extends Error {
  constructor(code, message, hint) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

const watchers = new Set();

/** When somebody last touched a key or the pointer: what the page asks by itself keeps no laptop from locking. */
let touched = Date.now();
for (const kind of ["keydown", "pointerdown", "pointermove", "wheel"]) {
  document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true, capture: true });
}
const isAttended = () => Date.now() - touched < 30_000;

/** Calls back whenever it becomes known that the daemon answers, or does not. */
export const onReach = (watcher) => watchers.add(watcher);

function reach(isThere) {
  for (const watcher of watchers) watcher(isThere);
}

async function post(path, body, headers) {
  let response;
  try {
    response = await fetch(path, { method: "POST", body, headers, credentials: "same-origin" });
  } catch {
    reach(false);
    throw new AskError("no-daemon", "", null);
  }
  if (response.status === 401) throw new AskError("no-pass", "", null);
  if (!response.ok) throw new AskError("internal", await response.text(), null);
  reach(true);
  return response;
}

/** Trades the pass of the address for a cookie. */
export async function openSession(pass) {
  await post("/session", pass);
}

/**
 * Asks for one thing, such as `{ show: { id } }`.
 *
 * Returns `{ rows, interim, result }`; throws an AskError with the daemon's own words.
 */
export async function ask(request) {
  const response = await post("/ask", JSON.stringify(request), { "X-Attended": isAttended() ? "yes" : "no" });
  const answer = { rows: [], interim: [], result: null };
  // A daemon that is locked or ends in the middle of an answer is one that does not answer.
  const text = await response.text().catch(() => {
    reach(false);
    throw new AskError("no-daemon", "", null);
  });
  for (const line of text.split("\n")) {
    if (!line) continue;
    const said = JSON.parse(line);
    if ("error" in said) throw new AskError(said.error.code, said.error.message, said.error.hint);
    if ("row" in said) answer.rows.push(said.row);
    if ("interim" in said) answer.interim.push(said.interim);
    if ("result" in said) answer.result = said.result;
  }
  return answer;
}

export const rows = async (request) => (await ask(request)).rows;
export const result = async (request) => (await ask(request)).result;

/** Keeps a file with the daemon for the next request; returns the path to name there. */
export async function upload(file) {
  return (await post("/file", file, { "X-File-Name": encodeURIComponent(file.name) })).text();
}

/** The squares of a QR code for a text: rows of booleans. */
export async function qrSquares(text) {
  const squares = await (await post("/qr", text)).text();
  return squares.trim().split("\n").map((row) => [...row].map((square) => square === "1"));
}

/** Calls back with what was written, by anybody, until what it returns is called. */
export function listen(onChange, onAgain) {
  const source = new EventSource("/changes");
  let wasOpen = false;
  source.onopen = () => {
    reach(true);
    // What was written while nobody listened is not told again.
    if (wasOpen) onAgain();
    wasOpen = true;
  };
  source.onerror = () => reach(false);
  source.onmessage = (message) => { const { records, enquiries } = JSON.parse(message.data); onChange(records, enquiries); };
  return () => source.close();
}
