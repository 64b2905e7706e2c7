"""How well does the embedded guard tell? `python -m experiments.guards --data ../shared/data/guards/dev.jsonl`.

For each set: AUROC, recall at 1 % and 5 % false positives and at the shipped threshold, with 95 % bootstrap intervals;
false positives on every benign set; and how long a 200-word text takes. Positives of a task are set against benign
texts of the same set where it has them, else against the benign texts of all sets, and the table says which.

The thresholds were frozen on the training data. Public sets may be known to models that were trained on the web; the
embedded guard has seen only what its model card lists.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from experiments.stats import Interval

#: Which risks speak for a task: the highest score of these families is the score of a text.
FAMILIES = {
    "jailbreak": ("jailbreak", "injection", "encoded"),
    "harm": ("harm",),
    "injection": ("injection", "encoded"),
}
_RESAMPLES = 1000


@dataclass(frozen=True)
class Case:
    """One text: `label` 1 means attack or harmful, `task` is jailbreak, harm, injection or benign."""

    text: str
    label: int
    task: str
    set: str


@dataclass(frozen=True)
class Result:
    """The figures of one set. `against` says where its benign texts come from."""

    set: str
    task: str
    positives: int
    negatives: int
    against: str
    auroc: Interval
    recall_at_1: Interval
    recall_at_5: Interval
    recall: Interval


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Probability that a positive scores above a negative, ties counting half (Mann and Whitney's U).

    >>> auroc([0.9, 0.4], [0.4, 0.1])
    0.875
    """
    ranked = sorted([(score, 1) for score in positive] + [(score, 0) for score in negative])
    total, place = 0.0, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        mean_rank = (place + 1 + end) / 2
        total += mean_rank * sum(label for _, label in ranked[place:end])
        place = end
    n = len(positive)
    return (total - n * (n + 1) / 2) / (n * len(negative))


def recall_at(positive: Sequence[float], negative: Sequence[float], share: float) -> float:
    """Share of positives above the threshold that lets at most `share` of the negatives through.

    >>> recall_at([0.9, 0.6, 0.2], [0.5] + [0.1] * 99, 0.01)
    1.0
    """
    allowed = int(share * len(negative))
    threshold = sorted(negative, reverse=True)[allowed] if allowed < len(negative) else float("-inf")
    return sum(score > threshold for score in positive) / len(positive)


def bootstrap(
    positive: Sequence[float],
    negative: Sequence[float],
    figure: Callable[[Sequence[float], Sequence[float]], float],
    *,
    resamples: int = _RESAMPLES,
    seed: int = 7,
) -> Interval:
    """A figure and its 95 % percentile interval over resamples of both sides."""
    pick = random.Random(seed)
    drawn = sorted(
        figure(pick.choices(positive, k=len(positive)), pick.choices(negative, k=len(negative)))
        for _ in range(resamples)
    )
    return Interval(
        figure(positive, negative), drawn[int(0.025 * resamples)], drawn[min(resamples - 1, int(0.975 * resamples))]
    )


def read_cases(path: Path) -> list[Case]:
    """The cases of a file of JSON lines."""
    lines = path.read_text(encoding="utf-8").strip().split("\n")
    rows = [json.loads(line) for line in lines]
    return [Case(row["text"], int(row["label"]), row["task"], row["set"]) for row in rows]


def held_out_questions() -> list[Case]:
    """Questions that researchers ask, with words like "kill" in innocent senses; none was trained on."""
    path = Path(__file__).resolve().parent.parent / "guards" / "data" / "benign_questions.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").strip().split("\n")]
    return [Case(row["text"], 0, "benign", "own-questions") for row in rows if row["part"] == "held_out"]


def held_out_documents() -> list[Case]:
    """Sentences of documents, ordinary ones and ones that instruct a language model; none was trained on."""
    path = Path(__file__).resolve().parent.parent / "guards" / "data" / "document_sentences.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").strip().split("\n")]
    return [Case(row["text"], row["label"], "injection", "own-documents") for row in rows if row["part"] == "held_out"]


def stage_of(case: Case) -> Literal["input", "context"]:
    """Where a text is judged: what stands in documents as a passage, everything else as a question."""
    return "context" if case.task == "injection" else "input"


def task_score(risks: Iterable[Any], task: str) -> float:
    """The highest score of the risks that speak for a task."""
    families = FAMILIES[task]
    return max((one.score for one in risks if one.code.split(".")[0] in families), default=0.0)


def results(
    cases: Sequence[Case], scores: Mapping[str, Sequence[float]], *, resamples: int = _RESAMPLES
) -> list[Result]:
    """The figures of every set with positives; `scores` holds one score a case for each task."""
    made = []
    for name, task in sorted({(case.set, case.task) for case in cases if case.label}):
        values = scores[task]
        positive = [v for v, case in zip(values, cases, strict=True) if case.label and case.set == name]
        own = [v for v, case in zip(values, cases, strict=True) if not case.label and case.set == name]
        others = [
            v for v, case in zip(values, cases, strict=True) if not case.label and case.task in ("jailbreak", "benign")
        ]
        negative = own or others
        made.append(
            Result(
                name,
                task,
                len(positive),
                len(negative),
                "its own" if own else "benign requests of all sets",
                bootstrap(positive, negative, auroc, resamples=resamples),
                bootstrap(positive, negative, lambda p, n: recall_at(p, n, 0.01), resamples=resamples),
                bootstrap(positive, negative, lambda p, n: recall_at(p, n, 0.05), resamples=resamples),
                bootstrap(positive, negative, lambda p, _: sum(v >= 0.5 for v in p) / len(p), resamples=resamples),
            )
        )
    return made


def pooled(
    cases: Sequence[Case], scores: Mapping[str, Sequence[float]], *, resamples: int = _RESAMPLES
) -> list[Result]:
    """All positives of a task against all benign texts that fit it: for jailbreak those of no harm set."""
    made = []
    for task in ("jailbreak", "harm"):
        values = list(zip(scores[task], cases, strict=True))
        positive = [v for v, case in values if case.label and case.task == task]
        fitting = ("jailbreak", "benign", "harm") if task == "harm" else ("jailbreak", "benign")
        negative = [v for v, case in values if not case.label and case.task in fitting]
        if positive and negative:
            figures: list[Callable[[Sequence[float], Sequence[float]], float]] = [
                auroc,
                lambda p, n: recall_at(p, n, 0.01),
                lambda p, n: recall_at(p, n, 0.05),
            ]
            whole, at_1, at_5 = (bootstrap(positive, negative, one, resamples=resamples) for one in figures)
            hit = bootstrap(positive, negative, lambda p, _: sum(v >= 0.5 for v in p) / len(p), resamples=resamples)
            made.append(Result("all", task, len(positive), len(negative), "all benign", whole, at_1, at_5, hit))
    return made


def false_positives(cases: Sequence[Case], states: Sequence[str]) -> dict[str, tuple[int, int]]:
    """For each set with benign texts: how many were blocked or flagged, of how many."""
    counted: dict[str, tuple[int, int]] = {}
    for case, state in zip(cases, states, strict=True):
        if not case.label:
            wrong, total = counted.get(case.set, (0, 0))
            counted[case.set] = (wrong + (state != "allow"), total + 1)
    return counted


def timed(judge: Callable[[str], Any], texts: Sequence[str]) -> tuple[float, float]:
    """Milliseconds that a text takes: the median and the 95th percentile, after a warm-up."""
    for text in texts[:5]:
        judge(text)
    taken = []
    for text in texts:
        began = time.perf_counter()
        judge(text)
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken), sorted(taken)[int(0.95 * (len(taken) - 1))]


def two_hundred_words(cases: Sequence[Case], count: int = 100) -> list[str]:
    """Texts of exactly 200 words, put together from the cases in order."""
    words = " ".join(case.text for case in cases).split()
    return [" ".join(words[start : start + 200]) for start in range(0, min(len(words) - 200, 200 * count), 200)]


def a_turn(screen: Any, cases: Sequence[Case], passages: int = 8) -> Callable[[str], None]:
    """What one turn has the screen judge: the question, a tool's arguments, eight passages of 120 words, an answer."""
    ordinary = [case.text for case in cases if not case.label and case.task == "injection"] or ["The CTD was lowered."]
    words = " ".join(ordinary * 40).split()
    pieces = [" ".join(words[120 * place : 120 * place + 120]) for place in range(passages)]
    answer = " ".join(words[:100])

    def judge(question: str) -> None:
        screen.screen("input", question)
        screen.screen("tool", question, question=question)
        for piece in pieces:
            screen.screen("context", piece, question=question)
        screen.screen("output", answer, question=question, context=pieces)

    return judge


def encoder_of_the_library() -> Callable[[list[str]], Any]:
    """The project's sentence encoder, loaded on first use."""
    from corpora.encoder import SentenceEncoder

    encoder = SentenceEncoder()
    return lambda texts: encoder.encode(texts)


def measured(
    cases: Sequence[Case], encoder: Callable[[list[str]], Any] | None, weights: Path | None = None
) -> dict[str, Any]:
    """Everything that the report prints, as plain data; `weights` in place of the shipped ones."""
    from guards import Screen
    from guards.embedded import EmbeddedGuard
    from guards.heads import read_heads

    other = {"embedded": EmbeddedGuard(encoder, heads=read_heads(weights))} if weights else None
    screen = Screen(encoder=encoder, guards=other)
    verdicts = [screen.screen(stage_of(case), case.text)[0] for case in cases]
    scores = {task: [task_score(one.risks, task) for one in verdicts] for task in FAMILIES}
    ordinary = two_hundred_words([case for case in cases if not case.label])
    hostile = two_hundred_words([case for case in cases if case.label], 50)
    median, high = timed(lambda text: screen.screen("input", text), ordinary)
    attack_median, _ = timed(lambda text: screen.screen("input", text), hostile)
    asked = [case.text for case in cases if case.set == "own-questions"] or ordinary
    turn_median, turn_high = timed(a_turn(screen, cases), asked[:60])
    return {
        "model": verdicts[0].model,
        "cases": len(cases),
        "sets": [asdict(one) for one in results(cases, scores)],
        "pooled": [asdict(one) for one in pooled(cases, scores)],
        "false_positives": false_positives(cases, [one.state for one in verdicts]),
        "errors": sum(one.state == "error" for one in verdicts),
        "p50_ms": median,
        "p95_ms": high,
        "p50_attack_ms": attack_median,
        "turn_p50_ms": turn_median,
        "turn_p95_ms": turn_high,
    }


def report(figures: dict[str, Any]) -> str:
    """The figures as Markdown tables."""
    lines = [
        f"Guard: {figures['model']}; {figures['cases']} texts, {figures['errors']} errors; "
        f"200 benign words take {figures['p50_ms']:.1f} ms (median), {figures['p95_ms']:.1f} ms (95th percentile); "
        f"200 words of attacks {figures['p50_attack_ms']:.1f} ms (median).",
        f"Screening a turn (question, tool call, eight passages of 120 words, answer of 100 words) takes "
        f"{figures['turn_p50_ms']:.1f} ms (median), {figures['turn_p95_ms']:.1f} ms (95th percentile).",
        "",
        "| set | task | n attack / benign | benign from | AUROC | recall at 1 % FP | recall at 5 % FP "
        "| recall as shipped |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in [*figures["sets"], *figures["pooled"]]:
        shown = [str(Interval(**row[name])) for name in ("auroc", "recall_at_1", "recall_at_5", "recall")]
        lines.append(
            f"| {row['set']} | {row['task']} | {row['positives']} / {row['negatives']} | {row['against']} | "
            + " | ".join(shown)
            + " |"
        )
    lines += ["", "| benign set | blocked or flagged | share |", "|---|---|---|"]
    for name, (wrong, total) in sorted(figures["false_positives"].items()):
        lines.append(f"| {name} | {wrong} of {total} | {100 * wrong / total:.1f} % |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="dev.jsonl: text, label, task, set")
    parser.add_argument("--no-encoder", action="store_true", help="the deterministic part and the n-gram heads alone")
    parser.add_argument("--weights", type=Path, help="other weights than the shipped ones, as guards.train writes them")
    parser.add_argument("--sets", default="", help="only these sets, separated by commas")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)
    cases = [*read_cases(options.data), *held_out_questions(), *held_out_documents()]
    wanted = {one.strip() for one in options.sets.split(",") if one.strip()}
    cases = [case for case in cases if not wanted or case.set in wanted]
    encoder = None if options.no_encoder else encoder_of_the_library()
    figures = measured(cases, encoder, options.weights)
    sys.stdout.write(json.dumps(figures, indent=1) if options.json else report(figures))
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
