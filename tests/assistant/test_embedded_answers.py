"""What the embedded model makes of a question and of a page: kinds, parts, rows, conditions, differences, denials."""

from __future__ import annotations

import pytest

from assistant.embedded import sums, tables
from assistant.embedded.asked import Asked, is_list, parts_of
from assistant.embedded.compose import compose
from assistant.embedded.conditions import condition, excluded
from assistant.embedded.kinds import KINDS
from assistant.embedded.refusing import unknown_names
from assistant.embedded.units import Unit, clauses, units_of
from assistant.passages import PassageBook
from corpora.library import Library
from corpora.query import parse
from corpora.search import search

HEAD = (
    "Table 4: CTD station data. Station Date Time Surf. Temperature Surf. Salinity Chl-a Cast Depth [degC] [Volts] [m]"
)
ROWS = (
    "S275-001-CTD 2017-09-29 10:22 27.8 35.47 2.70 838",
    "S275-003-CTD 2017-09-30 11:02 28.0 35.25 2.44 988",
    "S275-004-RBR 2017-09-30 17:53 27.9 35.15 2.68 1200",
    "S275-042-CTD 2017-10-30 09:32 20.0 35.78 3.79 1931",
)


def asked(samples: Library, question: str) -> Asked:
    return Asked.of(parse(question), samples, set())


def test_what_a_question_says_in_brackets_weighs_half(samples: Library) -> None:
    plain, aside = asked(samples, "the second unused salinometer"), asked(samples, "the second (unused) salinometer")
    assert aside.weights["unus"] == plain.weights["unus"] / 2
    assert aside.weights["salinometer"] == plain.weights["salinometer"]


def test_what_is_counted_is_told_by_a_comparison_too(samples: Library) -> None:
    wanted = asked(samples, "Compare the number of profiling floats of HF31 and ML09.")
    assert wanted.counted("In the course of the section six profiling floats were deployed.") == 1.0
    assert wanted.counted("AF-2212 2023-06-12 12:10 56° 00.8′ N 029° 33.1′ W") == 0.0
    serial = asked(samples, "Compare the serial number of the CTD of HF31 and ML09.")
    assert serial.counted("Two CTD frames were aboard.") == 0.0


def test_several_of_a_thing_that_means_the_same_are_matched(samples: Library) -> None:
    wanted = asked(samples, "Which salinometer was used?")
    assert "salinometer" in wanted.matched("Two Guildline Autosals were aboard.")
    assert "salinometer" not in wanted.matched("The autosampler was aboard.")


def rows() -> list[Unit]:
    return [Unit(100 * place, 100 * place + len(text), text, head=HEAD, row=True) for place, text in enumerate(ROWS)]


def kinds(question: str) -> list[str]:
    return [kind.name for kind in KINDS if kind.asks.search(question)]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who commanded the ship?", "person"),
        ("What did the cruise cost in US dollars?", "money"),
        ("What was the mean current speed?", "speed"),
        ("How heavy is the frame?", "mass"),
        ("On which day did they sail?", "date"),
        ("Why was it aborted?", "reason"),
        ("Wer war Fahrtleiter?", "person"),
    ],
)
def test_a_question_asks_for_a_kind_of_thing(question: str, kind: str) -> None:
    assert kinds(question)[0] == kind


def test_only_what_the_question_does_not_hold_itself_answers(samples: Library) -> None:
    question = asked(samples, "How long after 12 June did the 5 hours of work end?")
    assert question.answers("It ended after 40 hours.") == 1.0
    assert question.answers("The 5 hours of work ended.") < 1.0


def test_a_question_of_two_parts_is_two_questions() -> None:
    assert parts_of("Who was chief scientist and aboard which ship?") == [
        "Who was chief scientist",
        "aboard which ship?",
    ]
    assert parts_of("Where and when was it?") == ["Where and when was it?"]


@pytest.mark.parametrize("question", ["List the casts.", "Which floats were deployed?", "Who took part in ML09?"])
def test_a_list_is_asked_for_by_many_words(question: str) -> None:
    assert is_list(question)


@pytest.mark.parametrize("question", ["Which status is it?", "Who was the master?", "How deep was it?"])
def test_one_thing_is_no_list(question: str) -> None:
    assert not is_list(question)


def test_rows_are_chosen_by_a_bound_on_their_column_and_without_what_is_left_out(samples: Library) -> None:
    question = "Which CTD casts (not RBR) were deeper than 900 m, with depth?"
    assert excluded(question) == {"rbr"}
    bound = condition(question)
    assert bound is not None
    assert (bound.value, bound.more) == (900.0, True)
    chosen = tables.select(rows(), HEAD, asked(samples, question), question)
    assert [unit.text.split()[0] for unit in chosen] == ["S275-003-CTD", "S275-042-CTD"]


def test_the_heads_of_a_table_say_which_number_is_meant(samples: Library) -> None:
    assert tables.measures(HEAD) == ["temperature", "salinity", "chlorophyll", "depth"]
    assert tables.column(rows(), HEAD, asked(samples, "How warm was the temperature?")) == 0
    assert tables.column(rows(), HEAD, asked(samples, "How deep was it?")) == 3
    assert tables.column(rows(), HEAD, asked(samples, "Which colour was it?")) is None


def test_dates_positions_and_names_are_no_plain_numbers() -> None:
    row = "_22-1 14.12.2020 00:24 CTD CTD 5503.08 31° 16.050' 024° 48.730'"
    assert tables.numbers(row) == [(5503.08, "5503.08")]


def test_a_difference_names_its_two_sides(samples: Library) -> None:
    question = "What was measured minus certified alkalinity for batch 187?"
    assert sums.is_difference(question)
    both = sums.sides(question, asked(samples, question))
    assert both is not None
    assert "measur" in both[0]
    assert "certifi" in " ".join(both[1])


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        ("By how much did it fall from A to B?", "27.8 - 20.0"),
        ("By how much did it rise from A to B?", "20.0 - 27.8"),
    ],
)
def test_what_falls_and_what_rises_is_told_apart(question: str, expression: str) -> None:
    first, second = (sums.Amount(number, "", 0, 1) for number in ("27.8", "20.0"))
    assert sums.difference(question, first, second) == expression


def test_a_count_belongs_to_the_thing_behind_it(samples: Library) -> None:
    question = asked(samples, "How many floats were deployed?")
    found = sums.counted("Eight profiling floats were deployed in 12 days.", question)
    assert found is not None
    assert found[1].number == "8"
    assert question.counted("The 12 stations had floats.") == 1.0
    assert question.counted("In 12 days they met no other ship at all, and the floats were lost.") == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "Floats deployed here are among the first of a program, which is slated to grow to 500 floats over 5 years.",
        "These floats were the first of 500 floats in all.",
        "Nine floats were tested ashore, but none was deployed.",
        "The floats were deployed from 12 stations.",
        "2022-11-14 all floats deployed",
        "10-20 floats deployed",
        "Pressure sensor 0871 2022-11-14 all floats deployed",
        "Release 871 of 2 May: all floats deployed",
        "Deployed at 12 m: floats",
    ],
)
def test_a_number_that_does_not_count_what_was_done_is_not_added_up(samples: Library, text: str) -> None:
    question = asked(samples, "How many floats were deployed in total?")
    assert sums.counted(text, question) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8 biogeochemical (BGC) Argo floats were deployed as part of the program (of 500 floats).", "8"),
        ("In all, 10 GO-BGC floats were deployed", "10"),
        ("Additionally, four floats with biochemical sensors were deployed.", "4"),
        ("The ship, which had sailed late, deployed 1,200 floats; 3 failed.", "1200"),
        ("Deployed floats 24", "24"),
    ],
)
def test_the_number_of_the_clause_that_says_it_is_added_up(samples: Library, text: str, number: str) -> None:
    found = sums.counted(text, asked(samples, "How many floats were deployed in total?"))
    assert found is not None
    assert found[1].number == number


def test_a_table_is_known_by_its_caption_and_by_the_column_that_the_question_compares(samples: Library) -> None:
    question = "Which casts of Table 4 were deeper than 900 m?"
    meant = asked(samples, question)
    head = "Surf. Temperature Surf. Salinity Chl-a Cast Depth"
    bare = tables.relevance(rows(), head, "", meant)
    assert tables.relevance(rows(), head, "Table 4: Stations of the cruise", meant) > bare
    assert tables.relevance(rows(), head, "Table 5: Stations of the cruise", meant) < 1
    assert tables.relevance(rows(), head, "", meant, condition(question)) > bare
    assert tables.relevance(rows(), "Temperature", "", meant, condition("warmer than 99")) == tables.relevance(
        rows(), "Temperature", "", meant
    )


def test_no_before_what_is_asked_about_denies_it(samples: Library) -> None:
    question = asked(samples, "When were the moorings recovered?")
    assert question.denied("No moorings were set or recovered.")
    assert not question.denied("The moorings were recovered, and no cast was lost.")


def test_what_announces_a_list_goes_with_its_items() -> None:
    page = "The certified values are:\n• Batch 187 2204.98\n• Batch 192 2213.70\nThe end of it was reached in May."
    items = [unit for unit in units_of(page) if unit.text.startswith("•")]
    assert [unit.lead for unit in items] == ["The certified values are:"] * 2


def test_running_heads_are_no_part_of_a_unit() -> None:
    page = "Cruise report HF31\nThe last station was finished after midnight."
    assert [unit.text for unit in units_of(page, ((0, 18),))] == ["The last station was finished after midnight."]


def test_a_clause_can_be_quoted_by_itself() -> None:
    text = "There was one gap (stations 17 to 20 are missing all of the CFCs), which was soon mended by the crew."
    assert "stations 17 to 20 are missing all of the CFCs" in [
        clause.text for clause in clauses(Unit(0, len(text), text))
    ]


def answer(samples: Library, question: str) -> str:
    book = PassageBook()
    return compose(question, [(book.add(hit), hit) for hit in search(samples, question, k=12)], samples).text


def test_a_name_that_no_document_holds_is_refused(samples: Library) -> None:
    assert unknown_names("What was the deepest cast of XX99?", samples) == ["XX99"]
    assert unknown_names("What was the deepest cast of ML09?", samples) == []
    assert "do not mention “XX99”" in answer(samples, "What was the deepest cast of XX99?")


def test_all_rows_that_a_question_means_are_quoted(samples: Library) -> None:
    text = answer(samples, "Which casts of HF31 were made over more than 4,300 m of water?")
    assert all(name in text for name in ("HF31-017", "HF31-018", "HF31-019"))
    assert "HF31-020" not in text
