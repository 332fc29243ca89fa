"""What a notebook shows: tables that are short, and hold nothing that is not escaped."""

from decimal import Decimal

import segmentation as seg
from segmentation.markup import to_table, to_text
from support.fair import TODAY, make_store, person


def crm() -> seg.Workspace:
    return seg.Workspace.open(make_store(), user="ANNA", today=TODAY)


def test_a_table_escapes_what_it_is_given() -> None:
    table = to_table(["<no>"], [("<script>",), (None,), (Decimal("1.5"),)], caption="a & b")
    assert "<script>" not in table
    assert "<th>&lt;no&gt;</th>" in table
    assert "<caption>a &amp; b</caption>" in table
    assert "<td></td>" in table


def test_numbers_and_their_heads_stand_on_the_right_and_texts_of_several_lines_on_one() -> None:
    table = to_table(["address", "lines"], [(("Shop", "", "Storgata 1"), 2), ((), 0)])
    assert '<th>address</th><th style="text-align: right">lines</th>' in table
    assert '<td>Shop, Storgata 1</td><td style="text-align: right">2</td>' in table
    assert '<td></td><td style="text-align: right">0</td>' in table


def test_a_worksheet_shows_its_first_contacts_and_what_was_done() -> None:
    workspace = crm()
    workspace.store.records.put([person(f"P{n:02d}", name=f"Person {n}") for n in range(30)])
    fair = workspace.new_segment("Fair").add_contacts(contact={"no": "P*"})
    shown = fair._repr_html_()
    assert f"{fair.no} · Fair · 30 lines" in shown
    assert shown.count("<td>Person ") == 10
    assert "… and 20 more" in shown
    assert "1 add: 30 joined (0 → 30 lines)" in shown
    assert repr(fair.lines) == f"Lines({fair.no!r}, lines=30)"
    assert "… and 20 more" in fair.lines._repr_html_()
    assert fair.no in workspace._repr_html_()
    assert repr(fair) == f"Worksheet({fair.no!r})"
    fair.delete()
    assert fair._repr_html_() == to_text(f"{fair.no} is logged or deleted")


def test_a_workspace_without_segments_tells_how_to_begin_one() -> None:
    workspace = crm()
    assert "new_segment(&quot;Spring fair&quot;) begins one" in workspace._repr_html_()
    workspace.new_segment("Spring fair")
    assert "begins one" not in workspace._repr_html_()


def test_words_of_a_text_are_not_broken() -> None:
    assert "word-break: normal" in to_text("country region code is DK, SE or NO")
    assert to_text("a < b & c").endswith(">a &lt; b &amp; c</pre>")


def test_explanations_and_counts_are_shown_as_they_are_told() -> None:
    workspace = crm()
    asked = workspace.explain("CARL", contact={"no": "CARL"})
    assert asked._repr_html_() == to_text(str(asked))
    fair = workspace.new_segment("Fair").add_contact("CARL")
    assert "CARL is in the segment" in fair.explain("CARL")._repr_html_()
    counts = workspace.count(contact={"no": "CARL"})
    assert f"<th>of {counts.base} contacts</th>" in counts._repr_html_()
