"""Archives that come from users, opened with care: what office documents are, above all."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from segmentation.errors import BadDocument, Message

_MOST_MEMBERS = 5_000
_MOST_BYTES = 256 * 1024 * 1024


def unpacked(content: bytes, name: str) -> Mapping[str, bytes]:
    """The members of a Word document by their names, in the order of the file.

    Raises:
        BadDocument: It is none, is broken or encrypted, or grows beyond all measure when it
            is unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return dict(_members(archive, name))
    except BadDocument:  # a ValueError, too
        raise
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as error:
        raise BadDocument(name, "is no Word document: it is no whole ZIP archive") from error
    except RuntimeError as error:  # what zipfile raises where a password is needed
        raise BadDocument(name, "is encrypted") from error


def _members(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, bytes]]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    size = sum(info.file_size for info in infos)
    if len(infos) > _MOST_MEMBERS or size > _MOST_BYTES:
        reason = Message(
            "is too large: {count} members of {size} bytes", count=len(infos), size=size
        )
        raise BadDocument(name, reason)
    for info in infos:
        with archive.open(info) as member:
            content = member.read(info.file_size + 1)
        if len(content) != info.file_size:
            reason = Message("{member} is not of the size that it claims", member=info.filename)
            raise BadDocument(name, reason)
        yield info.filename, content
