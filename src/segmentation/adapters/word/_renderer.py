"""The renderer of Word templates."""

from functools import partial

import attrs

from ._blankable import mark_blankable
from ._cutting import Cutter
from ._form import WordForm
from ._layout import layout_of
from ._package import as_letter, parse_xml, read_package, suppresses_blank_lines, to_xml
from ._pieces import Pieces
from ._remarks import remarks_on
from ._series import make_series, pack

_WITH_FIELDS = ("header", "main", "footer", "note")


@attrs.frozen
class WordRenderer:
    """Fills mail merge templates made in Word; what it makes is a Word document, without macros.

    It fills MERGEFIELD, IF, ADDRESSBLOCK and GREETINGLINE fields, sums of merge fields, and what
    SET and bookmarks hold where REF shows it: in the text, tables, text boxes, headers, footers
    and notes. All other fields (page numbers, dates) are Word's own and stay; one that only Word
    can work out from merge fields is refused.

    Content controls that are bound to the data of a report, as in Business Central's layouts, show
    these data: texts, pictures, and rows of them.
    """

    fills: frozenset[str] = frozenset({"docx", "docm", "dotx", "dotm"})
    extension: str = "docx"
    media_type: str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def read(self, content: bytes, name: str) -> WordForm:
        """Read a template.

        Raises:
            BadDocument: It is no Word document, is broken, or has a field that no letter can
                have: one that has no end, fetches the next contact's data, counts letters, or
                has merge fields in what only Word can work out.
        """
        whole = read_package(content, name)
        package = as_letter(whole, name)
        cutter = Cutter(name)
        roots = {
            part: parse_xml(package.members[part], name, part)
            for kind in _WITH_FIELDS
            for part in (part for part, its in package.parts.items() if its == kind)
        }
        remarks = remarks_on(whole, roots.values(), name)
        # The main part first: what it sets, headers refer to.
        for part in sorted(roots, key=lambda part: part != package.main):
            cutter.cut(roots[part])
        cutter.refer(roots.values())
        if suppresses_blank_lines(whole, name):
            for root in roots.values():
                mark_blankable(root)
        layout = layout_of(package, roots, name)
        if layout:
            package = layout.package
        pieces = {part: Pieces.of(to_xml(root)) for part, root in roots.items()}
        parts = {part: its for part, its in pieces.items() if its.fields or part == package.main}
        used = [cutter.holes[hole] for pieces in parts.values() for hole in pieces.fields]
        own = {*parts, *(layout.roots if layout else ())}
        return WordForm(
            name,
            tuple(dict.fromkeys(field for hole in used for field in hole.names)),
            tuple(dict.fromkeys(cutter.typed)),
            cutter.holes,
            pack(package.members, without={*parts, *(layout.changing if layout else ())}),
            parts,
            frozenset(part for part in own if package.parts[part] == "note"),
            partial(make_series, package, roots, parts, layout),
            layout,
            remarks,
        )
