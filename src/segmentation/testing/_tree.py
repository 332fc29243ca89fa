"""The contract of `TreeHashes`."""

from ._contract import Contract


class TreeContract(Contract):
    """Hashes of nodes are kept by level and index."""

    def test_what_was_put_is_found(self) -> None:
        tree = self.make_store().tree
        nodes = {(4, index): bytes([index]) * 32 for index in range(200)}
        nodes |= {(8, index): bytes([index, 8]) * 16 for index in (0, 1, 7)}
        tree.put(nodes)
        assert tree.find([(4, 3), (8, 7), (4, 4), (12, 0), (8, 3)]) == {
            node: nodes[node] for node in ((4, 3), (4, 4), (8, 7))
        }
        assert tree.find(nodes) == nodes
        assert tree.find([]) == {}

    def test_what_is_put_again_is_replaced(self) -> None:
        tree = self.make_store().tree
        tree.put({(4, 0): b"old", (4, 1): b"same"})
        tree.put({(4, 0): b"new"})
        tree.put({})
        assert tree.find([(4, 0), (4, 1)]) == {(4, 0): b"new", (4, 1): b"same"}
