"""Limits of the sandbox: whatever a template does, it fails by itself and soon."""

import subprocess
import sys
from pathlib import Path

import pytest

from segmentation.adapters.jinja import _limits, make_html_renderer, make_text_renderer
from segmentation.adapters.jinja._sandbox import make_environment
from segmentation.adapters.jinja.word import make_word_renderer
from segmentation.documents import PlainFormats
from segmentation.errors import BadDocument
from support.wordfiles import docx, paragraph, run

TEXT = "abcdefghij" * 10_000
DOUBLED = "".join(
    f"{{% set {after} = {before} ~ {before} %}}"
    for before, after in zip("abcdefghijklmnopqrstuvwxy", "bcdefghijklmnopqrstuvwxyz", strict=True)
)
TWICE = DOUBLED.replace("~", "+")
LISTS = "".join(
    f"{{% set {after} = [{before}, {before}] %}}"
    for before, after in zip("abcdefghijklmnopqrstuvwxy", "bcdefghijklmnopqrstuvwxyz", strict=True)
)
HOSTILE = {
    "a macro that calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "two macros": "{% macro m() %}{{ n() }}{% endmacro %}{% macro n() %}{{ m() }}{% endmacro %}"
    "{{ m() }}",
    "a block that calls itself": "{% block b %}{{ self.b() }}{% endblock %}",
    "a long text": "{{ 'a'*10**9 }}",
    "a long text of the data": "{{ text * 10**9 }}",
    "a long list": "{{ [1]*10**9 }}",
    "a large power": "{{ 2**99999999999 }}",
    "a power of a power": "{{ 9**3000 * 9**3000 }}",
    "three nested loops": "{% for x in text %}{% for y in text %}{% for z in text %}{{ z }}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "loops that write nothing": "{% for x in text %}{% for y in text %}"
    "{% if x == 'z' %}!{% endif %}{% endfor %}{% endfor %}",
    "loops with a condition": "{% for x in text if x == 'z' %}{% endfor %}"
    "{% for x in text %}{% for y in text if y == 'z' %}{% endfor %}{% endfor %}",
    "a loop that calls itself": "{% for x in text recursive %}{{ loop(text) }}{% endfor %}",
    "loops of text as it stands": "{% for x in text %}{% for y in text %}"
    + "word " * 2000
    + "{% endfor %}{% endfor %}",
    "texts doubled by joining": "{% set a = text %}" + DOUBLED,
    "texts doubled by adding": "{% set a = text %}" + TWICE,
    "lists that hold lists twice": "{% set a = [1] %}" + LISTS + "{{ z }}",
    "captured text": "{% set a %}{% for x in text %}{{ text }}{% endfor %}{% endset %}",
    "a wide format": "{{ '%0999999999d' % 1 }}",
    "a wide format by its filter": "{{ '%*d'|format(999999999, 1) }}",
    "a text put into itself": "{{ text|replace('a', text) }}",
    "a text in the middle": "{{ 'a'|center(10**9) }}",
    "a deep indentation": "{{ text|wordwrap(1)|indent(10**8) }}",
    "a long separator": "{{ text|join(text) }}",
    "a precise number": "{{ 1|round(10**9, 'ceil') }}",
    "a list in many parts": "{{ text|slice(10**9)|list }}",
    "filters within loops": "{% for x in text %}{{ text|upper|length }}{% endfor %}",
    "filters by name": "{% for x in text %}{{ text|map('center', 9999)|list|length }}{% endfor %}",
}


def fill(template: str) -> bytes:
    form = make_text_renderer().read(template.encode(), "mail.txt")
    return form.fill({"text": TEXT}, PlainFormats())


@pytest.mark.parametrize("template", HOSTILE.values(), ids=HOSTILE)
def test_ltr_28_what_goes_too_far_is_an_error_of_its_own(template: str) -> None:
    """LTR-28."""
    with pytest.raises(BadDocument, match=r"mail\.txt: goes beyond the limit of [0-9]+ \w+"):
        fill(template)


_IN_A_PROCESS = """
import resource
import sys
from test_jinja_limits import HOSTILE, fill
fill("{{ text|length }}")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for template in HOSTILE.values():
    try:
        fill(template)
    except Exception as error:
        print(type(error).__name__)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, file=sys.stderr)
"""


def in_a_process(program: str) -> subprocess.CompletedProcess[str]:
    here = Path(__file__).parent
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=here,
        env={"PYTHONPATH": f"{here}:{here.parent}:{here.parent.parent / 'src'}"},
        capture_output=True,
        text=True,
        check=True,
    )


def test_ltr_28_none_of_them_takes_much_memory() -> None:
    """LTR-28."""
    done = in_a_process(_IN_A_PROCESS)
    assert done.stdout.split() == ["BadDocument"] * len(HOSTILE)
    assert int(done.stderr) < 200


@pytest.mark.parametrize("template", ["{{ 'a'*10**9 }}", "{{ ('a'*10**6)|center(10**9) }}"])
def test_what_a_template_says_of_itself_is_not_worked_out_when_it_is_read(template: str) -> None:
    assert make_html_renderer().read(template.encode(), "mail.html").fields == ()
    assert make_word_renderer().read(docx(paragraph(run(template))), "letter.docx").fields == ()


_WITH_LITTLE_MEMORY = """
import resource
from pathlib import Path
from test_jinja_limits import fill
from segmentation.errors import BadDocument

joined = "{% set a = 'a' * 9000000 %}" + "".join(
    f"{{% set b{number} = a ~ {number} %}}" for number in range(40)
)
pages = int(Path("/proc/self/statm").read_text().split()[0])
most = pages * resource.getpagesize() + 100_000_000
resource.setrlimit(resource.RLIMIT_AS, (most, most))
try:
    fill(joined)
except BadDocument as error:
    print(error)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells it there")
def test_a_template_that_needs_more_memory_than_there_is_fails_by_itself() -> None:
    done = in_a_process(_WITH_LITTLE_MEMORY)
    assert "mail.txt: needs more memory than there is" in done.stdout


class Endless:
    """A value for whose text there is not enough memory."""

    def __str__(self) -> str:
        raise MemoryError


def test_a_value_that_needs_more_memory_than_there_is_is_an_error_of_its_template() -> None:
    form = make_text_renderer().read(b"{{ value }}", "mail.txt")
    with pytest.raises(BadDocument, match="needs more memory than there is"):
        form.fill_with({"value": Endless()})


def test_a_template_that_takes_too_long_is_an_error_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_limits, "_SECONDS", -1)
    with pytest.raises(BadDocument, match="goes beyond the limit of -1 seconds"):
        fill("{% for x in text %}{% endfor %}")


def test_data_that_are_nested_too_deep_to_be_written_are_an_error_of_the_template() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    form = make_html_renderer().read(b"{{ rows }}", "list.html")
    with pytest.raises(BadDocument, match=r"list\.html: is nested too deep"):
        form.fill_with({"rows": nested})


def test_outside_of_a_run_nothing_is_counted() -> None:
    calls = "{% macro m(n) %}{% if n %}.{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}"
    assert make_environment(escapes=False).from_string(calls).render() == "." * 60
    with pytest.raises(BadDocument, match="limit of 50 calls within calls"):
        fill(calls)


def test_ltr_28_a_template_in_word_has_the_same_limits() -> None:
    """LTR-28."""
    form = make_word_renderer().read(docx(paragraph(run("{{ 'a'*10**9 }}"))), "letter.docx")
    with pytest.raises(BadDocument, match=r"limit of [0-9]+ characters"):
        form.fill({}, PlainFormats())


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ("{{ 'ab' * 3 }}{{ 2 ** 10 }}{{ [1] * 2 }}{{ 7 % 4 }}", "ababab1024[1, 1]3"),
        ("{{ 7.5 - 2 }} {{ 1.5 * 2 }}", "5.5 3.0"),
        ("{{ '%05.1f' % 2.5 }} {{ '%s-%s'|format(1, 'a') }}", "002.5 1-a"),
        ("{% for x in 'ab' %}{{ loop.index }}/{{ loop.length }}{{ x }} {% endfor %}", "1/2a 2/2b "),
        (
            "{% for x in [1, [2]] recursive %}{{ loop(x) if x is iterable else x }}{% endfor %}",
            "12",
        ),
        ("{% for k, v in {'a': 1}|dictsort %}{{ k }}{{ v }}{% endfor %}", "a1"),
        ("{% for x in text[:3]|map('upper') %}{{ x }}{% endfor %}", "ABC"),
        ("{% for x in [] %}{% else %}none{% endfor %}", "none"),
        (
            "{{ 'a'|center(3) }}|{{ 'a b'|replace(' ', '_') }}|{{ [1, 2]|join(', ') }}",
            " a |a_b|1, 2",
        ),
        ("{% set x %}a{{ 1 }}{% endset %}{{ x ~ x }}", "a1a1"),
        ("{{ 2.456|round(1) }} {{ [3, 1]|sort }} {{ none|default('x', true) }}", "2.5 [1, 3] x"),
    ],
)
def test_what_stays_within_the_limits_is_as_in_jinja(template: str, made: str) -> None:
    assert fill(template).decode() == made


def test_a_long_list_of_data_is_no_endless_loop() -> None:
    form = make_html_renderer().read(
        b"{% for row in rows %}<td>{{ row.a }}</td><td>{{ row.b }}</td>{% endfor %}", "list.html"
    )
    rows = [{"a": number, "b": "x"} for number in range(30_000)]
    assert form.fill_with({"rows": rows}).count(b"<td>") == 60_000
