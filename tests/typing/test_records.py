"""Every record tells type checkers what its fields take beyond their type."""

import ast
from pathlib import Path

import segmentation

SOURCES = Path(segmentation.__file__).parent.rglob("*.py")
CLASSES = [
    node
    for path in SOURCES
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.ClassDef)
]
OPTIONS = {each.name for each in CLASSES if "Option" in map(ast.unparse, each.bases)}


def is_record(made: ast.ClassDef) -> bool:
    """Whether the annotations of a class declare fields that are converted."""
    return any("field_transformer=with_converters" in ast.unparse(d) for d in made.decorator_list)


def converter_of(field: ast.AnnAssign) -> str:
    """The converter that a field is given where type checkers see it; empty if none is."""
    if not isinstance(field.value, ast.Call):
        return ""
    return "".join(ast.unparse(k.value) for k in field.value.keywords if k.arg == "converter")


def test_options_by_name_and_extra_fields_as_mappings_are_told_to_checkers_frt_20() -> None:
    """FRT-20."""
    looked_at, silent = 0, []
    for record in filter(is_record, CLASSES):
        for field in record.body:
            if not isinstance(field, ast.AnnAssign):
                continue
            annotation = ast.unparse(field.annotation)
            wanted = "to_extra" if annotation == "Extra" else "to_option"
            if annotation in OPTIONS | {"Extra"}:
                looked_at += 1
                if converter_of(field) != wanted:
                    silent.append(f"{record.name}.{ast.unparse(field.target)}: {wanted}")
    assert looked_at > 50
    assert silent == []
