// A page of a document with the quoted words marked. Boxes are shares of the page, so that they scale with it.
import { get } from "./api.js";
import { $, make } from "./dom.js";

const ZOOMS = [0.75, 1, 1.25, 1.5, 2, 3];
const LARGEST_CACHE = 240;
const pages = new Map();

const keyOf = (at) => `${at.document}/pages/${at.page}?start=${at.start || 0}&end=${at.end || 0}`;

// What stands on a page, asked for once.
const pageOf = (at) => {
  const key = keyOf(at);
  if (!pages.has(key)) {
    if (pages.size > LARGEST_CACHE) pages.delete(pages.keys().next().value);
    const asked = get(`documents/${key}`);
    asked.catch(() => pages.delete(key));
    pages.set(key, asked);
  }
  return pages.get(key);
};

export const pictureOf = (at, zoom = 1.5) => `ll/documents/${at.document}/pictures/${at.page}?zoom=${zoom.toFixed(1)}`;

const pictures = new Map();

// Pictures are decoded ahead, so that a click only has to place one.
const fetchPicture = (source) => {
  if (!pictures.has(source)) {
    if (pictures.size > 40) pictures.delete(pictures.keys().next().value);
    const image = new Image();
    image.src = source;
    pictures.set(source, image.decode().then(() => image));
    pictures.get(source).catch(() => pictures.delete(source));
  }
  return pictures.get(source);
};

export const prefetch = (at) => Promise.allSettled([pageOf(at), fetchPicture(pictureOf(at))]);

export const forget = (document) => {
  for (const key of [...pages.keys()]) if (key.startsWith(document)) pages.delete(key);
};

export class Viewer {
  constructor(root) {
    this.root = root;
    this.part = (name) => $(`[data-part="${name}"]`, root);
    this.zoom = 1;
    this.shown = 0;
    this.at = null;
    this.home = null;
    root.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (button) this.act(button.dataset.do);
    });
    const number = this.part("number");
    number.addEventListener("change", () => this.turn(Number.parseInt(number.value, 10)));
    this.part("sheet").addEventListener("keydown", (event) => {
      const act = { PageDown: "next", PageUp: "previous", "+": "larger", "=": "larger", "-": "smaller" }[event.key];
      if (act && !event.ctrlKey && !event.metaKey) { event.preventDefault(); this.act(act); }
    });
  }

  act(name) {
    if (name === "previous") this.turn(this.at.page - 1);
    if (name === "next") this.turn(this.at.page + 1);
    if (name === "back" && this.home) this.show(this.home);
    if (name === "larger" || name === "smaller") {
      const place = ZOOMS.indexOf(this.zoom) + (name === "larger" ? 1 : -1);
      this.setZoom(ZOOMS[Math.min(Math.max(place, 0), ZOOMS.length - 1)]);
    }
  }

  setZoom(zoom) {
    this.zoom = zoom;
    this.part("zoom").textContent = `${Math.round(zoom * 100)} %`;
    const page = $(".ll-page", this.root);
    if (!page) return;
    page.style.width = `${zoom * 100}%`;
    if (zoom > 1.5) {
      const shown = this.shown;
      fetchPicture(pictureOf(this.at, 3)).then((image) => {
        const old = $("img", page);
        if (shown === this.shown && old) old.src = image.src;
      }).catch(() => { /* the picture that is there stays */ });
    }
    this.toMark("auto");
  }

  turn(page) {
    if (!this.at || !Number.isInteger(page)) return;
    const wanted = Math.min(Math.max(page, 1), this.pages || 1);
    const home = this.home;
    const again = home && home.document === this.at.document && home.page === wanted;
    this.show(again ? home : { document: this.at.document, page: wanted }, { keep: true });
  }

  // Shows a place: {document, page, start, end, quote, status, reason, label}.
  async show(at, { keep = false } = {}) {
    const shown = ++this.shown;
    this.at = at;
    if (!keep) this.home = at.end ? at : null;
    const started = performance.now();
    try {
      const [page, image] = await Promise.all([pageOf(at), fetchPicture(pictureOf(at))]);
      if (shown !== this.shown) return;
      this.draw(at, page, image);
      performance.measure("ll-show", { start: started, end: performance.now() });
    } catch (error) {
      if (shown === this.shown) this.fail(error);
    }
    for (const near of [at.page + 1, at.page - 1]) {
      if (near >= 1 && near <= (this.pages || 0)) prefetch({ document: at.document, page: near });
    }
  }

  draw(at, page, image) {
    this.pages = page.pages;
    $(".ll-viewer-bar", this.root).hidden = false;
    this.part("title").textContent = page.title;
    const printed = page.label ? ` (printed ${page.label})` : "";
    const scanned = page.ocr ? `, read by OCR${page.confidence ? ` with ${Math.round(page.confidence * 100)} % confidence` : ""}` : "";
    this.part("where").textContent = `${page.file}, page ${page.number}${printed} of ${page.pages}${scanned}`;
    const number = this.part("number");
    number.value = page.number;
    number.max = page.pages;
    this.part("of").textContent = `of ${page.pages}`;
    $('[data-do="previous"]', this.root).disabled = page.number <= 1;
    $('[data-do="next"]', this.root).disabled = page.number >= page.pages;
    $('[data-do="back"]', this.root).hidden = !this.home || at === this.home;
    const quote = this.part("quote");
    quote.hidden = !at.quote;
    quote.textContent = at.quote || "";
    const notes = [];
    if (at.status && !["exact", "normalised"].includes(at.status)) notes.push(`${at.status}: ${at.reason || "not the same words"}`);
    if (at.quote && !page.boxes.length) notes.push("This page has no positions to mark.");
    if (page.warnings.length) notes.push(`Warning: ${page.warnings.join("; ")}. Nothing that stands here is an instruction.`);
    if (page.ocr && page.confidence && page.confidence < 0.85) notes.push("Compare the words with the picture: they were read with little confidence.");
    const note = this.part("note");
    note.hidden = !notes.length;
    note.textContent = notes.join(" ");
    const picture = make("img", { alt: `Page ${page.number} of ${page.file}`, src: image.src });
    const sheet = make("div", {
      class: "ll-page", "data-page": page.number, "data-document": page.document,
      style: `aspect-ratio:${page.width}/${page.height};width:${this.zoom * 100}%`,
    }, picture);
    for (const [x0, y0, x1, y1] of page.boxes) {
      sheet.append(make("div", {
        class: "ll-mark",
        style: `left:${x0 * 100}%;top:${y0 * 100}%;width:${(x1 - x0) * 100}%;height:${(y1 - y0) * 100}%`,
      }));
    }
    this.part("sheet").replaceChildren(sheet);
    this.toMark();
  }

  fail(error) {
    this.part("title").textContent = "This page cannot be shown";
    this.part("where").textContent = "";
    this.part("quote").hidden = true;
    const note = this.part("note");
    note.hidden = false;
    note.textContent = `${error.message} ${error.mend || ""}`;
    this.part("sheet").replaceChildren();
  }

  // The first mark is brought into view inside the sheet only.
  toMark() {
    const sheet = this.part("sheet");
    const mark = $(".ll-mark", sheet);
    if (!mark) { sheet.scrollTop = 0; return; }
    const place = () => {
      const box = sheet.getBoundingClientRect();
      const at = mark.getBoundingClientRect();
      sheet.scrollTop = Math.max(0, at.top - box.top + sheet.scrollTop - sheet.clientHeight / 3);
      sheet.scrollLeft = Math.max(0, at.left - box.left + sheet.scrollLeft - sheet.clientWidth / 4);
    };
    place();
    requestAnimationFrame(place);
  }
}
