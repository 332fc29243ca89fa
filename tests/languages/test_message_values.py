"""Every message is given a value for each of its names, and no others."""

import ast
from collections.abc import Iterator
from string import Formatter

from support.error_texts import PARAMETERS, Module, argument, called, modules


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def templates(module: Module, node: ast.expr) -> Iterator[str]:
    """The templates that an expression can be, where it is a text or a name of texts."""
    match node:
        case ast.Constant(str(text)):
            yield text
        case ast.IfExp(_, one, other):
            yield from templates(module, one)
            yield from templates(module, other)
        case ast.Name(name):
            places = (module.around[node], name), (None, name)
            found = next((module.assigned[key] for key in places if key in module.assigned), [])
            for each in found:
                yield from templates(module, each)


def test_a_message_is_given_what_its_template_names() -> None:
    """Where a name stands for several texts, one of them is the message's."""
    wrong = []
    seen = 0
    for module in modules():
        for call in module.calls["Message"]:
            given = {keyword.arg for keyword in call.keywords}
            known = list(templates(module, call.args[0])) if None not in given else []
            seen += len(known)
            if known and not any(names_in(each) == given for each in known):
                wrong.append((module.file, call.lineno, known))
    assert seen > 300
    assert wrong == []


# -- reasons ----------------------------------------------------------------------------------

TEXTS = frozenset({"Message", "indented", "joined", "reason_of", "text_of"})


def is_reason(module: Module, node: ast.expr) -> bool:
    """Whether an expression is a text that says why, and no value that it is said of."""
    match node:
        case ast.Constant(str(text)):
            return not text.isidentifier()
        case ast.Attribute(attr="reason" | "message" | "of_value") | ast.Starred():
            return True
        case ast.Call():
            return called(node) in TEXTS or called(node).startswith("_")
        case ast.Subscript(ast.Name(name)):
            return name.isupper()
        case ast.IfExp(_, one, other) | ast.BoolOp(_, [one, other]):
            return is_reason(module, one) and is_reason(module, other)
        case ast.Name(name):
            known = module.assigned.get((module.around[node], name), ())
            said = any(is_reason(module, each) for each in known)
            return said or name.isupper() or name == "reason"
    return False


def test_what_stands_for_a_reason_is_one() -> None:
    """An error takes what was given and why it is wrong; the one never stands for the other."""
    given = [
        (module, call, reason)
        for module in modules()
        for name, parameters in PARAMETERS.items()
        if "reason" in parameters and name not in {"Message", "WrongUse"}
        for call in module.calls[name]
        if (reason := argument(call, parameters, "reason")) is not None
    ]
    assert len(given) > 300
    assert [
        (module.file, call.lineno, ast.unparse(reason))
        for module, call, reason in given
        if not is_reason(module, reason)
    ] == []
