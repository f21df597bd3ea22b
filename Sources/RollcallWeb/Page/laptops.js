// The laptops of the register: who has what, as far as each has said itself; letting in and taking out.

import { ask, qrSquares, result, rows } from "/ask.js";
import { button, el, replace, say } from "/dom.js";
import { time } from "/format.js";
import { askPerson, useKeys } from "/keys.js";
import { qrPicture } from "/print.js";
import { counted, t } from "/words.js";

/** How one laptop stands to this one, in sentences. */
function standing(peer) {
  if (!peer) return [];
  const words = [el("p", { class: peer.connected ? "good" : "warning" }, t(peer.connected ? "laptops.connected" : "laptops.away"))];
  if (peer.they_lack > 0) words.push(el("p", null, t("laptops.lacks", { count: counted(peer.they_lack, "changes") })));
  else if (peer.up_to_date) words.push(el("p", { class: "good" }, t("laptops.uptodate")));
  if (peer.we_lack > 0) words.push(el("p", null, t("laptops.welack", { count: counted(peer.we_lack, "changes") })));
  if (peer.acknowledged_at) words.push(el("p", null, t("laptops.acknowledged", { time: time(peer.acknowledged_at) })));
  words.push(el("p", null, peer.last_heard ? t(peer.via === "bundle" ? "laptops.heardstick" : "laptops.heard", { time: time(peer.last_heard) }) : t("laptops.neverheard")));
  if (peer.on_the_way > 0) words.push(el("p", null, t("laptops.way", { count: counted(peer.on_the_way, "changes"), time: time(peer.on_the_way_since) })));
  const minutes = Math.round((peer.clock_offset_ms ?? 0) / 60000);
  if (minutes !== 0) words.push(el("p", { class: "warning" }, t("laptops.clock", { minutes })));
  return words;
}

export async function showLaptops(main, _, context) {
  const table = el("div");
  const joining = el("div", { "aria-live": "polite" });
  const invitation = el("div", { "aria-live": "polite" });
  let isGone = false;
  let known = Infinity;

  async function draw() {
    const [members, peers, status] = await Promise.all([rows({ members: {} }), rows({ peers: {} }), result({ status: { brief: true } })]).catch(() => []);
    if (isGone || !members) return;
    const focused = document.activeElement?.id;
    if (members.length > known) replace(invitation);
    known = members.length;
    members.sort((one, other) => Number(other.this) - Number(one.this) || one.name.localeCompare(other.name));
    const byNode = new Map(peers.map((peer) => [peer.node, peer]));
    replace(table, el("div", { class: "scroll" }, el("table", { class: "laptops" }, el("thead", null, el("tr", null,
      [t("laptops.name"), t("laptops.role"), t("laptops.state"), ""].map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", null, members.map((member) => {
      const peer = byNode.get(member.node);
      const isOut = member.revoked_for.length > 0;
      return el("tr", { class: isOut ? "old" : null }, el("th", { scope: "row" }, member.name || member.node.slice(0, 6), member.this && el("small", null, ` (${t("laptops.this")})`)),
        el("td", null, t(`laptops.role.${member.role}`, member.role)),
        el("td", null, isOut ? el("p", { class: "warning" }, t("laptops.revoked", { reason: member.revoked_for.join("; ") })) : standing(peer)),
        el("td", null, !isOut && !member.this && [
          button(t(peer?.connected ? "laptops.disconnect" : "laptops.connect"), () => run(peer?.connected ? { disconnect: { node: member.node } } : { connect: { target: member.node } }), { class: "small", id: `dial-${member.node}` }),
          button(t("laptops.revoke"), () => revoke(member), { class: "small", id: `out-${member.node}` })]));
    })))), members.length < 2 && el("p", { class: "empty" }, t("laptops.alone")));
    replace(joining, status.joining.map((newcomer) => el("div", { class: "chip" }, el("strong", null, `${newcomer.name} ${t("laptops.joining")}`),
      el("p", null, t("laptops.words", { words: newcomer.words })), button(t("laptops.letin"), () => run({ confirm: { words: newcomer.words } }), { class: "main" }))));
    if (focused) document.getElementById(focused)?.focus();
  }

  async function run(request) {
    await ask(request).catch(context.fail);
    await draw();
  }

  async function revoke(member) {
    const reason = await askPerson(t("laptops.revoke.sure", { name: member.name }), { input: t("app.reason") });
    if (reason === null) return;
    if (reason.trim() === "") return say(t("app.reason"), true);
    await run({ revoke: { node: member.node, reason, upTo: [] } });
  }

  async function invite() {
    try {
      const open = await result({ invite: { minutes: 10, wait: false, yes: false, role: null } });
      const address = open.addresses[0] ?? "";
      const picture = qrPicture(await qrSquares(`rollcall join ${address} ${open.code}`), 220);
      replace(invitation, el("div", { class: "chip" }, el("p", null, t("laptops.invite.open", { address })),
        el("p", null, t("laptops.code", { time: time(open.expires_at) })), el("p", { class: "code" }, open.code), picture));
    } catch (error) {
      context.fail(error);
    }
  }

  // Before it is shown: nothing may move under a finger that is about to press.
  await draw();
  useKeys({});
  replace(main, el("h1", { class: "unseen" }, t("screen.laptops")), joining, table, el("p", { class: "buttons" }, button(t("laptops.invite"), invite, { class: "main", id: "invite" })), invitation);
  const timer = setInterval(draw, 2000);
  return () => { isGone = true; clearInterval(timer); };
}
