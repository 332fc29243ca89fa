"""The index of tables and fields says what the records say."""

from segmentation.fields import fields_of
from segmentation.kinds import record_kinds
from support.fields_page import TARGET, source


def test_the_page_is_what_the_records_make() -> None:
    assert TARGET.read_text(encoding="utf-8") == source(), "run tests/support/fields_page.py"


def test_every_table_and_field_stands_there() -> None:
    page = TARGET.read_text(encoding="utf-8")
    for table, kind in record_kinds().items():
        assert f"## `{table}`" in page
        assert all(f"`{field.name}`" in page for field in fields_of(kind))


def test_a_field_tells_its_type_its_length_and_what_it_is_called() -> None:
    rows = TARGET.read_text(encoding="utf-8").splitlines()
    city = "| `city` | text 100 | City | Ville | Città | Poststed |"
    assert city in rows
