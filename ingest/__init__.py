"""From a file to pages, spans and chunks, and from there into a library."""
