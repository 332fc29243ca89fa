"""The words of one language: sentences, captions, messages of errors.

Knows nothing of what the words are about.
"""

import re
from collections.abc import Mapping

import attrs

from segmentation.errors import Identifier, Message, SegmentationError, to_message
from segmentation.frozen import freeze_within
from segmentation.showing import shown_by

from ._english import TEXTS


@shown_by("texts", "names", "messages")
@attrs.frozen(field_transformer=freeze_within)
class Phrases:
    """The words of one language.

    Attributes:
        texts: Sentences and their parts, with names in braces for what goes in.
        names: What tables ("contact"), fields ("contact.city") and options
            ("contact.type.person") are called, with stars for what does not matter ("*.city",
            "*.*.person"); those that are missing are called by their names, with blanks for
            underscores.
        messages: The texts of errors by their English templates.
    """

    texts: Mapping[str, str]
    names: Mapping[str, str] = attrs.field(factory=dict)
    messages: Mapping[str, str] = attrs.field(factory=dict)

    def _plain_(self) -> Mapping[str, object]:
        return {name: len(words) for name, words in attrs.asdict(self, recurse=False).items()}

    def say(self, phrase: str, **parts: object) -> str:
        """A sentence, or a part of one."""
        return self.texts[phrase].format(**parts)

    def name(self, *path: str) -> str:
        """What a table, field or option is called."""
        return self._caption(path) or path[-1].replace("_", " ")

    def _caption(self, path: tuple[str, ...]) -> str:
        for stars in range(len(path)):
            found = self.names.get(".".join(["*"] * stars + [*path[stars:]]))
            if found:
                return found
        return ""

    def told(self, what: SegmentationError | str) -> str:
        """An error, or a text of one, in this language; all of it in English if a word is missing.

        >>> ENGLISH.told(SegmentationError("the shop is closed"))
        'the shop is closed'
        """
        said = what.message if isinstance(what, SegmentationError) else to_message(what)
        try:
            return self._told(said)
        except _Untold:
            return str(what)

    def _told(self, said: Message) -> str:
        template = self.messages.get(said.template) or self._table(said.template)
        if not template:
            if _WORD.search(_HOLE.sub("", said.template)):
                raise _Untold
            template = said.template
        values = {name: self._part(value) for name, value in said.values.items()}
        return template.format(**values) if values else template

    def _table(self, words: str) -> str:
        """The caption of a table that is named in words: "segment line"."""
        return self._caption((words.replace(" ", "_"),))

    def _part(self, value: object) -> object:
        match value:
            case Message():
                return self._told(value)
            case Identifier():
                return self._named(value)
            case _:
                return value

    def _named(self, name: Identifier) -> str:
        """The captions of a table, a field, or a table and its field; else the name itself."""
        path = name.split(".")
        if len(path) == 1:
            return self._caption(("*", name)) or self._caption((name,)) or name
        captions = [self._caption(tuple(path[:place])) for place in range(1, len(path) + 1)]
        return ", ".join(captions) if all(captions) else name


class _Untold(Exception):  # noqa: N818 - not an error: it goes no further than this module
    """A text, or a part of it, is not known in a language."""


_HOLE = re.compile(r"\{.*?\}")
_WORD = re.compile(r"[^\W\d_]")

ENGLISH = Phrases(TEXTS)
"""English, with names as the code has them: "country region code"."""
