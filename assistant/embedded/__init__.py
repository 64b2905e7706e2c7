"""The embedded chat model: it plans searches and answers in the documents' own sentences, with no server."""
