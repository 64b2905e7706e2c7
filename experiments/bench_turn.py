"""What Leadline adds to a model's own time: a whole turn against the bare calls of the same model, over HTTP.

The model is the scripted server that speaks Ollama's protocol and answers at once, so that what is left is ours: the
search, the guards, the citations, the agent, the record. `python -m experiments.bench_turn` prints it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

QUESTIONS = (
    "Who was the chief scientist of HF31?",
    "How many profiling floats were deployed during ML09?",
    "Which moorings were recovered on HF31?",
    "What went wrong with the oxygen sensor of HF31?",
)


def rows(turns: int = 40) -> list[dict[str, Any]]:
    """One row for each measure: name, p50_ms and p95_ms in milliseconds, n.

    bare: the two calls that a turn makes of its model, made alone by the same client, prompts and all. turn: the whole
    turn, kept in a conversation. overhead: a turn less the bare calls beside it. processor: the same in processor time,
    which other programs on the machine do not lengthen. Then its parts as the turns report them.
    """
    from ollama import Client

    from assistant.assistant import Assistant
    from assistant.settings import load
    from corpora.encoder import SentenceEncoder
    from corpora.library import Library
    from corpora.samples import sample_files
    from ingest.pipeline import find_files, ingest
    from tests.servers.ollama import ScriptedOllama
    from tests.servers.ollama_models import Model

    with (
        tempfile.TemporaryDirectory() as folder,
        ScriptedOllama(models=[Model("scripted:1b")], responder=_reply) as server,
    ):
        home = Path(folder)
        library = Library(home, SentenceEncoder())
        list(ingest(library, find_files(sample_files())))
        assistant = Assistant(load(home=home, model="scripted:1b", ollama_host=server.url), library)
        client = Client(host=server.url, trust_env=False)
        made = assistant.conversations.create()
        for question in QUESTIONS:
            assistant.ask(question, conversation=made.id)
        measured: dict[str, list[float]] = {}
        for number in range(turns):
            server.requests.clear()
            begun, used = time.perf_counter(), time.process_time()
            turn = assistant.ask(QUESTIONS[number % len(QUESTIONS)], conversation=made.id)
            whole, whole_cpu = time.perf_counter() - begun, time.process_time() - used
            bodies = server.asked("/api/chat")
            used = time.process_time()
            bare = _timed(lambda bodies=bodies: _bare(client, bodies))  # type: ignore[misc]
            bare_cpu = time.process_time() - used
            for name, seconds in {
                "bare": bare,
                "turn": whole,
                "overhead": whole - bare,
                "processor": whole_cpu - bare_cpu,
                "search": turn.timings.search_s,
                "guards": turn.timings.guard_s,
            }.items():
                measured.setdefault(name, []).append(seconds)
        assistant.conversations.close()
        library.close()
    return [
        {"name": name, "p50_ms": _ms(statistics.median(all_)), "p95_ms": _ms(_quantile(all_, 0.95)), "n": len(all_)}
        for name, all_ in measured.items()
    ]


def _reply(path: str, body: dict[str, Any]) -> Any:
    from tests.servers.ollama import Reply

    if any(one["role"] == "tool" for one in body["messages"][-1:]):
        return Reply('"Dr Ilse Farrowmark" was the chief scientist [1]. Six profiling floats were deployed [1].')
    asked = next(one["content"] for one in reversed(body["messages"]) if one["role"] == "user")
    return Reply(tool_calls=[("search_documents", {"query": asked})])


def _bare(client: Any, bodies: list[dict[str, Any]]) -> None:
    """The same requests by the same client, streamed to their ends, with nothing done to what comes."""
    for body in bodies:
        for _ in client.chat(**body):
            pass


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def main() -> None:
    """Print the table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = rows(given.turns)
    if given.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for row in found:
        sys.stdout.write(f"{row['name']:10} p50 {row['p50_ms']:8.1f} ms   p95 {row['p95_ms']:8.1f} ms   n {row['n']}\n")


if __name__ == "__main__":
    main()
