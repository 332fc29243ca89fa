"""The app, for ``INSTALLED_APPS``. It has no models: our tables are none of Django's."""

from django.apps import AppConfig


class SegmentationConfig(AppConfig):  # type: ignore[misc]  # Django ships no types
    """Segments, criteria and the journal in a project."""

    name = "segmentation.adapters.django"
    label = "segmentation"
    verbose_name = "Segmentation"
