// Wires the parts up as they appear.
import { get } from "./api.js";
import { Chat } from "./chat.js";
import { $, make, whenThere } from "./dom.js";
import { Library } from "./library.js";
import { NetCDF } from "./netcdf.js";

document.documentElement.lang = "en";
let chat;

const showStatus = async () => {
  let again = 20_000;
  try {
    const status = await get("status");
    const line = $("#ll-status");
    if (line) {
      const answers = status.embedded ? "embedded model" : status.model;
      const shown = [
        make("span", { class: "ll-model", title: status.explained || "" }, "Answers: ", make("strong", {}, answers), status.embedded ? " (quotes, needs no server)" : ""),
        make("span", {}, "Guard: ", make("strong", {}, status.guards.join(", "))),
        make("span", {}, `${status.documents} document${status.documents === 1 ? "" : "s"}, ${status.pages} pages`),
        make("span", { class: status.local ? "ll-private" : "ll-flag", title: status.privacy },
          status.kind === "public" ? "Public demo: upload nothing private." : status.kind === "users" ? "Your documents are your own." : status.local ? "Everything stays on this machine." : `⚠ Text is sent to ${status.model}.`),
      ];
      if (!status.ready) shown.push(make("span", { class: "ll-busy" }, "getting ready: the first question waits"));
      if (status.note) shown.push(make("span", { class: "ll-flag" }, status.note));
      if (status.owner) shown.push(make("span", {}, status.owner, " ", make("button", { type: "button", class: "ll-mini-text", onclick: async () => { await fetch("logout", { method: "POST", redirect: "manual" }); location.reload(); } }, "Log out")));
      const key = shown.map((part) => part.textContent).join("|");
      if (line.dataset.key !== key) { line.dataset.key = key; line.replaceChildren(...shown); }
    }
    if ($("#ll-privacy")) { $("#ll-privacy").textContent = status.privacy; $("#ll-explained").textContent = status.explained.replaceAll("`", ""); }
    if (!status.ready) again = 700;
  } catch { again = 3000; }
  setTimeout(showStatus, again);
};

// The panes fill what the head leaves of the window.
const fit = () => {
  const pane = [$("#ll-desk"), $("#ll-library")].find((one) => one && one.offsetParent);
  if (pane) document.documentElement.style.setProperty("--ll-top", `${Math.round(pane.getBoundingClientRect().top + scrollY)}px`);
};
addEventListener("resize", fit);
document.addEventListener("click", (event) => { if (event.target.closest('[role="tab"]')) requestAnimationFrame(fit); });

whenThere("#ll-status", (line) => { new ResizeObserver(fit).observe(line); showStatus(); });
whenThere("#ll-desk", (desk) => { chat = new Chat(desk); fit(); });
whenThere("#ll-library", (root) => new Library(root, { limitTo: (...what) => chat.limitTo(...what), set names(names) { chat.names = names; } }));
whenThere("#ll-netcdf-pane", (root) => new NetCDF(root, chat));

// Results of any page can be sent to the chat.
document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest("button.ll-send");
  if (button && chat) chat.fill(button.dataset.question);
});
