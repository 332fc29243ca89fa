"""Every message is given a value for each of its names, and no others."""

import ast
from collections.abc import Iterator
from string import Formatter

from support.error_texts import Module, modules


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
