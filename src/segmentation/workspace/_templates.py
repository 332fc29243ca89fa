"""Interaction templates with their groups, languages, attachments and Word templates."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import ClassVar, Unpack

from segmentation.code_tables import LanguageCode
from segmentation.contacts import Contact
from segmentation.documents import Attachment, Document
from segmentation.journal import Figures
from segmentation.operations import letters, templates
from segmentation.operations.field_values import (
    InteractionTemplateValues,
    TemplateTextValues,
    WordTemplateValues,
)
from segmentation.templates import (
    InteractionGroup,
    InteractionTemplate,
    TemplateLanguage,
    WordTemplate,
)

from ._noun import Noun


class Templates(Noun[InteractionTemplate, str]):
    """Interaction templates with their groups, languages, attachments and Word templates.

    A template is named by its code, in any case, or given as the record.
    """

    _kind: ClassVar[type[InteractionTemplate]] = InteractionTemplate

    def where(self, **fields: Unpack[InteractionTemplateValues]) -> Sequence[InteractionTemplate]:
        """The templates whose fields are equal to these, in the order of their codes.

        Args:
            **fields: Fields of `segmentation.templates.InteractionTemplate`, and their values.

        Raises:
            UnknownName: A template has no such field.
            Rejected: A value fits no such field.
        """
        return list(self._all(fields))

    def new(
        self,
        code: str,
        /,
        *,
        languages: Iterable[TemplateLanguage] = (),
        **fields: Unpack[InteractionTemplateValues],
    ) -> InteractionTemplate:
        """Make an interaction template.

        Args:
            code: Its code, of at most ten characters; none may have it already.
            languages: Its texts; they bear its code. A default language must be among them.
            **fields: Its other fields. Without ``wizard_action`` the default language decides
                it: *merge* if its text is HTML.

        Returns:
            The template as it is stored.

        Raises:
            UnknownName: A template has no such field.
            Rejected: The code is blank or taken, values do not fit or do not go together: all
                of it.
        """
        return templates.new_template(self._context, code, languages=languages, **fields)

    def add(
        self, *records: InteractionTemplate | TemplateLanguage
    ) -> Sequence[InteractionTemplate | TemplateLanguage]:
        """Store templates and languages that were made in Python: all of them, or none.

        Args:
            *records: Templates, and languages of these or of others that are there.

        Returns:
            What is stored, as it was given.

        Raises:
            InvalidValue: There is none, or one is neither a template nor a language of one.
            Rejected: A key is taken, or something does not fit or go together: all of it.
        """
        return templates.add_templates(self._context, *records)

    def change(
        self,
        code: str | InteractionTemplate,
        /,
        **fields: Unpack[InteractionTemplateValues],
    ) -> InteractionTemplate:
        """Change fields of a template; segments and interactions that took its values keep theirs.

        Args:
            code: The template.
            **fields: What changes. Another ``language_code_default`` changes the wizard action
                too, unless that is given: *merge* if the text is HTML, and merge no more if not.

        Returns:
            The template as it is stored now.

        Raises:
            NotFound: There is no such template.
            UnknownName: A template has no such field.
            Refused: The code would change.
            Rejected: Values do not fit or do not go together: all of it.
        """
        return templates.change_template(self._context, code, **fields)

    def delete(self, code: str | InteractionTemplate) -> None:
        """Delete a template and its languages; what it recorded stays as it is.

        Args:
            code: The template.

        Raises:
            NotFound: There is no such template.
            Refused: The template set-up, segments or postponed interactions need it: all of them.
        """
        templates.delete_template(self._context, code)

    def languages(self, code: str | InteractionTemplate) -> Sequence[TemplateLanguage]:
        """A template's texts, in the order of their languages.

        Args:
            code: The template.

        Raises:
            NotFound: There is no such template.
        """
        return templates.languages_of(self._store, code)

    def put_language(
        self,
        code: str | InteractionTemplate,
        language_code: str | LanguageCode,
        /,
        *,
        attachment: Path | Attachment | str | None = None,
        **fields: Unpack[TemplateTextValues],
    ) -> TemplateLanguage:
        """Give a template a text in a language, or change the one that it has.

        An attachment takes the place of a Word template, and the reverse. Where the text of the
        default language becomes HTML or is none any more, the template's wizard action follows.

        Args:
            code: The template.
            language_code: The language; empty for a text in no language.
            attachment: The text: the path of a file, an attachment, or the hash of a stored one;
                it stays as it is if not given.
            **fields: Other fields of the text. Without ``attachment_name`` the attachment's own
                name is kept.

        Returns:
            The text as it is stored.

        Raises:
            NotFound: There is no such template.
            UnknownName: A text has no such field.
            InvalidValue: Both an attachment and a Word template are given.
            Rejected: The attachment cannot be read or is not stored, values do not fit or do not
                go together: all of it. Nothing is stored, the attachment included.

        Warns:
            TemplateWarning: Tracked changes or comments were left in it.
        """
        return templates.put_language(
            self._context, code, language_code, attachment=attachment, **fields
        )

    def remove_language(
        self, code: str | InteractionTemplate, language_code: str | LanguageCode
    ) -> None:
        """Take a text from a template; lines and interactions that took it keep it.

        Args:
            code: The template.
            language_code: The language of the text.

        Raises:
            NotFound: There is no such template, or it has no text in this language.
            Refused: It is the default language.
        """
        templates.remove_language(self._context, code, language_code)

    def put_word_template(
        self,
        code: str | WordTemplate,
        attachment: Path | Attachment | str,
        /,
        **fields: Unpack[WordTemplateValues],
    ) -> WordTemplate:
        """Keep a mail merge document made in Word under a code, or put another in its place.

        Templates, texts and lines name it in ``word_template_code``. Letters that are still to be
        sent are made with the document that is there then.

        Args:
            code: Its code.
            attachment: The document: the path of a file, an attachment, or the hash of a stored
                one.
            **fields: Its other fields; those that are not given stay as they are.

        Returns:
            The Word template as it is stored.

        Raises:
            UnknownName: A Word template has no such field.
            Rejected: The code is blank, the attachment cannot be read or is not stored, or values
                do not fit: all of it. Nothing is stored, the attachment included.

        Warns:
            TemplateWarning: Tracked changes or comments were left in it.
        """
        return templates.put_word_template(self._context, code, attachment, **fields)

    def try_on(self, code: str | InteractionTemplate, contact_no: str | Contact) -> Document:
        """The letter of a template to one contact, without a segment; nothing is stored.

        Args:
            code: The template.
            contact_no: The contact; its language decides which of the template's texts is taken,
                and the alternative address that is active on the work date is written to.

        Raises:
            NotFound: There is no such template or contact, or no salutation formula.
            Refused: The template has no text in the contact's language, and none by default.
            Rejected: A text names a field that nothing fills.
            BadDocument: The text cannot be read.
        """
        return letters.try_template(self._context, code, contact_no)

    def figures(
        self,
        code: str | InteractionTemplate,
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> Figures:
        """The figures of the interactions with a template.

        Args:
            code: The template.
            since: The first day; from the beginning if not given.
            until: The last day; to the end if not given.

        Raises:
            NotFound: There is no such template.
        """
        return templates.template_figures(self._store, code, since=since, until=until)

    def group_figures(
        self,
        code: str | InteractionGroup,
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> Figures:
        """The figures of the interactions with the templates of an interaction group.

        Args:
            code: The group.
            since: The first day; from the beginning if not given.
            until: The last day; to the end if not given.

        Raises:
            NotFound: There is no such group.
        """
        return templates.group_figures(self._store, code, since=since, until=until)
