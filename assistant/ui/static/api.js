// Requests to the server. A failure carries what happened and what mends it.
export class Problem extends Error {
  constructor(message, mend = "", status = 0) {
    super(message);
    this.mend = mend;
    this.status = status;
  }
}

const failed = async (answer) => {
  let told = {};
  try { told = await answer.json(); } catch { /* no JSON: the status has to do */ }
  if (answer.status === 401) location.reload();
  return new Problem(told.message || `The server answered ${answer.status}.`, told.mend || "", answer.status);
};

export const ask = async (path, options = {}) => {
  let answer;
  try {
    answer = await fetch(`ll/${path}`, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("The server does not answer.", "See that Leadline is still running, then try again.");
  }
  if (!answer.ok) throw await failed(answer);
  return answer;
};

export const get = async (path) => (await ask(path)).json();

export const send = async (path, said = {}, method = "POST") =>
  (await ask(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) })).json();

export const remove = async (path) => (await ask(path, { method: "DELETE" })).json();

// One JSON value for each line of an answer, as they come.
export async function* lines(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    held += value;
    const parts = held.split("\n");
    held = parts.pop();
    for (const part of parts) if (part) yield JSON.parse(part);
  }
}

// A file goes up as it is, with its progress: fetch has none for uploads.
export const put = (path, file, progress = () => {}) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open("PUT", `ll/${path}`);
  request.upload.onprogress = (event) => progress(event.loaded, event.total);
  request.onload = () => {
    let told = {};
    try { told = JSON.parse(request.responseText); } catch { /* the status has to do */ }
    if (request.status < 300) resolve(told);
    else reject(new Problem(told.message || `The server answered ${request.status}.`, told.mend || "", request.status));
  };
  request.onerror = () => reject(new Problem("The upload broke off.", "See that Leadline is running, then try again."));
  request.send(file);
});
