"""Couriers that put documents into a folder or into zip archives; only the standard library.

Every document is written to a file of another name first and becomes visible whole: a full
disk or a killed process leaves no half letters.
"""

from ._couriers import FolderCourier, ZipCourier

__all__ = ["FolderCourier", "ZipCourier"]
