import base64
import csv
import io
import re

from assistant.messages import Table
from ui.tables import cell_text, csv_link, csv_text, decimals_of, grid, table_html, widths

TABLE = Table(("Product", "Units", "Revenue"), (("Mug", 1200, 1234.5), ("Plate", 3, None)))


def test_cells_read_as_people_write_them():
    assert [cell_text(each) for each in (1200, 1234.5, 0.0312, None, float("nan"), True, "-5")] == [
        "1,200",
        "1,234.5",
        "0.0312",
        "–",
        "–",
        "yes",
        "-5",
    ]


def test_a_column_shows_as_many_decimals_as_it_needs_and_no_more():
    columns = ((1.0, 2.0), (5.5, 9.0), (1.25, 0.001), (0.0312, None), (), (3, "a"))
    assert [decimals_of(each) for each in columns] == [0, 1, 2, 4, 0, 0]
    shown = table_html(Table(("units",), ((5.5,), (9.0,))))
    assert ">5.5<" in shown
    assert ">9.0<" in shown


def test_columns_of_a_wide_table_are_readable_and_those_of_a_narrow_one_share_the_page():
    long = "no order for 67 days, usually every 56 days; " * 3
    wide = Table(("chance of no order (%)", "reasons", "more", "last"), ((62, long, long, "2026-06-30, or later"),))
    assert widths(wide) == ["128px", "330px", "330px", "200px"]
    assert widths(TABLE) is None


def test_html_escapes_and_says_how_many_rows_there_are():
    table = Table(("<b>",), tuple((f"<i>{n}</i>",) for n in range(20)))
    shown = table_html(table, limit=3)
    assert "<i>" not in shown
    assert "&lt;i&gt;2&lt;/i&gt;" in shown
    assert "&lt;i&gt;3" not in shown
    assert "First 3 of 20 rows" in shown


def test_csv_holds_the_exact_values():
    rows = list(csv.reader(io.StringIO(csv_text(TABLE))))
    assert rows == [["Product", "Units", "Revenue"], ["Mug", "1200", "1234.5"], ["Plate", "3", ""]]


def test_a_text_that_is_a_formula_is_made_harmless_and_a_negative_number_stays():
    rows = list(csv.reader(io.StringIO(csv_text(Table(("a", "b"), (("=1+1", -2.5),))))))
    assert rows[1] == ["'=1+1", "-2.5"]


def test_the_link_carries_the_whole_file():
    link = csv_link(TABLE, "sales_report")
    data = re.search(r"base64,([^\"]+)", link)
    assert data is not None
    assert base64.b64decode(data[1]).decode("utf-8-sig") == csv_text(TABLE)
    assert 'download="sales_report.csv"' in link
    assert "2 rows" in link


def test_the_grid_keeps_values_for_sorting_and_shows_them_readably():
    styled = grid(Table(("n", "n"), ((1234.5, "x"), (None, "y"))))
    assert list(styled.data.columns) == ["n", "n (2)"]
    assert styled.data["n"].iloc[0] == 1234.5
    shown = styled.to_html()
    assert "1,234.5<" in shown
    assert "–" in shown


def test_whole_numbers_stay_whole_in_the_grid_where_one_is_missing():
    assert ">3<" in grid(Table(("units",), ((3,), (None,)))).to_html()
