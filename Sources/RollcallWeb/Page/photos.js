// The photos of one person: shown from memory, and made small before they are kept.

import { ask, result, rows, upload } from "/ask.js";
import { button, el, replace, say } from "/dom.js";
import { time } from "/format.js";
import { askPerson } from "/keys.js";
import { nameOf, personOf } from "/store.js";
import { t } from "/words.js";

/** A face is told from less; more would keep other laptops waiting. */
const sideMost = 1280;
const bytesMost = 300_000;

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const hashOf = async (blob) => hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));

/** The file itself where it is small, else a smaller copy with the hash of the file. */
async function toKeep(file) {
  if (file.size <= bytesMost && ["image/jpeg", "image/png"].includes(file.type)) return { file, original: null };
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, sideMost / Math.max(picture.width, picture.height));
  const canvas = el("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  let blob;
  for (const quality of [0.85, 0.7, 0.5]) {
    blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (blob.size <= bytesMost) break;
  }
  return { file: new File([blob], "photo.jpg", { type: "image/jpeg" }), original: await hashOf(file) };
}

export class Photos {
  #shown = null;
  #urls = new Map();
  #again = null;

  constructor(screen) {
    this.screen = screen;
    this.list = el("div");
    this.input = el("input", { type: "file", accept: "image/*", hidden: true, id: "photo-file", "aria-label": t("photo.add"), onchange: () => this.#take() });
    this.node = el("section", { class: "photos" }, el("h2", null, t("photo.title")), this.list,
      el("p", { class: "buttons" }, button(t("photo.add"), () => this.input.click(), { id: "photo" }), this.input));
  }

  get #record() { return this.screen.known.views[0].record; }

  /** Shows what the views name; asks only where that is another thing than before, or not all of it was here. */
  async draw() {
    const named = JSON.stringify(this.screen.known.views.map((view) => view.fields.photo ?? null));
    if (named === this.#shown) return;
    this.#shown = named;
    clearTimeout(this.#again);
    this.#again = null;
    const all = this.screen.known.views.some((view) => view.fields.photo) ? await rows({ photos: { id: this.#record } }) : [];
    const figures = await Promise.all(all.map((row) => this.#figure(row)));
    if (this.screen.isGone) return this.end();
    replace(this.list, figures);
    // Words come before photos, and pieces of a photo are no news.
    if (all.some((row) => !row.whole && !row.sealed && !row.erased)) this.lookAgain();
  }

  /** Looks once more in a while: something came meanwhile that may be of others who have the same picture. */
  lookAgain() {
    if (this.#again || !this.list.firstChild) return;
    this.#again = setTimeout(() => {
      this.#shown = null;
      this.draw().catch((error) => this.screen.context.fail(error));
    }, 2000);
  }

  async #figure(row) {
    const said = row.attached.map(({ witness }) => [witness.operator ?? t("operator.unnamed"), witness.recorded_at && time(witness.recorded_at), witness.source].filter(Boolean).join(" · "));
    // Whoever is no person here is one whom a family asks for.
    const others = row.also_of.map((record) => (personOf(record) ? el("a", { href: `#/person/${record}` }, nameOf(personOf(record)))
      : el("a", { href: `#/families/${record}` }, `${t("screen.families")} ${record}`)));
    return el("figure", null, await this.#picture(row), el("figcaption", null, el("small", null, said.join("; ")),
      row.original_sha256 && el("small", null, t("photo.copy")),
      others.length > 0 && el("p", { class: "warning" }, t("photo.also"), " ", others.map((link, index) => [index > 0 && ", ", link])),
      row.photos[0] && button(t("photo.detach"), () => this.#detach(row.photos[0]), { class: "small" })));
  }

  async #picture(row) {
    if (row.erased) return el("p", { class: "hint" }, t("state.erased"));
    if (row.sealed) return el("p", { class: "hint" }, t("photo.sealed"));
    if (!row.whole) return el("p", { class: "hint", role: "status" }, t("photo.coming"));
    if (!this.#urls.has(row.sha256)) {
      const found = await result({ photoContent: { photo: row.photos[0] } });
      const bytes = Uint8Array.from(atob(found.base64), (sign) => sign.charCodeAt(0));
      this.#urls.set(row.sha256, URL.createObjectURL(new Blob([bytes], { type: found.type })));
    }
    return el("img", { src: this.#urls.get(row.sha256), width: row.width, height: row.height, alt: t("photo.of", { name: this.screen.name }) });
  }

  async #take() {
    const [chosen] = this.input.files;
    this.input.value = "";
    if (!chosen) return;
    let kept;
    try {
      kept = await toKeep(chosen);
    } catch {
      return say(t("photo.bad"), true);
    }
    await this.screen.run(async () => ask({ addPhoto: { _0: { id: this.#record, path: await upload(kept.file), original: kept.original, source: null } } }));
  }

  async #detach(photo) {
    const reason = await askPerson(t("photo.detach.sure"), { input: t("app.reason") });
    if (reason) await this.screen.run(() => ask({ detachPhoto: { id: this.#record, photo, reason } }));
  }

  /** Lets go of the pictures. */
  end() {
    clearTimeout(this.#again);
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
  }
}
