"""What the page says about the embedded guard, in the words of its model card."""

from __future__ import annotations

#: Shown beside the guard's badge. Figures are in guards/weights/README.md.
EMBEDDED_LIMITS = (
    "The embedded guard looks for known patterns of attack, harmful requests, secrets and personal data, and asks "
    "small trained heads. It misses attacks that are unlike what it was trained on, above all outside English, and it "
    "sometimes stops a harmless question. What keeps a hostile document from doing harm is not this detector: "
    "tools only read, arguments out of documents are refused, and no image or unknown link is ever shown."
)
#: Shown where a guard model through Ollama judged text of a language that it was not trained on.
LANGUAGE_LIMITS = "This guard model was not trained on the language of this text, so its verdict counts for less."
