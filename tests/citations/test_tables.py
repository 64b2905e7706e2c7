# ruff: noqa: E501
"""Rows of tables: a value belongs to the head of its column."""

from __future__ import annotations

import pytest

from assistant.citations import Support, verify
from assistant.citations.reading import read
from assistant.citations.sources import source_units
from assistant.citations.tables import bind, cells_of, heads_of

CASTS = (
    "Table 3: CTD casts.\n"
    "Cast Date Time Depth [m] Salinity Temperature [°C]\n"
    "041 2017-10-30 09:32 3900 34.91 2.10\n"
    "042 2017-10-31 11:05 4400 35.10 1.93\n"
    "043 2017-11-01 08:00 4100 35.41 2.35\n"
)
FLOATS = (
    "Deployment ID WMO ID Lat Lon Date\n"
    "7627 4903344 15.2679 -69.0612 04/21/2021\n"
    "7670 4903349 14.1457 -69.6996 04/24/2021\n"
)
MARKDOWN = "| Cast | Depth [m] | Salinity |\n|---|---|---|\n| 042 | 4400 | 35.10 |\n| 043 | 4100 | 35.41 |"

TRUE = [
    (CASTS, "The depth of cast 042 is 4400 m."),
    (CASTS, "Cast 042 had a depth of 4400 m."),
    (CASTS, "Cast 043 had a salinity of 35.41."),
    (CASTS, "On 31 October 2017 cast 042 had a temperature of 1.93 °C."),
    (CASTS, "The salinity of cast 042 was 35.10 and its depth 4400 m."),
    (CASTS, "Cast 042: depth 4400 m, temperature 1.93 °C."),
    (FLOATS, "7670 was at Lat 14.1457 and Lon -69.6996."),
    (MARKDOWN, "The depth of cast 042 is 4400 m."),
    (MARKDOWN, "The salinity of cast 043 is 35.41."),
    (CASTS, "The depth and salinity of cast 042 were 4400 m and 35.10."),
]
FALSE = [
    (CASTS, "The depth of cast 042 is 3900 m."),
    (CASTS, "The depth of cast 042 is 35.10 m."),
    (CASTS, "The salinity of cast 042 is 1.93."),
    (CASTS, "The temperature of cast 042 was 35.10."),
    (CASTS, "Cast 042 had a salinity of 4400."),
    (CASTS, "The depth of cast 4400 is 042."),
    (CASTS, "Cast 043 had a temperature of 1.93 °C."),
    (CASTS, "The salinity of cast 043 was 35.10."),
    (CASTS, "The oxygen of cast 042 was 35.10."),
    (CASTS, "The depth of cast 042 is 4400 km."),
    (CASTS, "The salinity of cast 042 was 35.10 and its depth 4100 m."),
    (FLOATS, "7670 was at Lat -69.6996 and Lon 14.1457."),
    (FLOATS, "The Lat of 7670 was 4903349."),
    (FLOATS, "The WMO ID of 7670 was 4903344."),
    (MARKDOWN, "The depth of cast 042 is 35.10 m."),
    (MARKDOWN, "The salinity of cast 043 is 35.10."),
    (MARKDOWN, "The depth of cast 043 is 4400 m."),
    (CASTS, "The salinity and depth of cast 042 were 4400 and 35.10."),
    (CASTS, "The salinity of cast 042 was 4400 and its depth 35.10 m."),
    (CASTS, "The depth and salinity of cast 042 were 35.10 m and 4400."),
]


@pytest.mark.parametrize(("table", "statement"), TRUE)
def test_a_value_under_its_own_head_is_supported(table, statement):
    judgement = verify(statement, table)
    assert judgement.support is Support.SUPPORTED, judgement.reason


@pytest.mark.parametrize(("table", "statement"), FALSE)
def test_a_value_under_another_head_is_not(table, statement):
    judgement = verify(statement, table)
    assert judgement.support is not Support.SUPPORTED
    assert judgement.reason


def test_the_reason_names_the_column():
    row, head = "042 2017-10-31 11:05 4400 35.10 1.93", "Cast Date Time Depth [m] Salinity Temperature [°C]"
    assert verify("The depth of cast 042 is 4400 m.", row, context=head).support is Support.SUPPORTED
    wrong = verify("The salinity of cast 042 is 4400.", row, context=head)
    assert wrong.support is Support.UNSUPPORTED
    assert wrong.reason == "under “Salinity” the row gives 35.10, not 4400"


def test_a_column_that_cannot_be_counted_off_is_not_verified():
    head, row = "Float ID Maker Deep limit Depth Salinity", "7627 4400 35.10"
    judgement = verify("The depth of 7627 was 4400.", row, context=head)
    assert judgement.support is Support.PARTLY
    assert "cannot be told" in judgement.reason


def test_dates_and_times_tell_columns_where_the_counts_differ():
    heads = heads_of("Station name Date Depth Salinity")
    cells = cells_of(read("042 2017-10-31 4400 35.10"))
    assert bind(heads, cells) == {2: 1, 3: 2, 4: 3}


def test_a_row_whose_last_cell_goes_on_in_the_next_line_is_one_row():
    text = "7627 4903344 15.2679 -69.0612\n7670 4903349 14.1457 -69.6996 lost in the\nsouthern ocean\n7673 4903351 15.19 -69.51"
    assert [text[a:b] for a, b in source_units(text)][1] == "7670 4903349 14.1457 -69.6996 lost in the\nsouthern ocean"
    assert verify("7670 4903349 was lost in the southern ocean.", text).support is Support.SUPPORTED
    assert verify("7627 4903344 was lost in the southern ocean.", text).support is not Support.SUPPORTED
