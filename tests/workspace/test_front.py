"""The rules of the front, held over all nouns at once: names, signatures, what is handed on."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

import pytest

import segmentation as seg
import segmentation.operations
from segmentation.fields import fields_of
from segmentation.kinds import record_kinds
from support.desk import make_desk
from support.front import methods, nouns_of, verbs

LONGEST = 500

VERBS = dict(verbs())
METHODS = dict(methods())


def operations() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the operations, from the list of its noun."""
    for module in pkgutil.iter_modules(segmentation.operations.__path__):
        noun = importlib.import_module(f"segmentation.operations.{module.name}")
        for name in getattr(noun, "__all__", [n for n in vars(noun) if not n.startswith("_")]):
            found = getattr(noun, name)
            if inspect.isfunction(found):
                yield f"{module.name}.{name}", found


def root() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public callable of the root."""
    for name in seg.__all__:
        found = getattr(seg, name)
        if callable(found) and not (inspect.isclass(found) and issubclass(found, Exception)):
            yield name, found


@pytest.mark.parametrize(
    "callables", [root, verbs, operations], ids=["root", "front", "operations"]
)
def test_a_signature_can_be_read_in_one_look(
    callables: Callable[[], Iterator[tuple[str, Callable[..., Any]]]],
) -> None:
    """FRT-02."""
    long = {
        name: len(str(inspect.signature(each)))
        for name, each in callables()
        if name not in MADE_OF_MANY and len(str(inspect.signature(each))) > LONGEST
    }
    assert long == {}


MADE_OF_MANY = {"Workspace.open"} | {kind.__name__ for kind in record_kinds().values()}
"""What is long by its nature: the opening, and the constructors of records."""


def test_no_callable_takes_any_keyword_of_any_kind() -> None:
    """FRT-01."""
    loose = [
        name
        for name, each in [*VERBS.items(), *operations(), *root()]
        if getattr(each, "__module__", "").startswith("segmentation")
        for parameter in inspect.signature(each).parameters.values()
        if parameter.kind is inspect.Parameter.VAR_KEYWORD
        and parameter.annotation in {Any, object, inspect.Parameter.empty}
    ]
    assert loose == []


FIELDS = {field.name for kind in record_kinds().values() for field in fields_of(kind)} | {"extra"}

NO_FIELDS = {
    "Workspace.open": {
        *("store", "user", "today", "workdate", "clock", "random_bytes", "zone", "date_order"),
        *("tokens", "schema", "frames", "on_event", "rendering", "couriers", "agenda", "ledgers"),
        *("language", "address_keys", "erasures"),
    },
    "of records": {
        "key",
        "keys",
        "records",
        "rows",
        "old_key",
        "new_key",
        "backend",
        "path",
        "fields",
    },
    "Workspace.import_data": {
        *("mode", "ignore", "dry_run", "next_page", "with_history", "allow_empty"),
        *("lift_exclusions", "encoding", "decimal_comma", "map", "on_progress"),
    },
    "Journal.sign_checkpoint": {"signer", "after", "checkpoint", "kept", "folder"},
    "Workspace.export_data": {"tables", "format", "captions", "after_entry_no", "raw"},
    "of what was found": {"columns"},
    "Workspace.suggest_fields": {"encoding"},
    "of keys": {
        *("old_no", "new_no", "old_code", "new_code", "kept_no", "gone_no", "codes", "entry_nos"),
        *("number", "numbers", "customer_no", "vendor_no", "order_no", "organizer_code"),
        "sales_cycle_code",
    },
    "of time": {"since", "until", "on", "at", "period", "follow_up", "months"},
    "of selections": {
        *("criteria", "source", "kind", "allow_existing", "allow_related_companies"),
        *("expand_companies", "entire_companies", "ignore_exclusion", "reset_when_empty"),
        "look_at_values",
    },
    "of scoring": {"date_field", "amount_field", "high_from", "a_from", "b_from"},
    "of steps": {
        *("update_lines", "with_persons", "delete_old", "deliver", "replace", "also", "hit_share"),
        *("after", "kept", "lines", "error", "languages", "questionnaire", "ratings", "value"),
    },
    "of interactions": {"comments", "drafts", "line", "task", "tasks", "opportunities"},
    "of letters and reports": {
        *("file", "layout", "remarks", "sheets", "retry", "on_progress"),
        "one_label_per_household",
        *("sales", "estimated_value", "texts"),
    },
    "of links to unsubscribe": {"unsubscribing", "method", "token"},
    "of saved criteria in files": {"files", "form"},
    "of campaigns": {"arms", "confidence", "field"},
    "of experiments": {"outcome", "base_rate", "effect", "power", "share"},
    "of tasks": {"meeting"},
}
"""The arguments that fill no field, by what they speak of."""


def test_an_argument_that_fills_a_field_has_its_name() -> None:
    """FRT-01."""
    known = FIELDS.union(*NO_FIELDS.values())
    unknown = {
        (name, parameter.name)
        for name, verb in VERBS.items()
        if name not in {"Found.index", "Found.count"}  # what every sequence has
        for parameter in inspect.signature(verb).parameters.values()
        if parameter.name != "self"
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        if parameter.name not in known
    }
    assert unknown == set()


# -- what is handed on ------------------------------------------------------------------------


def parameters_of(method: ast.FunctionDef) -> list[str]:
    arguments = method.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    several = [each for each in (arguments.vararg, arguments.kwarg) if each]
    return [each.arg for each in (*named, *several) if each.arg not in {"self", "cls"}]


@pytest.mark.parametrize(("name", "method"), list(METHODS.items()), ids=list(METHODS))
def test_every_parameter_of_the_front_is_handed_on(name: str, method: ast.FunctionDef) -> None:
    read = {
        node.id
        for statement in method.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    assert set(parameters_of(method)) - read == set(), name


@pytest.mark.parametrize(("name", "method"), list(METHODS.items()), ids=list(METHODS))
def test_what_is_handed_on_under_a_name_is_what_has_the_name(
    name: str, method: ast.FunctionDef
) -> None:
    """A keyword that is a parameter of the verb is given that parameter and no other."""
    own = set(parameters_of(method))
    swapped = [
        (keyword.arg, keyword.value.id)
        for statement in method.body
        for call in ast.walk(statement)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg in own
        and isinstance(keyword.value, ast.Name)
        and keyword.value.id in own
        and keyword.value.id != keyword.arg
    ]
    assert swapped == [], name


# -- nouns ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk() -> seg.Workspace:
    return make_desk()


def test_a_noun_shows_itself_in_one_line(desk: seg.Workspace) -> None:
    """FRT-08, the nouns."""
    for noun in [desk, *nouns_of(desk).values()]:
        shown = repr(noun)
        assert "\n" not in shown
        assert len(shown) <= 120
        assert "object at 0x" not in shown


def test_a_noun_in_a_notebook_is_headed_by_what_it_is(desk: seg.Workspace) -> None:
    tables = [desk.tables["interaction_group"], desk.setup.number_series]
    shown = [noun for noun in nouns_of(desk).values() if hasattr(noun, "_repr_html_")]
    assert len(shown) > 8
    for noun in [desk, *shown, *tables]:
        assert f"<caption>{escape(repr(noun))}</caption>" in noun._repr_html_()


KEYED = {name for name, noun in nouns_of(make_desk()).items() if hasattr(noun, "find")}
OF_RECORDS = KEYED - {"tables", "journal"}
"""The nouns whose keys are those of records; tables have names, and entries numbers from 1 on."""


READING = {"find", "get_many", "where", "to_frame", "__len__", "__iter__", "__contains__"}
MAKING = {"new", "add", "change", "delete"}
COMMON = {
    **dict.fromkeys(("campaigns", "contacts", "questionnaires", "templates"), READING | MAKING),
    "saved_criteria": READING | MAKING,
    "segments": READING | {"new", "delete"},  # worksheets are made, and changed as such
    **dict.fromkeys(
        ("consents", "interactions", "journal", "logged_segments"), READING
    ),  # these only grow
}


@pytest.mark.parametrize("name", sorted(COMMON))
def test_who_knows_one_noun_knows_them_all(desk: seg.Workspace, name: str) -> None:
    noun = nouns_of(desk)[name]
    assert {verb for verb in READING | MAKING if hasattr(noun, verb)} == COMMON[name]
    assert list(noun.where()) == list(noun)
    assert isinstance(noun.where(), Sequence)
    assert len(noun.to_frame("polars")) == len(noun)


def test_a_table_has_all_common_verbs(desk: seg.Workspace) -> None:
    table = desk.tables["interaction_group"]
    assert all(hasattr(table, verb) for verb in READING | MAKING | {"put"})
    assert table.where() == list(table)
    assert COMMON.keys() | {"tables"} == KEYED


@pytest.mark.parametrize("name", sorted(KEYED))
@pytest.mark.parametrize("key", ["NOBODY", 999_999])
def test_a_key_that_is_not_there_is_not_found(
    desk: seg.Workspace, name: str, key: str | int
) -> None:
    """FRT-03, the reading verbs."""
    noun = nouns_of(desk)[name]
    with pytest.raises(seg.NotFound):
        noun[key]
    assert noun.find(key) is None
    assert key not in noun
    if name in OF_RECORDS:
        with pytest.raises(seg.NotFound, match=str(key)):
            noun.get_many([key])


@pytest.mark.parametrize("name", sorted(OF_RECORDS))
def test_what_is_read_is_the_same_by_key_by_record_and_in_any_case(
    desk: seg.Workspace, name: str
) -> None:
    """FRT-04, the reading verbs."""
    noun = nouns_of(desk)[name]
    records = list(noun)
    assert len(noun) == len(records)
    for record in records[:3]:
        key = getattr(record, record.__key__[0])
        assert noun[record] == noun[key] == record
        assert noun.get_many([record, key]) == [record, record]
        if isinstance(key, str):
            assert noun[key.lower()] == record
            assert key.lower() in noun
