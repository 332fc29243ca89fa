"""What the package holds, found by looking: so no test of all values forgets a new one."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import attrs

import segmentation

OUTSIDE = (
    "segmentation.adapters",
    "segmentation.command_line",
    "segmentation.testing",
    "segmentation.__main__",
)
"""What holds no values of the domain; adapters may need what is not installed."""


def modules() -> Iterator[str]:
    """The names of all modules but those outside."""
    for module in pkgutil.walk_packages(segmentation.__path__, "segmentation."):
        if not module.name.startswith(OUTSIDE):
            yield module.name


def public_values(*but: str) -> list[type]:
    """All attrs classes with a public name, but those of some modules, by their full names."""
    found: dict[str, type] = {}
    for name in modules():
        if but and name.startswith(but):
            continue
        for each in vars(importlib.import_module(name)).values():
            if inspect.isclass(each) and attrs.has(each) and not each.__name__.startswith("_"):
                found[f"{each.__module__}.{each.__name__}"] = each
    return [found[name] for name in sorted(found) if not (but and name.startswith(but))]
