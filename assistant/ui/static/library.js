// The library: files come in, documents are found, sorted, collected, opened, removed.
import { get, put, remove, send } from "./api.js";
import { $, all, count, make, openTab, problem, size } from "./dom.js";
import { forget, Viewer } from "./viewer.js";

const WORDS = {
  sending: "sending", waiting: "waiting", reading: "reading", embedding: "indexing", storing: "storing", added: "added",
  replaced: "replaced an earlier version", unchanged: "already there", failed: "failed", cancelled: "cancelled",
};
const ENDED = ["added", "replaced", "unchanged", "failed", "cancelled"];
const SENT_AT_ONCE = 2;

export class Library {
  constructor(root, chat) {
    this.root = root;
    this.chat = chat;
    this.viewer = new Viewer($("#ll-reader-viewer", root));
    this.documents = [];
    this.collections = {};
    this.selected = new Set();
    this.queue = [];
    this.local = new Map();
    this.sending = 0;
    this.listen();
    this.load();
    this.watch();
  }

  listen() {
    dropZone($("#ll-upload", this.root), (files) => this.add(files));
    for (const id of ["#ll-sort", "#ll-collection"]) $(id, this.root).addEventListener("change", () => this.draw());
    let searching;
    $("#ll-find-document", this.root).addEventListener("input", () => {
      this.draw();
      clearTimeout(searching);
      searching = setTimeout(() => this.search(), 350);
    });
    $("#ll-selected", this.root).addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (button) this.act(button.dataset.do);
    });
    $("#ll-outcome", this.root).addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (button) this.onUpload(button);
    });
  }

  // Files coming in ----------------------------------------------------------------------------------------

  add(files) {
    const wanted = this.suffixes || [".pdf"];
    for (const file of files) {
      const name = file.name;
      // What a folder holds besides documents is left alone; a file that was chosen is tried, and says why not.
      if (file.fromFolder && !wanted.some((end) => name.toLowerCase().endsWith(end))) continue;
      const id = `local-${Math.random().toString(36).slice(2)}`;
      this.local.set(id, { id, file: name, bytes: file.size, state: "waiting", done: 0, total: file.size, notes: [], reason: "" });
      this.queue.push({ id, file });
    }
    this.feed();
    this.showUploads();
  }

  feed() {
    while (this.sending < SENT_AT_ONCE && this.queue.length) {
      const { id, file } = this.queue.shift();
      this.sending += 1;
      const row = this.local.get(id);
      row.state = "sending";
      put(`uploads?name=${encodeURIComponent(file.name)}`, file, (done, total) => { row.done = done; row.total = total; this.showUploads(); })
        .then(() => this.local.delete(id))
        .catch((error) => Object.assign(row, { state: "failed", reason: `${error.message} ${error.mend || ""}` }))
        .finally(() => { this.sending -= 1; this.feed(); this.watch(); });
    }
  }

  async watch() {
    clearTimeout(this.watching);
    try {
      const before = new Map((this.uploads || []).map((one) => [one.id, one.state]));
      this.uploads = await get("uploads");
      this.showUploads();
      const running = this.uploads.some((one) => !ENDED.includes(one.state));
      if (this.uploads.some((one) => ENDED.includes(one.state) && before.has(one.id) && before.get(one.id) !== one.state)
        || this.uploads.some((one) => ENDED.includes(one.state) && !before.has(one.id))) await this.load();
      if (running || this.sending) this.watching = setTimeout(() => this.watch(), 400);
    } catch (error) {
      this.watching = setTimeout(() => this.watch(), 3000);
    }
  }

  showUploads() {
    const rows = [...(this.uploads || []), ...this.local.values()];
    const place = $("#ll-outcome", this.root);
    if (!rows.length) { place.replaceChildren(); return; }
    const ended = rows.filter((one) => ENDED.includes(one.state)).length;
    const left = rows.length - ended;
    place.replaceChildren(
      make("p", { class: "ll-outcome-head", role: "status" }, left ? `${count(left, "file")} on the way, ${ended} done ` : `${count(ended, "file")} done `,
        ended ? make("button", { type: "button", "data-do": "clear" }, "Clear the list") : null),
      make("ul", { class: "ll-results" }, ...rows.slice(-60).reverse().map((one) => this.uploadRow(one))));
  }

  uploadRow(one) {
    const running = !ENDED.includes(one.state);
    const share = one.total ? Math.round((100 * one.done) / one.total) : 0;
    const left = one.seconds_left ? `, about ${one.seconds_left < 60 ? `${Math.ceil(one.seconds_left)} s` : `${Math.ceil(one.seconds_left / 60)} min`} left` : "";
    const sign = { added: "✓", replaced: "✓", unchanged: "=", failed: "✗", cancelled: "–" }[one.state] || "…";
    return make("li", { class: `ll-${one.state}`, "data-id": one.id },
      make("span", { class: "ll-sign", "aria-hidden": "true" }, sign), " ", make("strong", {}, WORDS[one.state] || one.state), " ",
      make("span", { class: "ll-file-name" }, one.file),
      running ? make("small", {}, one.total ? ` ${share} %${left}` : left) : null,
      one.reason ? make("span", { class: "ll-why" }, `: ${one.reason}`) : null,
      one.pages && !one.reason ? make("small", {}, ` ${count(one.pages, "page")}`) : null,
      ...(one.notes || []).map((note) => make("small", { class: "ll-why" }, ` ${note}`)),
      running ? make("progress", { max: 100, value: share || false, "aria-label": `Progress of ${one.file}` }) : null,
      running ? make("button", { type: "button", "data-do": "cancel", "aria-label": `Cancel ${one.file}` }, "Cancel") : null);
  }

  async onUpload(button) {
    try {
      if (button.dataset.do === "clear") {
        for (const [id, one] of this.local) if (ENDED.includes(one.state)) this.local.delete(id);
        await send("uploads/clear");
      } else {
        const id = button.closest("li").dataset.id;
        if (id.startsWith("local-")) {
          this.queue = this.queue.filter((one) => one.id !== id);
          const row = this.local.get(id);
          if (row && row.state === "waiting") Object.assign(row, { state: "cancelled", reason: "Cancelled." });
        } else await send(`uploads/${id}/cancel`);
      }
      await this.watch();
    } catch (error) { $("#ll-outcome", this.root).prepend(problem(error)); }
  }

  // Documents ----------------------------------------------------------------------------------------------

  async load() {
    try {
      const { documents, collections, storage, suffixes } = await get("documents");
      this.documents = documents;
      this.collections = collections;
      this.suffixes = suffixes;
      $("#ll-kinds", this.root).textContent = `Read: ${suffixes.map((end) => end.slice(1)).join(", ")}. Each file is copied, read and indexed; identical files are added once.`;
      for (const id of [...this.selected]) if (!documents.some((one) => one.id === id)) this.selected.delete(id);
      const chosen = $("#ll-collection", this.root);
      const held = chosen.value;
      chosen.replaceChildren(make("option", { value: "" }, "all documents"), ...Object.entries(collections).map(([name, ids]) => make("option", { value: name }, `${name} (${ids.length})`)));
      chosen.value = name_or_none(collections, held);
      $("#ll-collection-names", this.root).replaceChildren(...Object.keys(collections).map((name) => make("option", { value: name })));
      const room = storage.limit ? ` of ${size(storage.limit)}` : "";
      const most = storage.most ? ` of at most ${storage.most}` : "";
      $("#ll-storage", this.root).textContent = `${count(documents.length, "document")}${most}, ${count(documents.reduce((sum, one) => sum + one.pages, 0), "page")}. `
        + `Stored: ${size(storage.files)}${room} of files and ${size(storage.index)} of text and index${storage.folder ? ` in ${storage.folder}` : ""}.`;
      this.draw();
    } catch (error) { $("#ll-documents", this.root).replaceChildren(problem(error)); }
  }

  draw() {
    const place = $("#ll-documents", this.root);
    const words = $("#ll-find-document", this.root).value.toLowerCase().split(/\s+/).filter(Boolean);
    const key = $("#ll-sort", this.root).value;
    const collection = $("#ll-collection", this.root).value;
    const inside = collection ? new Set(this.collections[collection] || []) : null;
    const found = this.documents.filter((one) => (!inside || inside.has(one.id))
      && words.every((word) => `${one.title} ${one.file} ${one.author} ${one.cruise} ${one.year}`.toLowerCase().includes(word)));
    const down = ["added_at", "year", "pages", "bytes"].includes(key) ? -1 : 1;
    found.sort((a, b) => down * (typeof a[key] === "number" ? a[key] - b[key] : String(a[key]).localeCompare(String(b[key]), "en", { numeric: true })));
    this.selection();
    if (!this.documents.length) {
      place.replaceChildren(make("p", { class: "ll-empty" }, "No documents yet. Drop PDF files on the field above; they stay on the machine that serves this page."));
      return;
    }
    if (!found.length) { place.replaceChildren(make("p", { class: "ll-empty" }, "No title fits. Passages in the texts are below, if there are any.")); return; }
    const tags = (id) => Object.entries(this.collections).filter(([, ids]) => ids.includes(id)).map(([name]) => make("span", { class: "ll-tag" }, name));
    place.replaceChildren(make("table", { class: "ll-documents" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, make("input", { type: "checkbox", "aria-label": "Select all shown",
        checked: found.every((one) => this.selected.has(one.id)),
        onchange: (event) => { for (const one of found) this.select(one.id, event.target.checked); this.draw(); } })),
      make("th", { scope: "col" }, "Document"), make("th", { scope: "col", class: "ll-number" }, "Pages"), make("th", { scope: "col", class: "ll-number" }, "Size"),
      make("th", { scope: "col", class: "ll-wide-only" }, "Added"))),
      make("tbody", {}, ...found.map((one) => make("tr", {},
        make("td", {}, make("input", { type: "checkbox", "aria-label": `Select ${one.file}`, checked: this.selected.has(one.id),
          onchange: (event) => { this.select(one.id, event.target.checked); this.selection(); } })),
        make("td", {}, make("button", { type: "button", class: "ll-link", onclick: () => this.open({ document: one.id, page: 1 }) }, one.title), ...tags(one.id),
          make("small", {}, [one.file, one.author, one.year].filter(Boolean).join(", ")),
          one.notes.length ? make("small", { class: "ll-why" }, one.notes.join("; ")) : null,
          one.warnings.length ? make("small", { class: "ll-warn" }, `⚠ ${count(one.warnings.length, "warning")}: ${one.warnings.slice(0, 3).join("; ")}`) : null),
        make("td", { class: "ll-number" }, one.pages), make("td", { class: "ll-number" }, size(one.bytes)),
        make("td", { class: "ll-wide-only" }, one.added_at.slice(0, 10)))))));
  }

  select(id, member) { if (member) this.selected.add(id); else this.selected.delete(id); }

  selection() {
    const bar = $("#ll-selected", this.root);
    bar.hidden = !this.selected.size;
    $('[data-part="count"]', bar).textContent = `${this.selected.size} selected`;
  }

  async act(name) {
    const ids = [...this.selected];
    const field = $(".ll-collect input", this.root);
    try {
      if (name === "ask") {
        this.chat.names = new Map(this.documents.map((one) => [one.id, one.file]));
        this.chat.limitTo(ids);
        openTab("Chat");
        return;
      }
      if (name === "collect" || name === "uncollect") {
        if (!field.value.trim()) { field.focus(); return; }
        this.collections = await send("collections", { name: field.value, documents: ids, member: name === "collect" });
      }
      if (name === "reread") for (const id of ids) await send(`documents/${id}/reread`);
      if (name === "remove") {
        if (!confirm(`Remove ${count(ids.length, "document")} from the library? The files you uploaded them from stay where they are.`)) return;
        for (const id of ids) { await remove(`documents/${id}`); forget(id); }
        this.selected.clear();
      }
      await this.load();
      if (name === "reread") this.watch();
    } catch (error) { $("#ll-outcome", this.root).prepend(problem(error)); }
  }

  open(at) {
    $("#ll-reader-empty", this.root).hidden = true;
    this.viewer.show(at);
    if (matchMedia("(max-width: 1180px)").matches) $("#ll-reader", this.root).scrollIntoView({ block: "start" });
  }

  async search() {
    const place = $("#ll-found", this.root);
    const words = $("#ll-find-document", this.root).value.trim();
    const asked = (this.asked = (this.asked || 0) + 1);
    if (words.length < 3) { place.replaceChildren(); return; }
    try {
      const found = await get(`search?q=${encodeURIComponent(words)}`);
      if (asked !== this.asked) return;
      place.replaceChildren(make("h3", {}, found.length ? "In the texts" : "Nothing in the texts"),
        make("ul", { class: "ll-list ll-hits" }, ...found.map((hit) => make("li", {},
          make("button", { type: "button", class: "ll-go", onclick: () => this.open({ document: hit.document, page: hit.page, start: hit.start, end: hit.end, quote: hit.text }) },
            make("span", { class: "ll-go-quote" }, hit.text.length > 220 ? `${hit.text.slice(0, 220)}…` : hit.text), make("small", {}, ` ${hit.file}, p. ${hit.page}`))))));
    } catch (error) { if (asked === this.asked) place.replaceChildren(problem(error)); }
  }
}

const name_or_none = (collections, name) => (name in collections ? name : "");

// Files and folders that are dropped or chosen.
export const dropZone = (zone, then) => {
  for (const input of all('input[type="file"]', zone)) {
    input.addEventListener("change", () => {
      const folder = input.hasAttribute("webkitdirectory");
      const files = [...input.files];
      for (const file of files) file.fromFolder = folder;
      input.value = "";
      then(files);
    });
  }
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("ll-over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("ll-over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("ll-over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    then(entries.length ? (await Promise.all(entries.map((entry) => within(entry, false)))).flat() : [...event.dataTransfer.files]);
  });
};

const within = async (entry, inFolder) => {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    file.fromFolder = inFolder;
    return [file];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader gives a hundred at a time, and an empty list at the end.
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) break;
    found.push(...part);
  }
  return (await Promise.all(found.map((one) => within(one, true)))).flat();
};
