// Choosing a citation: its name goes into a hidden field, whose change asks the server for the page.
(() => {
  const choose = (button) => {
    document.querySelectorAll("button.ll-cite[aria-pressed]").forEach((b) => b.removeAttribute("aria-pressed"));
    button.setAttribute("aria-pressed", "true");
    const field = document.querySelector("#ll-chosen textarea, #ll-chosen input");
    if (!field) return;
    // The same citation chosen twice is still a change.
    field.value = `${button.dataset.cite}#${Date.now()}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button.ll-cite");
    if (button) choose(button);
    const copy = event.target.closest && event.target.closest("button.ll-copy");
    if (copy) {
      const done = () => { copy.textContent = "Copied"; setTimeout(() => { copy.textContent = "Copy with references"; }, 1500); };
      if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(copy.dataset.copy).then(done);
      else {
        // Over plain HTTP from another machine browsers offer no clipboard; a selection still copies.
        const area = document.createElement("textarea");
        area.value = copy.dataset.copy; document.body.append(area); area.select();
        document.execCommand("copy"); area.remove(); done();
      }
    }
  });
  // When a page arrives, its first mark is brought into view inside the evidence column only.
  const seen = new WeakSet();
  new MutationObserver(() => {
    const mark = document.querySelector(".ll-evidence .ll-mark");
    if (!mark || seen.has(mark)) return;
    seen.add(mark);
    const box = mark.closest(".ll-evidence-box");
    if (!box) return;
    const place = () => {
      const top = mark.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
      box.scrollTop = Math.max(0, top - box.clientHeight / 3);
    };
    requestAnimationFrame(place);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
