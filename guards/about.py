"""What the page says about the embedded guard, in the words of its model card."""

from __future__ import annotations

from collections.abc import Iterable

from guards.verdict import Risk, Verdict

#: Shown beside the guard's badge. Figures are in guards/weights/README.md.
EMBEDDED_LIMITS = (
    "The embedded guard looks for known patterns of attack, harmful requests, secrets and personal data, and asks "
    "small trained heads. It misses attacks that are unlike what it was trained on, above all outside English, and it "
    "sometimes stops a harmless question. What keeps a hostile document from doing harm is not this detector: "
    "tools only read, arguments out of documents are refused, and no image or unknown link is ever shown."
)
#: Shown where a guard model through Ollama judged text of a language that it was not trained on.
LANGUAGE_LIMITS = "This guard model was not trained on the language of this text, so its verdict counts for less."


def flagged_passages(verdicts: Iterable[Verdict]) -> dict[int, str]:
    """For the label of each passage that was marked: what for, in words, from the risks that counted."""
    found: dict[int, dict[str, None]] = {}
    for verdict in verdicts:
        if verdict.stage == "context" and verdict.state in ("flag", "block") and verdict.label is not None:
            names = found.setdefault(verdict.label, {})
            if verdict.guard == "ingest":
                names.setdefault(verdict.reason.split(" holds ", 1)[-1].rstrip("."))
            else:
                names.update(dict.fromkeys(risk.name[0].lower() + risk.name[1:] for risk in _counting(verdict)))
    return {label: "; ".join(names) for label, names in sorted(found.items())}


def _counting(verdict: Verdict) -> list[Risk]:
    """The risks that were found, the general ones left out where a special one says more."""
    found = [risk for risk in verdict.risks if risk.score >= 0.5]
    return [one for one in found if not any(other.code.startswith(one.code + ".") for other in found)][:3]
