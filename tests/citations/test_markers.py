"""The markers of a streamed answer, cut anywhere."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.citations.markers import Marker, MarkerParser, Text, parse_labels, parse_markers

ANSWER = (
    "# Depth [1]\nThe cast reached 4400 m [1][2], **salty**【3】 and cold [1, 4-6].\n"
    "- see [Passage 2], `code [7]` and [a link [8]](http://x.y/[9]) and [1](http://z)\n"
    "```python\nx = y[1]  # [2]\n```\n| a | b [5] |\n|---|---|\n| c [3;4] | ~~d~~ |\n"
    "\\[6] escaped, [x] task, [2021] year, [^7] note, 【8†L1-L2】, half [9"
)


def merged(events):
    out = []
    for event in events:
        if isinstance(event, Text) and out and isinstance(out[-1], Text):
            out[-1] = Text(out[-1].text + event.text, out[-1].start)
        else:
            out.append(event)
    return out


def streamed(chunks):
    parser = MarkerParser()
    events = []
    for chunk in chunks:
        events += parser.feed(chunk)
    return merged(events + parser.close())


def labels(answer):
    return [event.labels for event in parse_markers(answer) if isinstance(event, Marker)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("a [1] b", [(1,)]),
        ("a [1][2] b", [(1,), (2,)]),
        ("a [1, 2] b", [(1, 2)]),
        ("a [1,2;3] b", [(1, 2, 3)]),
        ("a [2-4] b", [(2, 3, 4)]),
        ("a [2–4] b", [(2, 3, 4)]),
        ("a 【1】 b", [(1,)]),
        ("a 【1†source】 b", [(1,)]),
        ("a [ 1 ] b", [(1,)]),
        ("a [^1] b", [(1,)]),
        ("a [Passage 3] b", [(3,)]),
        ("a [[2]] b", [(2,)]),
        ("# Heading [1]", [(1,)]),
        ("| cell [1] | [2] |", [(1,), (2,)]),
        ("a [1] (see below)", [(1,)]),
        ("as in [2]: deep", [(2,)]),
        ("a [99] b", [(99,)]),
        ("a `[1]` b [2]", [(2,)]),
        ("a ``[1] ` [2]`` b [3]", [(3,)]),
        ("```\n[1]\n```\n[2]", [(2,)]),
        ("~~~\n[1]\n~~~\n[2]", [(2,)]),
        ("````\n[1]\n```\n[2]\n````\n[3]", [(3,)]),
        ("it's ~5 m [1]", [(1,)]),
        ("a lone ` tick [1]\nnext line [2]", [(2,)]),
        ("a [1](http://x) b", []),
        ("[1]: http://x", []),
        ("a \\[1] b", []),
        ("a [x] [ ] [] b", []),
        ("a [2021] b", []),
        ("a [0] [-1] [4-2] [1-100] b", []),
        ("a [1", []),
        ("a [1\n] b", []),
        ("a [²] [١] b", []),
        ("a [1" + "," * 60 + "1] b", []),
    ],
)
def test_markers_are_told_from_text(answer, expected):
    assert labels(answer) == expected


@pytest.mark.parametrize("answer", [ANSWER, "[1][2][3", "``[1]``", "[[[[[1]]]]]"])
def test_nothing_of_the_answer_is_lost_and_every_place_is_right(answer):
    events = parse_markers(answer)
    assert "".join(e.text if isinstance(e, Text) else e.raw for e in events) == answer
    for event in events:
        written = event.text if isinstance(event, Text) else event.raw
        assert answer[event.start : event.start + len(written)] == written


def test_the_result_is_the_same_wherever_the_stream_is_cut():
    whole = streamed([ANSWER])
    for cut in range(len(ANSWER) + 1):
        assert streamed([ANSWER[:cut], ANSWER[cut:]]) == whole
    assert streamed(list(ANSWER)) == whole


def test_the_result_is_the_same_for_a_thousand_random_cuts():
    rng = random.Random(7)
    whole = streamed([ANSWER])
    for _ in range(1000):
        cuts = sorted(rng.sample(range(len(ANSWER)), rng.randint(1, 40)))
        pieces = [ANSWER[a:b] for a, b in zip([0, *cuts], [*cuts, len(ANSWER)], strict=True)]
        assert streamed(pieces) == whole


@given(st.text(alphabet="[]【】1,2-` \n\\(:~a†", max_size=60), st.data())
@settings(max_examples=300, deadline=None)
def test_any_text_streams_to_the_same_events(answer, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=6)))
    pieces = [answer[a:b] for a, b in zip([0, *cuts], [*cuts, len(answer)], strict=True)]
    assert streamed(pieces) == merged(parse_markers(answer))


def test_at_most_a_marker_is_held_back():
    parser = MarkerParser()
    sent = 0
    for count, character in enumerate("x [" + "1" * 500, 1):
        sent += sum(len(event.text) for event in parser.feed(character))
        assert count - sent < 50


def test_labels_are_small_numbers_without_repetition():
    assert parse_labels("3, 1, 3") == (3, 1)
    assert parse_labels("1000") == ()
    assert parse_labels("") == ()
