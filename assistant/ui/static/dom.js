// Small helpers. Text from outside only ever becomes text.
export const $ = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

export const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "class") element.className = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

// HTML that the server has made and escaped.
export const markup = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
};

// Calls `then` once with an element, when it is there: Gradio builds its parts when it likes.
export const whenThere = (selector, then) => {
  const found = $(selector);
  if (found) { then(found); return; }
  const observer = new MutationObserver(() => {
    const late = $(selector);
    if (late) { observer.disconnect(); then(late); }
  });
  observer.observe(document.documentElement, { childList: true, subtree: true });
};

export const size = (bytes) => {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 2 ** 20) return `${(bytes / 1024).toFixed(0)} KiB`;
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`;
};

export const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;

export const problem = (error) => make("p", { class: "ll-problem", role: "alert" },
  make("strong", {}, error.message), error.mend ? make("span", { class: "ll-mend" }, ` ${error.mend}`) : null);

// Switches to a tab by the name on it.
export const openTab = (name) => {
  // On a small screen the last tabs are in a menu, as plain buttons.
  const tab = all('#ll-tabs > .tab-wrapper [role="tab"], #ll-tabs > .tab-wrapper .overflow-dropdown button')
    .find((button) => button.textContent.trim() === name);
  if (tab) tab.click();
};
