"""Fill the page `gallery` with its questions, each told in words and with the SQL it becomes."""

import re

from gallery import TODAY, Question, questions, workspace
from sphinx.application import Sphinx
from sqlalchemy.dialects import sqlite

from segmentation import Workspace
from segmentation.adapters.sqlalchemy import SqlStore
from segmentation.criteria import AsOf, bind


def _page() -> str:
    with workspace("sqlite://") as crm:
        parts: list[str] = []
        group = ""
        for question in questions():
            if question.group != group:
                group = question.group
                parts.append(f"## {group}\n")
            parts.append(_section(question, crm))
    return "\n".join(parts)


def _section(question: Question, crm: Workspace) -> str:
    asked = question.from_python(crm)
    bound = bind(asked, crm.schema, AsOf(TODAY, user="ANNA"))
    if not isinstance(crm.store, SqlStore):
        raise TypeError(crm.store)
    dialect = sqlite.dialect()
    statement = crm.store.contacts.statement(bound, dialect)
    sql = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    everybody = crm.count().passing
    typed = [f"```python\ncrm.count({_argument(question.texts)})\n```\n"] if question.texts else []
    return "\n".join(
        [
            f"### {question.asked}\n",
            f"{question.count} of {everybody} contacts.\n",
            f"> {_plain(crm.describe(asked))}\n",
            *typed,
            f"```python\ncrm.count({_argument(question.python)})\n```\n",
            "<details><summary>By hand in polars, and as SQL</summary>\n",
            f"```python\n{question.polars}\n```\n",
            f"```sql\n{sql}\n```\n",
            "</details>\n",
        ]
    )


def _plain(words: str) -> str:
    """Words without signs that Markdown would read."""
    return re.sub(r"([\\`*_<>\[\]])", r"\\\1", words)


def _argument(code: str) -> str:
    """An argument in its brackets, on lines of its own if it has several."""
    if "\n" not in code:
        return code
    return "\n" + "".join(f"    {line}\n" for line in code.splitlines())


def _fill(_app: Sphinx, page: str, source: list[str]) -> None:
    if page == "gallery":
        source[0] = source[0].replace("<!-- questions -->", _page())


def setup(app: Sphinx) -> dict[str, bool]:
    """Fill the page with the questions."""
    app.connect("source-read", _fill)
    return {"parallel_read_safe": True}
