// Taking in a side's list: first how it would be read and what would come of it, then for good.

import { ask, upload } from "/ask.js";
import { button, el, labelled, replace, say, select } from "/dom.js";
import { direction } from "/format.js";
import { nameOf, personOf, sideName } from "/store.js";
import { t } from "/words.js";

/** Fields that are somebody's alone: by them a line is known again when the next revision corrects its spelling. */
const keyFields = ["tax_number", "service_number"];
/** So many rows are named of each kind; the rest is counted. */
const rowsShown = 20;

export function importForm(context, onTaken) {
  const wanted = { issuer: "a", direction: "a_to_b", sheet: null, columns: new Map(), key: null };
  const file = el("input", { type: "file", accept: ".csv,.xlsx,.txt,.tsv", onchange: () => { wanted.columns.clear(); wanted.sheet = wanted.key = null; run(true); } });
  const stage = el("input", { type: "text", value: context.stage() || "1", size: 6 });
  const revision = el("input", { type: "number", value: 1, min: 1, max: 9999 });
  const skipsBad = el("input", { type: "checkbox" });
  const report = el("div", { "aria-live": "polite" });

  const askFor = (path, isPreview, key) => ask({ rosterImport: {
    path, list: null, key, columns: [...wanted.columns].map(([column, field]) => ({ column, field })), skipBad: skipsBad.checked,
    origin: { issuer: wanted.issuer, direction: wanted.direction, stage: stage.value.trim(), revision: Number(revision.value) },
    reading: { sheet: wanted.sheet, encoding: null, preview: isPreview },
  } }).then(({ result, interim }) => result ?? interim[0]);

  /** A preview with a key that nobody chose, where every line has one. */
  async function keyed(said) {
    const column = said.file?.columns.find((one) => keyFields.includes(one.field))?.column;
    if (wanted.key !== null || said.file?.key || !column || said.file.unknown_columns.length > 0) return said;
    const other = await askFor(await upload(file.files[0]), true, column);
    if (other.failed.length > said.failed.length) return said;
    wanted.key = column;
    return other;
  }

  async function run(isPreview) {
    if (!file.files[0]) return say(t("lists.nofile"), true);
    replace(report, el("p", null, t("app.loading")));
    try {
      const said = await askFor(await upload(file.files[0]), isPreview, wanted.key || null);
      draw(isPreview ? await keyed(said) : said);
      if (!isPreview) await onTaken();
    } catch (error) {
      replace(report);
      context.fail(error);
    }
  }

  function draw(said) {
    const facts = said.file;
    const failed = said.failed.length > 0 && el("details", { open: true }, el("summary", null, `${t("lists.notread")} (${said.failed.length})`),
      el("ul", null, said.failed.slice(0, rowsShown).map((row) => el("li", null, t("lists.failed", row)))));
    replace(report, el("p", { class: said.applied ? "good" : "hint" }, t(said.applied ? "lists.taken" : "lists.ispreview")),
      // A corrected line is a new record, joined to the one before: it is no new person.
      el("p", null, t("lists.added", { added: said.added - said.differing.length, unchanged: said.unchanged, differing: said.differing.length, duplicate: said.duplicate.length })),
      el("ul", null, said.differing.slice(0, rowsShown).map((row) => el("li", null, t("lists.row", row), " ", el("a", { href: `#/person/${row.record}` }, nameOfRecord(row.record)),
        `: ${row.fields.map((field) => t(`field.${field}`)).join(", ")}`))),
      failed, said.findings.map(finding), facts && columnTable(facts),
      !said.applied && el("p", { class: "buttons" }, said.failed.length > 0 && el("label", { class: "check" }, skipsBad, t("lists.skipbad")),
        button(t("lists.take"), () => run(false), { class: "main", disabled: facts?.unknown_columns.length > 0 })));
  }

  const nameOfRecord = (record) => (personOf(record) ? nameOf(personOf(record)) : record);

  const finding = (one) => el("p", { class: "warning" }, t(`finding.${one.what}`, one.what), one.field && ` (${t(`field.${one.field}`, one.field)})`,
    `: ${one.rows.length} · ${t("lists.rows")} ${one.rows.slice(0, rowsShown).join(", ")}${one.rows.length > rowsShown ? " …" : ""}`);

  /** How each column is read; whoever knows better says so, and it is remembered for this issuer. */
  function columnTable(facts) {
    const fields = context.schema.filter((field) => field.group !== "operation" && ["text", "choice", "date", "number"].includes(field.type));
    const options = [["", "?"], ["-", t("lists.leaveout")], ["full_name", t("lists.fullname")], ...fields.map((field) => [field.field, t(`field.${field.field}`)])];
    const all = [...facts.columns.map((one) => [one.column, one.field]), ...facts.unknown_columns.map((column) => [column, ""])];
    const how = [facts.form === "xlsx" ? "XLSX" : "CSV", facts.encoding, t("lists.header", { row: facts.header_row })].filter(Boolean).join(" · ");
    return el("details", { open: facts.unknown_columns.length > 0 }, el("summary", null, `${t("lists.columns")}: ${how}`),
      labelled(t("lists.key"), select([["", t("lists.wholeline")], ...facts.columns.map((one) => [one.column, one.column])], facts.key ?? "", (one) => { wanted.key = one; run(true); })),
      facts.sheets.length > 1 && labelled(t("lists.sheet"), select(facts.sheets.map((one) => [one, one]), facts.sheet, (one) => { wanted.sheet = one; run(true); })),
      el("table", null, el("tbody", null, all.map(([column, field]) => el("tr", { class: field === "" ? "conflict" : null }, el("th", { scope: "row" }, column),
        el("td", null, select(options, field, (chosen) => { wanted.columns.set(column, chosen || "-"); run(true); }, { "aria-label": column })))))));
  }

  return el("section", { class: "import" }, el("h2", null, t("lists.import")), el("div", { class: "tools" },
    labelled(t("lists.issuer"), select(["a", "b"].map((one) => [one, sideName(one)]), wanted.issuer, (one) => { wanted.issuer = one; })),
    labelled(t("lists.direction"), select(["a_to_b", "b_to_a"].map((one) => [one, direction(one)]), wanted.direction, (one) => { wanted.direction = one; })),
    labelled(t("app.stage"), stage), labelled(t("lists.revision"), revision), labelled(t("lists.file"), file),
    button(t("lists.preview"), () => run(true))), report);
}
