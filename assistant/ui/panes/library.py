"""The library: files come in, documents are found, sorted, collected, opened, removed."""

from __future__ import annotations

from assistant.ui.panes.chat import VIEWER

SHELL = f"""
<div class="ll-library" id="ll-library">
  <section class="ll-library-main" aria-label="Documents">
    <div id="ll-upload" class="ll-drop">
      <p><strong>Drop files or a folder here</strong>, or
        <label class="ll-file">choose files<input type="file" multiple aria-label="Choose files"></label> or
        <label class="ll-file">a folder<input type="file" webkitdirectory multiple aria-label="Choose a folder">
        </label></p>
      <p class="ll-hint" id="ll-kinds">Each file is copied, read and indexed.</p>
    </div>
    <div id="ll-outcome" aria-live="polite"></div>
    <div class="ll-tools">
      <label>Find <input id="ll-find-document" type="search" placeholder="in titles and texts"></label>
      <label>Sort by <select id="ll-sort"><option value="title">title</option><option value="added_at">newest</option>
        <option value="year">year</option><option value="pages">pages</option><option value="bytes">size</option>
        <option value="file">file name</option></select></label>
      <label>Collection <select id="ll-collection"><option value="">all documents</option></select></label>
    </div>
    <div class="ll-selected" id="ll-selected" hidden role="toolbar" aria-label="Selected documents">
      <span data-part="count"></span>
      <button type="button" data-do="ask">Ask these only</button>
      <span class="ll-collect"><input type="text" maxlength="60" aria-label="Name of the collection"
        placeholder="collection" list="ll-collection-names"><button type="button" data-do="collect">Add to it</button>
        <button type="button" data-do="uncollect">Take out of it</button></span>
      <button type="button" data-do="reread">Read again with OCR</button>
      <button type="button" data-do="remove">Remove</button>
      <datalist id="ll-collection-names"></datalist>
    </div>
    <div id="ll-documents" aria-live="polite"></div>
    <p class="ll-hint" id="ll-storage"></p>
    <div id="ll-found"></div>
  </section>
  <aside class="ll-reader" id="ll-reader" aria-label="Document" >
    <p class="ll-empty" id="ll-reader-empty">Open a document to read it here, at any page.</p>
    {VIEWER.format(id="ll-reader-viewer")}
  </aside>
</div>
"""
