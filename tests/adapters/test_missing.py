"""What a missing extra says: which to install, and what for."""

import sys
from importlib import import_module

import pytest

from segmentation.errors import MissingExtra


@pytest.mark.parametrize(
    ("adapter", "vendor", "extra"),
    [
        ("word", "lxml", "word"),
        ("jinja", "jinja2", "html"),
        ("babel", "babel", "i18n"),
        ("jinja.word", "docxtpl", "word"),
        ("mammoth", "mammoth", "word"),
        ("narwhals", "narwhals", "dataframe"),
        ("notebook", "altair", "notebook"),
        ("openpyxl", "openpyxl", "excel"),
        ("tqdm", "tqdm.auto", "progress"),
        ("django", "django.db", "django"),
    ],
)
def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, adapter: str, vendor: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, vendor, None)
    monkeypatch.delitem(sys.modules, f"segmentation.adapters.{adapter}", raising=False)
    with pytest.raises(MissingExtra, match=rf"segmentation\[{extra}\]"):
        import_module(f"segmentation.adapters.{adapter}")
