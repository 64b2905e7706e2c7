// The chat: conversations, the exchange, and the page that a citation points to.
import { ask, get, lines, remove, send } from "./api.js";
import { $, all, count, make, markup, openTab, problem } from "./dom.js";
import { prefetch, Viewer } from "./viewer.js";

const narrow = () => matchMedia("(max-width: 1180px)").matches;

export class Chat {
  constructor(desk) {
    this.desk = desk;
    this.log = $("#ll-log", desk);
    this.turns = $("#ll-turns", desk);
    this.live = $("#ll-live", desk);
    this.text = $("#ll-question-text", desk);
    this.viewer = new Viewer($("#ll-evidence-viewer", desk));
    this.conversation = "";
    this.turn = "";
    this.opened = 0;
    this.scope = { documents: [], collections: [] };
    this.titles = new Map();
    this.listen();
    // Until somebody listens a button would do nothing, so it could not be pressed.
    for (const button of all("#ll-ask, .ll-example", desk)) button.disabled = false;
    this.list();
    const wanted = new URLSearchParams(location.search).get("c");
    if (wanted) this.open(wanted, { quiet: true });
  }

  listen() {
    $("#ll-form", this.desk).addEventListener("submit", (event) => { event.preventDefault(); this.ask(this.text.value); });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.ask(this.text.value); }
    });
    $("#ll-stop", this.desk).addEventListener("click", () => this.stop());
    $("#ll-new", this.desk).addEventListener("click", () => { this.fresh(); this.text.focus(); });
    let searching;
    $("#ll-find", this.desk).addEventListener("input", () => { clearTimeout(searching); searching = setTimeout(() => this.list(), 200); });
    $("#ll-export", this.desk).addEventListener("change", (event) => this.export(event.target));
    $("#ll-conversations", this.desk).addEventListener("click", (event) => this.onList(event));
    this.desk.addEventListener("click", (event) => this.onClick(event));
    for (const kind of ["pointerover", "focusin"]) this.desk.addEventListener(kind, (event) => this.tip(event));
    for (const kind of ["pointerout", "focusout"]) this.desk.addEventListener(kind, () => { $("#ll-tip").hidden = true; });
    document.addEventListener("keydown", (event) => this.onKey(event));
    const scope = $("#ll-scope", this.desk);
    scope.addEventListener("toggle", () => { if (scope.open) this.offerScope(); });
    if (scope.open) this.offerScope();
  }

  // Conversations ------------------------------------------------------------------------------------------

  async list() {
    const place = $("#ll-conversations", this.desk);
    const search = $("#ll-find", this.desk).value;
    try {
      const found = await get(`conversations?search=${encodeURIComponent(search)}`);
      this.titles = new Map(found.map((one) => [one.id, one.title]));
      if (!found.length) {
        place.replaceChildren(make("li", { class: "ll-empty" }, search ? "No conversation holds these words." : "Conversations are kept here. Ask a first question."));
        return;
      }
      place.replaceChildren(...found.map((one) => make("li", { "data-id": one.id, class: one.id === this.conversation ? "ll-here" : "" },
        make("button", { type: "button", class: "ll-open", "aria-current": one.id === this.conversation ? "true" : false },
          make("span", {}, one.title), make("small", {}, `${count(one.turns, "answer")}, ${new Date(one.updated_at).toLocaleDateString("en-GB", { day: "numeric", month: "short" })}`)),
        make("button", { type: "button", class: "ll-mini", "data-do": "rename", "aria-label": `Rename ${one.title}`, title: "Rename" }, "✎"),
        make("button", { type: "button", class: "ll-mini", "data-do": "delete", "aria-label": `Delete ${one.title}`, title: "Delete" }, "×"))));
    } catch (error) {
      place.replaceChildren(make("li", {}, problem(error)));
    }
  }

  async onList(event) {
    const row = event.target.closest("li[data-id]");
    const button = event.target.closest("button");
    if (!row || !button) return;
    const id = row.dataset.id;
    try {
      if (button.dataset.do === "rename") {
        const title = prompt("The conversation's title", this.titles.get(id));
        if (title) { await send(`conversations/${id}/title`, { title }); if (id === this.conversation) $("#ll-title").textContent = title; await this.list(); }
      } else if (button.dataset.do === "delete") {
        if (!confirm(`Delete “${this.titles.get(id)}” for good?`)) return;
        await remove(`conversations/${id}`);
        if (id === this.conversation) this.fresh(); else await this.list();
      } else {
        this.drawer("left", false);
        await this.open(id);
      }
    } catch (error) {
      this.say(error);
    }
  }

  fresh() {
    this.opened += 1;
    this.name("", "New conversation");
    this.turns.replaceChildren();
    this.live.replaceChildren();
    this.busy("");
    $("#ll-welcome", this.desk).hidden = false;
    this.citations([]);
    this.list();
  }

  name(id, title) {
    this.conversation = id;
    $("#ll-title", this.desk).textContent = title;
    $("#ll-export", this.desk).hidden = !id;
    const address = new URL(location.href);
    if (id) address.searchParams.set("c", id); else address.searchParams.delete("c");
    history.replaceState(history.state, "", address);
    for (const row of all("#ll-conversations li", this.desk)) row.classList.toggle("ll-here", row.dataset.id === id);
  }

  async open(id, { quiet = false } = {}) {
    const opened = ++this.opened;
    try {
      const found = await get(`conversations/${encodeURIComponent(id)}`);
      if (opened !== this.opened) return;
      this.name(found.id, found.title);
      $("#ll-welcome", this.desk).hidden = found.turns.length > 0 || Boolean(found.running);
      this.live.replaceChildren();
      this.busy("");
      const notes = new Map(found.notes.map((note) => [note.turn, note]));
      this.turns.replaceChildren(...found.turns.map((turn, number) => this.exchange(turn.question, turn.html, number, notes.get(number))));
      this.ready(this.turns.lastElementChild);
      this.down();
      if (found.running) this.attach(found.running.turn, found.running.question);
      else if (found.unfinished) this.interrupted(found.unfinished);
      this.list();
    } catch (error) {
      if (opened !== this.opened) return;
      this.fresh();
      if (!quiet || error.status === 404) this.say(error);
    }
  }

  interrupted(question) {
    this.live.replaceChildren(make("div", { class: "ll-turn" }, this.asked(question),
      make("p", { class: "ll-problem" }, "This question was interrupted before its answer was finished. ",
        make("button", { type: "button", onclick: () => this.ask(question) }, "Ask it again"))));
    this.down();
  }

  // Asking -------------------------------------------------------------------------------------------------

  async ask(question) {
    if (!question.trim() || this.turn) return;
    const opened = this.opened;
    this.text.value = "";
    this.begin(question);
    try {
      const answer = await ask("ask", {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ question, conversation: this.conversation, ...this.scope }),
      });
      await this.follow(answer, question, opened);
    } catch (error) {
      if (opened === this.opened) this.end(error, question);
    }
  }

  async attach(turn, question) {
    const opened = this.opened;
    this.begin(question);
    try {
      await this.follow(await ask(`turns/${turn}`), question, opened);
    } catch (error) {
      if (opened === this.opened) this.end(error, question);
    }
  }

  begin(question) {
    this.busy("?");
    $("#ll-welcome", this.desk).hidden = true;
    this.steps = make("ul", { class: "ll-steps" }, this.step({ title: "Reading the question", state: "pending", detail: "" }));
    this.live.replaceChildren(make("div", { class: "ll-turn" }, this.asked(question), this.steps));
    this.down();
  }

  async follow(answer, question, opened) {
    let ended = false;
    for await (const event of lines(answer)) {
      if (opened !== this.opened) return;
      if (event.kind === "turn") {
        if (!this.conversation) { this.name(event.conversation, question.slice(0, 80)); }
        const stopped = this.turn === "stop";
        this.busy(event.turn);
        if (stopped) this.stop();
      } else if (event.kind === "place") {
        this.steps.replaceChildren(this.step({ title: event.place === 1 ? "Next in line: others are being answered" : `Waiting in line, place ${event.place}`, state: "pending", detail: "" }));
      } else if (event.kind === "step") {
        for (const pending of all("li.ll-pending", this.steps)) pending.remove();
        this.steps.append(this.step(event));
        this.down(true);
      } else if (event.kind === "answer") {
        ended = true;
        this.live.replaceChildren();
        const made = this.exchange(question, event.html, event.number);
        this.turns.append(made);
        this.busy("");
        this.ready(made);
        this.toTurn(made);
        this.list();
      } else {
        ended = true;
        this.end(event.kind === "problem" ? markup(event.html) : null, question);
      }
    }
    if (!ended && opened === this.opened) throw new Error("The answer broke off. Load the page again.");
  }

  // A turn that ended without an answer: with words, an error, or because it was stopped.
  end(what, question) {
    this.busy("");
    const told = what instanceof Error ? problem(what) : what || make("p", { class: "ll-stopped" }, "Stopped. Nothing of this turn was kept.");
    this.live.replaceChildren(make("div", { class: "ll-turn" }, this.asked(question), told));
    if (!this.text.value) this.text.value = question;
    this.down();
    this.list();
  }

  say(error) {
    this.live.replaceChildren(problem(error));
    this.down();
  }

  async stop() {
    if (!this.turn) return;
    for (const pending of all("li.ll-pending", this.live)) pending.replaceWith(this.step({ title: "Stopping", state: "pending", detail: "" }));
    if (this.turn === "?" || this.turn === "stop") { this.turn = "stop"; return; }
    try { await send(`turns/${this.turn}/stop`); } catch (error) { this.say(error); }
  }

  busy(turn) {
    this.turn = turn;
    $("#ll-ask", this.desk).disabled = Boolean(turn);
    $("#ll-stop", this.desk).disabled = !turn;
    this.log.setAttribute("aria-busy", String(Boolean(turn)));
  }

  step({ title, state, detail }) {
    const sign = { pending: "…", done: "✓", failed: "✗" }[state] || "";
    return make("li", { class: `ll-${state}` }, make("span", { class: "ll-sign", "aria-hidden": "true" }, sign), ` ${title}`,
      detail ? make("small", {}, ` ${detail}`) : null);
  }

  asked(question) {
    return make("div", { class: "ll-asked" }, make("p", {}, question));
  }

  exchange(question, html, number, note = null) {
    const made = make("article", { class: "ll-turn", "data-number": number }, this.asked(question));
    made.append(markup(html));
    if (note) this.noted(made, note);
    return made;
  }

  // New answers: their pages are fetched before anybody asks for them.
  async ready(turn) {
    const answer = turn && $(".ll-answer", turn);
    if (!answer) return;
    this.citations(all(".ll-cite", answer));
    const seen = new Set();
    for (const button of all(".ll-cite", answer)) {
      const at = placeOf(button);
      const key = `${at.document}/${at.page}`;
      if (seen.has(`${key}/${at.start}`) || seen.size > 24) continue;
      seen.add(`${key}/${at.start}`);
      await prefetch(at);
    }
  }

  // A short answer is shown whole; a long one from its question on.
  toTurn(turn) {
    const top = turn.getBoundingClientRect().top - this.log.getBoundingClientRect().top + this.log.scrollTop;
    this.log.scrollTop = Math.min(top - 8, this.log.scrollHeight - this.log.clientHeight);
  }

  down(near = false) {
    const room = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
    if (!near || room < 200) this.log.scrollTop = this.log.scrollHeight;
  }

  // Evidence -----------------------------------------------------------------------------------------------

  show(button) {
    $("#ll-tip").hidden = true;
    for (const one of all(".ll-cite[aria-pressed]", this.desk)) one.removeAttribute("aria-pressed");
    const answer = button.closest(".ll-answer");
    if (answer) this.citations(all(".ll-cite", answer));
    for (const one of all(`.ll-cite[data-cite="${button.dataset.cite}"]`, this.desk)) one.setAttribute("aria-pressed", "true");
    this.chosen = button.dataset.cite;
    for (const row of all("#ll-citations li", this.desk)) row.classList.toggle("ll-here", row.dataset.cite === this.chosen);
    $("#ll-evidence-empty", this.desk).hidden = true;
    if (narrow()) this.drawer("right", true);
    this.viewer.show(placeOf(button));
  }

  citations(buttons) {
    const place = $("#ll-citations", this.desk);
    place.hidden = !buttons.length;
    $("summary", place).textContent = `${count(buttons.length, "citation")} of this answer`;
    $("ol", place).replaceChildren(...buttons.map((button) => {
      const { label, file, page, status, quote, cite } = button.dataset;
      return make("li", { "data-cite": cite, class: cite === this.chosen ? "ll-here" : "" },
        make("button", { type: "button", class: "ll-go", onclick: () => this.show(button) },
          make("b", {}, `[${label}] `), make("span", { class: "ll-go-quote" }, `“${quote.length > 150 ? `${quote.slice(0, 150)}…` : quote}”`),
          make("small", {}, ` ${file}, p. ${page}: ${sign(status)} ${status}`)));
    }));
  }

  step_to(way) {
    const last = all(".ll-answer", this.turns).at(-1);
    const current = $(`.ll-answer .ll-cite[data-cite="${this.chosen}"]`, this.turns);
    const buttons = all(".ll-cite", (current && current.closest(".ll-answer")) || last || this.turns);
    if (!buttons.length) return;
    const next = buttons[(buttons.indexOf(current) + way + buttons.length + (current || way > 0 ? 0 : 1)) % buttons.length];
    next.scrollIntoView({ block: "nearest" });
    this.show(next);
  }

  tip(event) {
    const button = event.target.closest && event.target.closest(".ll-answer .ll-cite");
    const tip = $("#ll-tip");
    if (!button) return;
    const { quote, file, page, status, reason } = button.dataset;
    tip.replaceChildren(make("span", { class: "ll-tip-quote" }, `“${quote}”`),
      make("small", {}, `${file}, page ${page}: ${sign(status)} ${status}${reason ? `, ${reason}` : ""}`));
    tip.hidden = false;
    button.setAttribute("aria-describedby", "ll-tip");
    const at = button.getBoundingClientRect();
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(at.left - 20, innerWidth - box.width - 8))}px`;
    tip.style.top = `${at.top > box.height + 12 ? at.top - box.height - 6 : at.bottom + 6}px`;
  }

  // Buttons of an answer -----------------------------------------------------------------------------------

  onClick(event) {
    const target = event.target.closest("button");
    if (!target) return;
    if (target.matches(".ll-answer .ll-cite")) this.show(target);
    else if (target.matches(".ll-example")) this.ask(target.dataset.question);
    else if (target.matches(".ll-copy")) copy(target);
    else if (target.matches(".ll-edit")) this.edit(target.closest(".ll-turn"));
    else if (target.matches(".ll-thumb")) this.note(target.closest(".ll-turn"), target.getAttribute("aria-pressed") === "true" ? "" : target.dataset.thumb);
    else if (target.matches(".ll-noted")) this.toggleNote(target);
    else if (target.matches(".ll-keep")) this.note(target.closest(".ll-turn"));
    else if (target.matches("[data-drawer]")) this.drawer(target.dataset.drawer);
  }

  edit(turn) {
    const place = $(".ll-asked", turn);
    if ($("textarea", place)) return;
    const said = $("p", place);
    const field = make("textarea", { rows: "3", maxlength: "20000", "aria-label": "The question, to be changed" });
    field.value = said.textContent;
    const close = () => { box.remove(); said.hidden = false; };
    const again = async () => {
      const question = field.value;
      if (!question.trim() || this.turn) return;
      try {
        const branch = await send(`conversations/${this.conversation}/branch`, { upto: Number(turn.dataset.number) });
        await this.open(branch.id);
        await this.ask(question);
      } catch (error) { this.say(error); }
    };
    const box = make("div", { class: "ll-editing" }, field,
      make("p", { class: "ll-hint" }, "Asked again in a copy of the conversation up to here; this one stays as it is."),
      make("button", { type: "button", class: "ll-strong", onclick: again }, "Ask again"),
      make("button", { type: "button", onclick: close }, "Cancel"));
    said.hidden = true;
    place.append(box);
    field.focus();
  }

  toggleNote(button) {
    const box = $(".ll-note-box", button.closest(".ll-answer"));
    box.hidden = !box.hidden;
    button.setAttribute("aria-expanded", String(!box.hidden));
    if (!box.hidden) $("textarea", box).focus();
  }

  async note(turn, thumb = null) {
    const pressed = $('.ll-thumb[aria-pressed="true"]', turn);
    const said = { turn: Number(turn.dataset.number), thumb: thumb ?? (pressed ? pressed.dataset.thumb : ""), text: $(".ll-note-box textarea", turn).value };
    try {
      this.noted(turn, await send(`conversations/${this.conversation}/note`, said), thumb === null);
    } catch (error) { this.say(error); }
  }

  noted(turn, note, said = false) {
    for (const button of all(".ll-thumb", turn)) button.setAttribute("aria-pressed", String(button.dataset.thumb === note.thumb));
    $(".ll-note-box textarea", turn).value = note.text;
    $(".ll-noted", turn).textContent = note.text ? "Note ✎" : "Note";
    if (said) { $(".ll-note-box", turn).hidden = true; $(".ll-noted", turn).focus(); }
  }

  export(select) {
    const kind = select.value;
    select.value = "";
    if (kind && this.conversation) location.assign(`ll/conversations/${this.conversation}/export?kind=${kind}`);
  }

  // What the question is limited to ------------------------------------------------------------------------

  async offerScope() {
    const place = $("#ll-scope-list", this.desk);
    try {
      const { documents, collections } = await get("documents");
      const box = (kind, value, words) => make("label", {}, make("input", {
        type: "checkbox", checked: this.scope[kind].includes(value),
        onchange: (event) => this.limit(kind, value, event.target.checked) }), ` ${words}`);
      this.names = new Map(documents.map((one) => [one.id, one.file]));
      const groups = Object.entries(collections).map(([name, ids]) => box("collections", name, `${name} (${count(ids.length, "document")})`));
      place.replaceChildren(
        make("button", { type: "button", onclick: () => { this.limitTo([], []); this.offerScope(); } }, "All documents"),
        ...(groups.length ? [make("fieldset", {}, make("legend", {}, "Collections"), ...groups)] : []),
        make("fieldset", {}, make("legend", {}, "Documents"), ...documents.map((one) => box("documents", one.id, one.file))));
      if (!documents.length) place.replaceChildren(make("p", { class: "ll-empty" }, "No documents yet. Add some in the library."));
    } catch (error) { place.replaceChildren(problem(error)); }
  }

  limit(kind, value, member) {
    const rest = this.scope[kind].filter((one) => one !== value);
    this.limitTo(kind === "documents" ? (member ? [...rest, value] : rest) : this.scope.documents,
      kind === "collections" ? (member ? [...rest, value] : rest) : this.scope.collections);
  }

  limitTo(documents, collections = []) {
    this.scope = { documents, collections };
    const parts = [...collections.map((name) => `“${name}”`)];
    if (documents.length) parts.push(documents.length === 1 && this.names ? this.names.get(documents[0]) || "1 document" : count(documents.length, "document"));
    $("#ll-scope-words", this.desk).textContent = parts.length ? `Answers only from ${parts.join(" and ")}` : "Answers from all documents";
    $("#ll-scope", this.desk).classList.toggle("ll-limited", parts.length > 0);
  }

  // The rest -----------------------------------------------------------------------------------------------

  drawer(side, open = null) {
    const wanted = open ?? !this.desk.classList.contains(`ll-${side}-open`);
    this.desk.classList.toggle(`ll-${side}-open`, wanted);
    for (const button of all(`.ll-drawer[data-drawer="${side}"]`, this.desk)) button.setAttribute("aria-expanded", String(wanted));
  }

  onKey(event) {
    if (!this.desk.offsetParent || event.ctrlKey || event.metaKey || event.altKey) return;
    const writing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      $("#ll-tip").hidden = true;
      if (this.turn) this.stop();
      else { this.drawer("left", false); this.drawer("right", false); }
    } else if (!writing && event.key === "/") { event.preventDefault(); this.text.focus(); }
    else if (!writing && (event.key === "n" || event.key === "p")) { event.preventDefault(); this.step_to(event.key === "n" ? 1 : -1); }
  }

  // A question that another page hands over.
  fill(question) {
    openTab("Chat");
    this.text.value = question;
    setTimeout(() => this.text.focus(), 50);
  }
}

const placeOf = ({ dataset }) => ({
  document: dataset.document, page: Number(dataset.page), start: Number(dataset.start), end: Number(dataset.end),
  quote: dataset.quote, status: dataset.status, reason: dataset.reason, label: dataset.label,
});

const sign = (status) => (["exact", "normalised"].includes(status) ? "✓" : status === "approximate" ? "◐" : "✗");

const copy = async (button) => {
  const words = button.textContent;
  try {
    if (navigator.clipboard && window.isSecureContext) await navigator.clipboard.writeText(button.dataset.copy);
    else throw new Error("no clipboard");
  } catch {
    // Over plain HTTP from another machine browsers offer no clipboard; a selection still copies.
    const area = make("textarea", {});
    area.value = button.dataset.copy;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = words; }, 1500);
};
