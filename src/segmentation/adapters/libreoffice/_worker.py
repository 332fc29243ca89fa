"""Runs in the Python that LibreOffice comes with: converts what its standard input names.

Not imported by the library. Reads lines of JSON with ``source`` and ``target``, answers each
with a line that has an ``error``, empty if there was none.
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import time
from importlib import import_module
from typing import Any

_TRIES = 600
_NEVER = 0
"""Neither macros nor links: ``MacroExecMode.NEVER_EXECUTE``, ``UpdateDocMode.NO_UPDATE``."""


def main(soffice: str, profile: str) -> None:  # pragma: no cover - another Python runs it
    """Start LibreOffice and convert until the input ends."""
    uno = import_module("uno")
    pipe = f"segmentation{pathlib.Path(profile).name}"
    command = [soffice, "--headless", "--invisible", "--norestore", "--nologo", "--nodefault"]
    command += [f"-env:UserInstallation={pathlib.Path(profile).as_uri()}"]
    command += [f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext"]
    office = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        desktop = _connect(uno, pipe, office)
        for line in sys.stdin:
            asked = json.loads(line)
            print(json.dumps({"error": _convert(uno, desktop, asked)}), flush=True)  # noqa: T201
        with contextlib.suppress(Exception):
            desktop.terminate()
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            office.wait(5)
        office.kill()


def _connect(  # pragma: no cover
    uno: Any,  # noqa: ANN401 - LibreOffice ships no types
    pipe: str,
    office: "subprocess.Popen[bytes]",
) -> Any:  # noqa: ANN401
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _ in range(_TRIES):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            if office.poll() not in {None, 81}:  # 81: it starts itself anew with a fresh profile
                raise
            time.sleep(0.1)
        else:
            manager = context.ServiceManager
            return manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    raise TimeoutError("LibreOffice did not start")


def _convert(uno: Any, desktop: Any, asked: dict[str, str]) -> str:  # noqa: ANN401  # pragma: no cover
    def prop(name: str, value: object) -> Any:  # noqa: ANN401
        made = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        made.Name, made.Value = name, value
        return made

    hidden = (
        prop("Hidden", True),  # noqa: FBT003
        prop("ReadOnly", True),  # noqa: FBT003
        prop("MacroExecutionMode", _NEVER),
        prop("UpdateDocMode", _NEVER),
        prop("FilterName", "MS Word 2007 XML"),
    )
    try:
        source = uno.systemPathToFileUrl(asked["source"])
        document = desktop.loadComponentFromURL(source, "_blank", 0, hidden)
        if document is None:
            return "LibreOffice cannot read it"
        try:
            target = uno.systemPathToFileUrl(asked["target"])
            document.storeToURL(target, (prop("FilterName", "writer_pdf_Export"),))
        finally:
            document.close(True)  # noqa: FBT003
    except Exception as error:  # noqa: BLE001 - whatever LibreOffice says is told
        return f"LibreOffice: {error}"
    return ""


if __name__ == "__main__":  # pragma: no cover
    main(*sys.argv[1:])
