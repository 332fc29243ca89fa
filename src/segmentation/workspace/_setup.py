"""The marketing set-up, the company and the number series."""

from collections.abc import Mapping
from typing import Unpack

from segmentation.fields import fields_of
from segmentation.markup import to_figures
from segmentation.operations import setup
from segmentation.operations.context import Context
from segmentation.operations.field_values import (
    CompanyInformationValues,
    InteractionTemplateSetupValues,
    MarketingSetupValues,
)
from segmentation.setup import CompanyInformation, MarketingSetup, NumberSeries
from segmentation.showing import is_blank
from segmentation.templates import InteractionTemplateSetup

from ._tables import Table


class Setup:
    """The marketing set-up, the company, the templates of documents, and the number series.

    Each set-up is one record, blank as long as nothing was set up.

    >>> from segmentation import Workspace
    >>> crm = Workspace.open()
    >>> crm.setup.number_series.new("CONT", starting_no="CT0001")
    NumberSeries('CONT')
    >>> crm.setup.change_marketing(contact_nos="CONT").contact_nos
    'CONT'
    >>> crm.contacts.new("Berg & Co").no
    'CT0001'
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def marketing(self) -> MarketingSetup:
        """Which series number what, what new contacts start with, what persons inherit."""
        return setup.get_setup(self._context.store, MarketingSetup)

    @property
    def company(self) -> CompanyInformation:
        """The company whose segments these are, the sender of letters."""
        return setup.get_setup(self._context.store, CompanyInformation)

    @property
    def document_templates(self) -> InteractionTemplateSetup:
        """Which template records which kind of document of the host."""
        return setup.get_setup(self._context.store, InteractionTemplateSetup)

    @property
    def number_series(self) -> Table[NumberSeries]:
        """The series that numbers are taken from."""
        return Table(self._context, NumberSeries)

    def change_marketing(self, **fields: Unpack[MarketingSetupValues]) -> MarketingSetup:
        """Change the marketing set-up.

        Args:
            **fields: Fields of `MarketingSetup` with their new values.

        Returns:
            The changed set-up.

        Raises:
            UnknownName: The set-up has no such field; the error carries the near name.
            Rejected: Values do not fit, or name what is not there: all of them.
        """
        return setup.change_setup(self._context, MarketingSetup, fields)

    def change_company(self, **fields: Unpack[CompanyInformationValues]) -> CompanyInformation:
        """Change what is said of the company.

        Args:
            **fields: Fields of `CompanyInformation` with their new values.

        Returns:
            The changed record.

        Raises:
            UnknownName: It has no such field; the error carries the near name.
            Rejected: Values do not fit, or name what is not there: all of them.
        """
        return setup.change_setup(self._context, CompanyInformation, fields)

    def change_document_templates(
        self, **fields: Unpack[InteractionTemplateSetupValues]
    ) -> InteractionTemplateSetup:
        """Change which template records which kind of document.

        Args:
            **fields: Fields of `InteractionTemplateSetup`: templates, or their codes.

        Returns:
            The changed set-up.

        Raises:
            UnknownName: The set-up has no such field; the error carries the near name.
            Rejected: A template does not exist or has languages: all of them.
        """
        return setup.change_setup(self._context, InteractionTemplateSetup, fields)

    def __repr__(self) -> str:
        return f"Setup({self.company.name!r}, number_series={len(self.number_series)})"

    def _repr_html_(self) -> str:
        """What is set up for marketing."""
        marketing = self.marketing
        names = [field.name for field in fields_of(MarketingSetup)]
        values = {name: getattr(marketing, name) for name in names}
        known = {name: value for name, value in values.items() if not is_blank(value)}
        return to_figures(known, caption=repr(self))

    def _plain_(self) -> Mapping[str, object]:
        return {
            "marketing": self.marketing,
            "company": self.company,
            "document_templates": self.document_templates,
            "number_series": list(self.number_series),
        }
