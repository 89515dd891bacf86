"""Dates are read in a table that has a column called `text`, too."""

from analytics.imports import ingest_csv
from analytics.warehouse import Warehouse

MAP = """
[reviews]
file = "reviews.csv"
[reviews.columns]
review_id = "id"
product_id = "product"
reviewed_on = "on"
text = "said"
"""


def test_reviews_with_dates_are_imported(tmp_path):
    (tmp_path / "reviews.csv").write_text("id,product,on,said\nR1,MUG,2024-12-24,Lovely\nR2,MUG,2024-12-25,\n")
    (tmp_path / "map.toml").write_text(MAP)
    ingest_csv(tmp_path, tmp_path / "map.toml", tmp_path / "warehouse.duckdb")
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    rows = warehouse.frame(warehouse.table("reviews")).sort_values("review_id")
    assert rows["text"].tolist()[0] == "Lovely"
    assert [str(day)[:10] for day in rows["reviewed_on"]] == ["2024-12-24", "2024-12-25"]
