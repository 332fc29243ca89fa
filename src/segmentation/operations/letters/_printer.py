"""Making letters: a template filled with the values of one contact.

A letter is made of its template and one contact's values, read in one go; nothing of
another contact is at hand when it is filled.
"""

import mimetypes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from decimal import Decimal

import attrs

from segmentation.contacts import Contact
from segmentation.documents import (
    Document,
    Form,
    Formats,
    FormOfLayout,
    FormWithRemarks,
    FormWithText,
    Given,
    field_name,
    layout_values,
    missing_data,
    missing_fields,
    safe_file_name,
    to_uri,
)
from segmentation.errors import (
    BadDocument,
    InvalidValue,
    Message,
    NotFound,
    SegmentationError,
    UsageError,
    text_of,
)
from segmentation.fields import Value
from segmentation.frozen import freeze_within
from segmentation.interactions import Interaction
from segmentation.joint_salutations import joint_names
from segmentation.operations.schema import worked_out_in
from segmentation.protocols import MailSender, Renderer, Rendering, Store
from segmentation.segments import Segment, SegmentLine
from segmentation.showing import shown_by
from segmentation.templates import TemplateLanguage, WordTemplate

from ._joint_letters import MOST_LINES, alike, joint_values, shows_lines
from ._kept import Origin, origin_of
from ._layouts import ours_for
from ._merge_data import MergeData, tag_of
from ._merge_data_reader import ItemT, MergeDataReader
from ._merge_fields import UNSUBSCRIBE, Getter, extra_fields, find_getter, worked_out_fields

_NEEDS_A_RENDERER = frozenset({"docx", "docm", "dotx", "dotm", "html", "htm", "txt", ""})


@shown_by("extension", "media_type", "content")
@attrs.frozen(kw_only=True)
class Made:
    """A letter that was made of its template, before anything else is made of it.

    Attributes:
        content: The bytes.
        extension: The ending of a file of this kind.
        media_type: As in MIME.
    """

    content: bytes
    extension: str
    media_type: str


@shown_by("interaction.contact_no", "interaction.interaction_template_code", "locale", "values")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Letter:
    """A letter that is ready to be rendered: whose it is, and the value of each field.

    Attributes:
        interaction: What it belongs to.
        addressee: Whose name stands on it.
        company_name: The company, as the address has it; empty if none.
        e_mail: Where a mail goes.
        locale: Language, country and format region.
        values: The fields of its template, as the template spells them.
        unsubscribe: A link by which the contact takes itself off the list; empty if none.
        sender: Whom a mail is from; empty for the courier's own sender.
        excluded: The contact was marked as excluded when the letter was prepared.
        kept_as: The media type of the letter, if it was kept as it was made: it is then what is
            attached to the interaction.
        contact_nos: Whom it is for, where it is for several people at one address; else empty.
    """

    interaction: Interaction
    addressee: str = ""
    company_name: str = ""
    e_mail: str = ""
    locale: tuple[str, str, str] = ("", "", "")
    values: Mapping[str, Value] = attrs.field(factory=dict)
    unsubscribe: str = ""
    sender: str = ""
    excluded: bool = False
    kept_as: str = ""
    contact_nos: tuple[str, ...] = ()


@attrs.frozen
class _Gathered:
    """What a letter is made of: our data, what the host adds, the link to unsubscribe."""

    data: MergeData
    given: Mapping[str, Given]
    link: str


@attrs.frozen
class Joint:
    """A letter for several people, or for one of them whose letter says something else.

    Attributes:
        letter: The letter.
        places: The places of those whose letter it is, among those who were to have one.
        differing: The fields because of which they have not all one letter.
    """

    letter: Letter
    places: tuple[int, ...]
    differing: tuple[str, ...]


_ADDRESS = "address_line"


class LetterPrinter:
    """Makes letters; templates, code tables and formulas are read once.

    Args:
        store: Where contacts and templates are.
        rendering: How letters are made.
    """

    def __init__(self, store: Store, rendering: Rendering | None = None) -> None:
        self._store = store
        self._rendering = rendering or Rendering()
        self._reader = MergeDataReader(
            store,
            fallback_language=self._rendering.fallback_language,
            capitals=self._rendering.capitals_abroad,
        )
        self._extra = {**worked_out_fields(worked_out_in(store)), **extra_fields(store.records)}
        self._forms: dict[tuple[str, str], tuple[Form, Renderer] | None] = {}
        self._broken: dict[tuple[str, str], UsageError] = {}
        self._texts: dict[tuple[str, str], TemplateLanguage | None] = {}
        self._plans: dict[tuple[str, str], Mapping[str, Getter]] = {}

    # -- templates --------------------------------------------------------------------------

    def form(self, interaction: Interaction) -> Form | None:
        """The form of an interaction's letter; ``None`` if it is sent as it is, unfilled.

        Raises:
            NotFound: It has no template, or none that can be found.
            BadDocument: The template cannot be read.
        """
        opened = self._opened(*self._template(self.renewed(interaction)))
        return opened[0] if opened else None

    def origin(self, interaction: Interaction) -> Origin:
        """Where the text of an interaction's letter comes from."""
        if not interaction.attachment:
            return Origin.WORD_TEMPLATE
        text = self._text(interaction)
        same = text is not None and text.attachment == interaction.attachment
        return Origin.TEMPLATE if same else Origin.OWN

    def remarks(self, interaction: Interaction) -> Sequence[Message]:
        """What was left in the template of a letter that nobody means to send.

        Raises:
            NotFound: It has no template, or none that can be found.
            BadDocument: The template cannot be read.
        """
        form = self.form(interaction)
        return form.remarks if isinstance(form, FormWithRemarks) else ()

    def is_kept(self, interaction: Interaction) -> bool:
        """Whether a letter is kept as it was made: one that a template in Word is filled for."""
        opened = self._opened(*self._template(interaction))
        if opened is None or self.origin(interaction) is Origin.OWN:
            return False
        return bool(interaction.word_template_code) or opened[1].extension == "docx"

    def _text(self, interaction: Interaction) -> TemplateLanguage | None:
        """The text that an interaction's template has in its language."""
        key = interaction.interaction_template_code, interaction.interaction_language_code
        if key not in self._texts:
            found = self._store.records.find(TemplateLanguage, *key) if key[0] else None
            self._texts[key] = found
        return self._texts[key]

    def renewed(self, interaction: Interaction) -> Interaction:
        """The interaction with its template as that is now, in place of what was logged.

        Raises:
            NotFound: Its template has no text in its language any more.
        """
        origin = origin_of(interaction)
        if origin is Origin.WORD_TEMPLATE:
            return attrs.evolve(interaction, attachment="", attachment_name="")
        if origin is not Origin.TEMPLATE:
            return interaction
        text = self._text(interaction)
        if text is None or not (text.attachment or text.word_template_code):
            key = interaction.interaction_template_code, interaction.interaction_language_code
            raise NotFound("interaction_tmpl_language", " ".join(key))
        return attrs.evolve(
            interaction,
            attachment=text.attachment,
            attachment_name=text.attachment_name,
            word_template_code=text.word_template_code,
        )

    def _template(self, interaction: Interaction) -> tuple[str, str]:
        """Hash and file name of an interaction's template."""
        if interaction.attachment:
            return interaction.attachment, interaction.attachment_name
        code = interaction.word_template_code
        template = self._store.records.find(WordTemplate, code) if code else None
        if template is None:
            what = "word template" if code else Message("text for a letter to contact")
            raise NotFound(what, code or interaction.contact_no)
        return template.attachment, template.attachment_name or f"{code}.docx"

    def _opened(self, digest: str, name: str) -> tuple[Form, Renderer] | None:
        place = digest, name
        if place in self._broken:
            raise self._broken[place]
        if place not in self._forms:
            try:
                self._forms[place] = self._open(digest, name)
            except UsageError as error:
                self._broken[place] = error
                raise
        return self._forms[place]

    def _open(self, digest: str, name: str) -> tuple[Form, Renderer] | None:
        renderer = self._renderer(name)
        content = self._store.attachments.get(digest)
        if renderer is None:
            return None
        form = renderer.read(content, name or digest[:8])
        self._check_typed(form, name or digest[:8])
        return form, renderer

    def is_broken(self, error: SegmentationError) -> bool:
        """Whether an error is of a template itself, and so the same for all of its letters."""
        return any(error is each for each in self._broken.values())

    def _check_typed(self, form: Form, name: str) -> None:
        """A field's name in the text, «City», was meant as a field, and would go out as it is."""
        typed = form.typed if isinstance(form, FormWithText) else ()
        for text in typed:
            if find_getter(text, self._extra):
                reason = Message("«{text}» is typed text; insert it as a merge field", text=text)
                raise BadDocument(name, reason)

    def _renderer(self, name: str) -> Renderer | None:
        extension = _extension(name)
        for renderer in self._rendering.renderers:
            if (extension or "txt") in renderer.fills:
                return renderer
        if extension in _NEEDS_A_RENDERER:
            raise NotFound(Message("renderer for templates of the kind"), extension)
        return None

    # -- letters ----------------------------------------------------------------------------

    def expect(self, items: Sequence[SegmentLine | Interaction]) -> None:
        """Read at once what the letters of these need, which are prepared next."""
        self._reader.expect(items)

    def in_batches(self, items: Iterable[ItemT]) -> Iterator[ItemT]:
        """Items whose letters are prepared one after the other, what they need read in batches."""
        return self._reader.in_batches(items)

    def prepare(self, interaction: Interaction, segment: Segment | None = None) -> Letter:
        """Read the values of an interaction's letter as they stand now.

        Args:
            interaction: The interaction, logged or about to be.
            segment: The segment, if it is not logged yet.

        Raises:
            NotFound: Contact, template or salutation formula is missing.
            Rejected: Fields that nothing fills, all of them.
            InvalidValue: What the host adds is nothing that can stand in a letter.
        """
        return self._letter(self._gather(interaction, segment))

    def prepare_joint(
        self, interactions: Sequence[Interaction], segment: Segment | None = None
    ) -> Sequence["Joint"]:
        """Read the values of one letter for several people, or of as few as can be.

        Args:
            interactions: Their interactions, logged or about to be, in the order that the letter
                names them in.
            segment: The segment, if they are not logged yet.

        Raises:
            NotFound: A contact, a template or a salutation formula is missing.
            Rejected: Fields that nothing fills, all of them.
            InvalidValue: What the host adds is nothing that can stand in a letter.
        """
        gathered = [self._gather(each, segment) for each in interactions]
        single = [self._letter(each) for each in gathered]
        given = {field_name(name) for each in gathered for name in each.given}
        made: list[Joint] = []
        keys = [each.data.household_key for each in gathered]
        for group in alike([each.values for each in single], keys, given):
            places = group.places
            letter = self._joint([gathered[at] for at in places], [single[at] for at in places])
            if letter is not None:
                made.append(Joint(letter, places, group.differing))
            else:
                made += [Joint(single[at], (at,), (_ADDRESS,)) for at in places]
        return made

    def _joint(self, gathered: Sequence["_Gathered"], single: Sequence[Letter]) -> Letter | None:
        """One letter for all of these; ``None`` if it has no room for their names."""
        if len(single) == 1:
            return single[0]
        first, *others = gathered
        data = attrs.evolve(first.data, others=tuple(each.data for each in others))
        letter = self._letter(attrs.evolve(first, data=data))
        if len(data.address_block) > MOST_LINES and shows_lines(letter.values):
            return None
        language = tag_of(letter.interaction.interaction_language_code)
        names = (each.contact.name for each in data.people)
        return attrs.evolve(
            letter,
            addressee=joint_names(names, language),
            values=joint_values(letter.values, [each.values for each in single], language),
            unsubscribe="",  # it takes one contact off the list
            contact_nos=tuple(dict.fromkeys(each.data.contact.no for each in gathered)),
        )

    def _gather(self, interaction: Interaction, segment: Segment | None) -> "_Gathered":
        """What a letter is made of."""
        interaction = self.renewed(interaction)
        data = self._reader.read(interaction, segment.header if segment else None)
        added = self._rendering.extra_fields
        own = added(data.contact, interaction) if added else {}
        link = self._link(data.contact, interaction)
        return _Gathered(data, {**self._linked(link), **own}, link)

    def _letter(self, gathered: "_Gathered") -> Letter:
        """A letter with the values of its fields."""
        data, given = gathered.data, gathered.given
        return Letter(
            interaction=data.interaction,
            addressee=data.contact.name,
            company_name=data.company_name,
            e_mail=data.e_mail,
            locale=_locale(data),
            values={**self._values(data, given), **self._layout_values(data, given)},
            unsubscribe=gathered.link,
            sender=self._sender(data),
            excluded=data.contact.exclude_from_segment,
        )

    def _link(self, contact: Contact, interaction: Interaction) -> str:
        """The link by which a contact takes itself off the list; empty if none is set up."""
        make = self._rendering.unsubscribe
        link = make(contact, interaction) if make else ""
        try:
            return to_uri(link)
        except ValueError as error:
            raise InvalidValue(UNSUBSCRIBE, link, text_of(error)) from error

    def _sender(self, data: MergeData) -> str:
        """Whom the mail is from; empty for the courier's own sender."""
        match self._rendering.sender:
            case None:
                return ""
            case MailSender.SALESPERSON:
                signing = data.salesperson
                return f"{signing.name} <{signing.e_mail}>" if signing and signing.e_mail else ""
            case MailSender.CAMPAIGN:
                extra = dict(data.campaign.extra) if data.campaign else {}
                return str(extra.get("sender", ""))
            case choose:
                return choose(data.contact, data.interaction)

    def _linked(self, link: str) -> dict[str, Value]:
        """The link as a field, where links are set up at all."""
        return {UNSUBSCRIBE: link} if self._rendering.unsubscribe else {}

    def _layout_values(self, data: MergeData, given: Mapping[str, Given]) -> Mapping[str, Value]:
        """The data of a layout of Business Central, by place; none for any other template."""
        template = self._template(data.interaction)
        opened = self._opened(*template)
        layout = opened[0].layout if opened and isinstance(opened[0], FormOfLayout) else None
        if layout is None:
            return {}
        formats = self._rendering.formats_for(*_locale(data))
        values, missing = layout_values(layout, given, ours_for(layout, data, formats))
        if missing and not self._rendering.allow_missing:
            name = data.interaction.interaction_template_code or template[1]
            raise missing_data(name, layout.name, missing)
        return values

    def _values(self, data: MergeData, given: Mapping[str, Given]) -> Mapping[str, Value]:
        template = self._template(data.interaction)
        opened = self._opened(*template)
        if opened is None:
            return {}
        added = {field_name(name): value for name, value in given.items()}
        getters = self._plan(template, opened[0])
        values: dict[str, Value] = {}
        missing = []
        for field in opened[0].fields:
            plain = field_name(field)
            if plain in added:
                values[field] = _checked(field, added[plain])
            elif field in getters:
                values[field] = getters[field](data)
            else:
                values[field] = ""
                missing.append(field)
        if missing and not self._rendering.allow_missing:
            name = data.interaction.interaction_template_code or template[1]
            raise missing_fields(name, data.contact.no, missing)
        return values

    def _plan(self, template: tuple[str, str], form: Form) -> Mapping[str, Getter]:
        if template not in self._plans:
            found = ((field, find_getter(field, self._extra)) for field in form.fields)
            self._plans[template] = {field: getter for field, getter in found if getter}
        return self._plans[template]

    def make(self, letter: Letter) -> Made:
        """A letter made of its template, or as it was kept; not converted yet.

        Raises:
            NotFound: The template is gone.
            BadDocument: The template cannot be read, or does what its values do not allow.
            Rejected: The template names fields for which the letter has no values.
        """
        digest, name = self._template(letter.interaction)
        if letter.kept_as:
            content = self._store.attachments.get(digest)
            return Made(content=content, extension=_extension(name), media_type=letter.kept_as)
        opened = self._opened(digest, name)
        if opened is None:
            media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
            content = self._store.attachments.get(digest)
            return Made(content=content, extension=_extension(name), media_type=media_type)
        form, renderer = opened
        missing = [field for field in form.fields if field not in letter.values]
        if missing:
            code = letter.interaction.interaction_template_code or name
            raise missing_fields(code, letter.interaction.contact_no, missing)
        content = form.fill(letter.values, self.formats(letter))
        return Made(content=content, extension=renderer.extension, media_type=renderer.media_type)

    def render(self, letter: Letter) -> Document:
        """The finished document of a letter.

        Raises:
            NotFound: The template is gone.
            BadDocument: The template cannot be read, or the document not converted.
            Rejected: The template names fields for which the letter has no values.
        """
        made = self.make(letter)
        content, extension, media_type = made.content, made.extension, made.media_type
        name = self._template(letter.interaction)[1]
        for converter in self._rendering.converters_for(letter.interaction, extension):
            if extension in converter.converts:
                content = converter.convert(content, name)
                extension, media_type = converter.extension, converter.media_type
        interaction = letter.interaction
        return Document(
            contact_no=interaction.contact_no,
            name=file_name(letter, extension),
            media_type=media_type,
            subject=interaction.subject or interaction.description,
            content=content,
            key=str(interaction.entry_no),
            segment_no=interaction.segment_no,
            addressee=letter.addressee,
            e_mail=letter.e_mail,
            unsubscribe=letter.unsubscribe,
            sender=letter.sender,
            contact_nos=letter.contact_nos,
        )

    def formats(self, letter: Letter) -> Formats:
        """How dates and numbers are written in a letter."""
        return self._rendering.formats_for(*letter.locale)


def file_name(letter: Letter, extension: str) -> str:
    """The name of a letter's file: the company's and the person's."""
    person = "" if letter.addressee == letter.company_name else letter.addressee
    return safe_file_name(letter.company_name, person, extension=extension)


def _checked(field: str, value: Given) -> Value:
    """What a host adds; it is kept with the interaction, and must be of a kind that can be."""
    if value is None or isinstance(value, str | float | int | Decimal | date | time):
        return value
    raise InvalidValue(field, value, Message("is no value of a field"))


def _extension(name: str) -> str:
    return name.rpartition(".")[2].casefold() if "." in name else ""


def _locale(data: MergeData) -> tuple[str, str, str]:
    return (
        data.interaction.interaction_language_code,
        data.place.country_region_code,
        data.contact.format_region,
    )


def has_letter(interaction: Interaction) -> bool:
    """Whether an interaction has something to send."""
    return bool(interaction.attachment or interaction.word_template_code)
