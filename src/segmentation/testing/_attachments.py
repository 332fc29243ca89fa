"""The contract of `Attachments`."""

import hashlib

from segmentation.errors import NotFound

from ._contract import Contract, raises


class AttachmentsContract(Contract):
    """Contents are kept under their hash."""

    def test_what_was_put_is_got_by_its_hash(self) -> None:
        attachments = self.make_store().attachments
        for content in (b"", b"\0\xff", b"text" * 100_000):
            digest = attachments.put(content)
            assert digest == hashlib.sha256(content).hexdigest()
            assert attachments.get(digest) == content
            assert attachments.put(content) == digest

    def test_a_content_that_is_not_there_is_an_error(self) -> None:
        attachments = self.make_store().attachments
        for digest in ("0" * 64, "", "\0"):
            raises(NotFound, lambda digest=digest: attachments.get(digest))  # type: ignore[misc]

    def test_a_content_that_was_removed_is_gone(self) -> None:
        attachments = self.make_store().attachments
        kept, gone = attachments.put(b"kept"), attachments.put(b"gone")
        attachments.remove([gone, "0" * 64])
        raises(NotFound, lambda: attachments.get(gone))
        assert attachments.get(kept) == b"kept"
