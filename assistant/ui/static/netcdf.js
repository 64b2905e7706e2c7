// NetCDF files come in, and a report on each comes out.
import { get, put, send } from "./api.js";
import { $, count, make, problem } from "./dom.js";
import { dropZone } from "./library.js";

const SIGNS = { clean: "✓", recommendations: "○", suspicious: "⚠", violations: "✗", unreadable: "✗", incomplete: "…" };

export class NetCDF {
  constructor(root, chat) {
    this.root = root;
    this.chat = chat;
    dropZone($("#ll-netcdf", root), (files) => this.add(files));
    $("#ll-data-check", root).addEventListener("click", () => { const name = $("#ll-data-files", root).value; if (name) this.check(name); });
    $("#ll-data-remote", root).addEventListener("submit", (event) => { event.preventDefault(); this.check($("#ll-data-address", root).value.trim()); });
    this.list();
  }

  async list(chosen = "") {
    const select = $("#ll-data-files", this.root);
    try {
      const names = await get("data");
      select.replaceChildren(...(names.length ? names.map((name) => make("option", { value: name }, name)) : [make("option", { value: "" }, "none yet")]));
      if (chosen) select.value = chosen;
    } catch (error) { $("#ll-netcdf-report", this.root).replaceChildren(problem(error)); }
  }

  async add(files) {
    for (const file of files) {
      const row = this.row(file.name, "sending");
      try {
        const { name } = await put(`data?name=${encodeURIComponent(file.name)}`, file);
        await this.list(name);
        await this.check(name, row);
      } catch (error) { row.replaceChildren(make("h3", {}, file.name), problem(error)); }
    }
  }

  row(name, state) {
    const row = make("section", { class: "ll-result ll-report" }, make("h3", {}, name), make("p", { role: "status" }, `… ${state}`));
    $("#ll-netcdf-report", this.root).prepend(row);
    return row;
  }

  async check(name, row = this.row(name, "")) {
    const started = Date.now();
    const line = $("p", row);
    const tick = setInterval(() => { line.textContent = `… checking, ${Math.round((Date.now() - started) / 1000)} s (at most 60)`; }, 250);
    try {
      const found = await send("data/check", { name });
      const page = found.reports.find((one) => one.endsWith(".html"));
      const counts = Object.entries(found.counts).map(([level, number]) => (level === "suspicious" ? `${number} suspicious` : count(number, level))).join(", ");
      row.replaceChildren(
        make("h3", {}, name),
        make("p", {}, make("strong", {}, `${SIGNS[found.verdict] || ""} ${found.verdict}`), ` ${found.summary}`),
        counts ? make("p", { class: "ll-hint" }, counts) : "",
        make("p", { class: "ll-actions" },
          /^\w+:\/\//.test(name) ? null : make("button", { type: "button", class: "ll-send", "data-question": `Check the file ${name}: what is wrong with it?` }, "Send to the chat"),
          ...found.reports.map((one) => make("a", { href: `ll/reports/${encodeURIComponent(one)}`, target: "_blank", rel: "noopener", class: "ll-button" }, `${one.includes("_methods") ? "methods paragraph" : one.includes("_checklist") ? "checklist" : "report"} .${one.split(".").pop()}`))),
        page ? make("iframe", { class: "ll-frame", sandbox: "", title: `Report on ${name}`, src: `ll/reports/${encodeURIComponent(page)}` }) : "");
    } catch (error) {
      row.replaceChildren(make("h3", {}, name), problem(error));
    } finally { clearInterval(tick); }
  }
}
