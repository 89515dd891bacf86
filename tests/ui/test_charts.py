from assistant.messages import Chart, Series
from ui.charts import figure


def named(drawn):
    return {trace.name: trace for trace in drawn.data}


def test_a_line_has_the_charts_values_and_its_band():
    history = Series("sold", ("2026-06-01", "2026-06-08"), (10.0, None))
    expected = Series("expected", ("2026-06-15", "2026-06-22"), (11.0, 12.0), (8.0, 9.0), (14.0, 16.0))
    drawn = figure(Chart("line", "Weekly units", "week", "units", (history, expected)))
    traces = named(drawn)
    assert list(traces) == ["sold", "expected: lower", "expected: upper", "expected"]
    assert tuple(traces["sold"].x) == history.x
    assert tuple(traces["sold"].y) == (10.0, None)
    assert tuple(traces["expected"].y) == (11.0, 12.0)
    assert tuple(traces["expected: lower"].y) == (8.0, 9.0)
    assert tuple(traces["expected: upper"].y) == (14.0, 16.0)
    assert traces["expected: upper"].fill == "tonexty"
    assert drawn.layout.xaxis.type == "date"
    assert (drawn.layout.xaxis.title.text, drawn.layout.yaxis.title.text) == ("week", "units")


def test_bars_with_short_names_stand_and_with_long_names_lie_first_on_top():
    standing = figure(Chart("bar", "", "month", "GBP", (Series("revenue", ("Jan", "Feb"), (1.0, 2.0)),)))
    assert (tuple(standing.data[0].x), tuple(standing.data[0].y)) == (("Jan", "Feb"), (1.0, 2.0))
    lying = figure(Chart("bar", "", "product", "GBP", (Series("revenue", ("Regency cakestand", "Mug"), (5.0, 2.0)),)))
    assert lying.data[0].orientation == "h"
    assert (tuple(lying.data[0].x), tuple(lying.data[0].y)) == ((5.0, 2.0), ("Regency cakestand", "Mug"))
    assert lying.layout.yaxis.autorange == "reversed"
    assert (lying.layout.xaxis.title.text, lying.layout.yaxis.title.text) == ("GBP", "product")


def test_a_bars_interval_is_drawn_as_distances_from_its_end():
    drawn = figure(
        Chart("bar", "", "offer", "GBP", (Series("profit", ("a", "b"), (10.0, 4.0), (7.0, 4.0), (15.0, 9.0)),))
    )
    assert tuple(drawn.data[0].error_y.array) == (5.0, 5.0)
    assert tuple(drawn.data[0].error_y.arrayminus) == (3.0, 0.0)


def test_numbers_of_a_scatter_keep_their_scale_and_product_codes_do_not_become_numbers():
    scatter = figure(Chart("scatter", "", "price", "units", (Series("weeks", (2.5, 3.0), (40.0, 31.0)),)))
    assert scatter.layout.xaxis.type == "linear"
    assert scatter.data[0].mode == "markers"
    codes = figure(Chart("bar", "", "product", "units", (Series("units", ("22423", "85123"), (4.0, 3.0)),)))
    assert codes.layout.xaxis.type == "category"


def test_tags_in_names_are_shown_and_not_read():
    drawn = figure(Chart("bar", "<b>t</b>", "x", "y", (Series("s", ("<a href='x'>", "Cup & saucer"), (1.0, 2.0)),)))
    assert tuple(drawn.data[0].y) == ("&lt;a href='x'&gt;", "Cup &amp; saucer")
    assert "<b>" not in drawn.layout.title.text


def test_an_empty_chart_can_be_drawn():
    assert len(figure(Chart("line", "", "x", "y", (Series("s", (), ()),))).data) == 1


def test_rounds_are_ways_on_a_map_with_named_stops():
    way = Series("van 1", (-1.5, -1.1, -1.5), (60.0, 60.0, 60.0), labels=("Home <b>", "York, 9:05", "back 10:00"))
    drawn = figure(Chart("routes", "Rounds", "longitude", "latitude", (way,)))
    (trace,) = drawn.data
    assert (tuple(trace.x), tuple(trace.y)) == (way.x, way.y)
    assert tuple(trace.marker.symbol) == ("square", "circle", "square")
    assert trace.text[0] == "Home &lt;b&gt;"
    # at 60 degrees north a degree of longitude is half as long as one of latitude
    assert round(drawn.layout.yaxis.scaleratio, 6) == 2
    assert drawn.layout.yaxis.scaleanchor == "x"
