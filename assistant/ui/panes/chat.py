"""The chat: conversations on the left, the exchange in the middle, the cited page on the right."""

from __future__ import annotations

from html import escape

#: What each question of the first run shows, and the question.
EXAMPLES = (
    ("A single fact", "Who was the chief scientist of HF31?"),
    ("A comparison", "Compare the number of profiling floats of HF31 and ML09."),
    ("A list", "Which moorings were recovered on HF31?"),
    ("A calculation", "What is 1000 dbar in m at 60N?"),
    ("Not in the documents", "What is the call sign of RV Marrow Light?"),
    ("A data file", "Check the file sample-cast.nc: what is wrong with it?"),
)
_EXAMPLES = "".join(
    f'<li><button type="button" class="ll-example" disabled data-question="{escape(question, quote=True)}">'
    f"<small>{escape(kind)}</small> {escape(question)}</button></li>"
    for kind, question in EXAMPLES
)
VIEWER = """
<div class="ll-viewer" id="{id}">
  <div class="ll-viewer-head">
    <p class="ll-viewer-title" data-part="title"></p>
    <p class="ll-where" data-part="where"></p>
  </div>
  <div class="ll-viewer-bar" role="toolbar" aria-label="Page shown" hidden>
    <button type="button" data-do="previous" aria-label="Previous page" title="Previous page">‹</button>
    <label class="ll-jump"><span class="ll-unseen">Page</span><input type="number" min="1" inputmode="numeric"
      data-part="number" aria-label="Go to page"> <span data-part="of"></span></label>
    <button type="button" data-do="next" aria-label="Next page" title="Next page">›</button>
    <span class="ll-gap"></span>
    <button type="button" data-do="smaller" aria-label="Zoom out" title="Zoom out">−</button>
    <output data-part="zoom" aria-label="Zoom">100 %</output>
    <button type="button" data-do="larger" aria-label="Zoom in" title="Zoom in">+</button>
    <button type="button" data-do="back" hidden>Back to the quotation</button>
  </div>
  <blockquote class="ll-quote" data-part="quote" hidden></blockquote>
  <p class="ll-note" data-part="note" role="status" hidden></p>
  <div class="ll-sheet" data-part="sheet" tabindex="0" role="region" aria-label="Cited page"></div>
</div>
"""
SHELL = f"""
<div class="ll-desk" id="ll-desk">
  <nav class="ll-left" id="ll-left" aria-label="Conversations">
    <div class="ll-pane-head"><h2>Conversations</h2>
      <button type="button" class="ll-close" data-drawer="left" aria-label="Close the conversations">×</button></div>
    <button type="button" id="ll-new" class="ll-strong">New conversation</button>
    <label class="ll-unseen" for="ll-find">Search in conversations</label>
    <input id="ll-find" type="search" placeholder="Search in conversations">
    <ul id="ll-conversations" class="ll-list"></ul>
  </nav>
  <section class="ll-middle" id="ll-middle" aria-label="Chat">
    <div class="ll-pane-head ll-chat-head">
      <button type="button" class="ll-drawer" data-drawer="left" aria-expanded="false" aria-controls="ll-left">
        Conversations</button>
      <h2 id="ll-title">New conversation</h2>
      <label class="ll-unseen" for="ll-export">Export this conversation</label>
      <select id="ll-export" hidden><option value="">Export …</option><option value="markdown">Markdown with
        references</option><option value="json">JSON</option><option value="bibtex">BibTeX of the documents cited
        </option><option value="csl">CSL-JSON of the documents cited</option></select>
      <button type="button" class="ll-drawer" data-drawer="right" aria-expanded="false" aria-controls="ll-right">
        Evidence</button>
    </div>
    <div id="ll-log" class="ll-log" role="log" aria-label="Questions and answers" tabindex="0">
      <div id="ll-welcome" class="ll-welcome">
        <h2>Ask your documents</h2>
        <p>Every sentence of an answer is a checked quotation, a tool's result with its working, or marked as
          neither. Choose a number in an answer to see the page with the words marked.</p>
        <p id="ll-explained" class="ll-hint"></p>
        <h3>Try one of these on the sample documents</h3>
        <ul class="ll-examples">{_EXAMPLES}</ul>
        <p id="ll-privacy" class="ll-hint"></p>
      </div>
      <div id="ll-turns"></div>
      <div id="ll-live" aria-live="polite"></div>
    </div>
    <form id="ll-form" class="ll-form" autocomplete="off">
      <details id="ll-scope" class="ll-scope"><summary><span id="ll-scope-words">Answers from all documents</span>
        </summary><div id="ll-scope-list" class="ll-scope-list"></div></details>
      <div class="ll-ask-row">
        <div id="ll-question"><label class="ll-unseen" for="ll-question-text">Your question</label>
          <textarea id="ll-question-text" rows="2" maxlength="20000"
            placeholder="Ask a question about your documents"></textarea></div>
        <button type="submit" id="ll-ask" class="ll-strong" disabled>Ask</button>
        <button type="button" id="ll-stop" disabled>Stop</button>
      </div>
      <p class="ll-keys"><kbd>/</kbd> question <kbd>n</kbd> <kbd>p</kbd> next and previous citation
        <kbd>Esc</kbd> stop</p>
    </form>
  </section>
  <aside class="ll-right" id="ll-right" aria-label="Evidence">
    <div class="ll-pane-head"><h2>Evidence</h2>
      <button type="button" class="ll-close" data-drawer="right" aria-label="Close the evidence">×</button></div>
    <details id="ll-citations" class="ll-citations" hidden><summary>Citations of this answer</summary>
      <ol class="ll-list"></ol></details>
    <p class="ll-empty" id="ll-evidence-empty">Choose a number in an answer to see the page that it quotes, with the
      words marked.</p>
    <div id="ll-evidence">{VIEWER.format(id="ll-evidence-viewer")}</div>
  </aside>
</div>
<div id="ll-tip" class="ll-tip" role="tooltip" hidden></div>
"""
