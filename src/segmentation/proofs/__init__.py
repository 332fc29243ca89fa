"""Proofs for outsiders: the journal as a transparency log, in the formats of C2SP.

The entries are the leaves of a tree of hashes (RFC 6962). A checkpoint is the signed root of that
tree; a proof shows that an entry is below a root, or that one root continues another. What is
written here is read by verifiers of other projects. This package knows no keys: they are asked of
a `Signer` or a `Verifier`, which the extra ``proofs`` brings.
"""

from ._checkpoints import Checkpoint, check_size, make_checkpoint, parse_checkpoint
from ._notes import (
    Note,
    Signature,
    Signer,
    Verifier,
    check_name,
    key_id_of,
    parse_key_text,
    parse_note,
    to_key_text,
)
from ._proofs import (
    ConsistencyProof,
    InclusionProof,
    cosign,
    open_checkpoint,
    parse_consistency_proof,
    parse_proof,
    verify_proof,
)
from ._tiles import HEIGHT, Tile, tiles_of, to_bundle
from ._tree import (
    EMPTY_ROOT,
    LeafSource,
    Node,
    Source,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

__all__ = [
    "EMPTY_ROOT",
    "HEIGHT",
    "Checkpoint",
    "ConsistencyProof",
    "InclusionProof",
    "LeafSource",
    "Node",
    "Note",
    "Signature",
    "Signer",
    "Source",
    "Tile",
    "Tree",
    "Verifier",
    "check_name",
    "check_size",
    "cosign",
    "key_id_of",
    "leaf_hash",
    "make_checkpoint",
    "node_hash",
    "open_checkpoint",
    "parse_checkpoint",
    "parse_consistency_proof",
    "parse_key_text",
    "parse_note",
    "parse_proof",
    "tiles_of",
    "to_bundle",
    "to_key_text",
    "verify_consistency",
    "verify_inclusion",
    "verify_proof",
]
