"""The store in memory, for tests, notebooks and hosts that keep their data elsewhere.

`MemoryStore` keeps records in columns and undoes changes when a transaction fails. It selects
contacts by an index, which is built when the first selection needs it.

**Records lie in columns** (`_layout`, `_columns`): the values of each field side by side, in the
way that takes least room. A record is made of them when it is asked for. What lies in columns is
never changed: changed records are kept beside until all is laid out anew. So the index, rosters
and loops over all records read the same columns, each as they were at its own moment
(`_snapshots`). Records are found by their key, and by any field, through chains of positions
whose values hash alike (`_chains`).

**Sets of contacts are bitmaps.** Each contact has a position. A set of contacts is one whole
number, whose bit *i* says whether the contact at position *i* is in the set (see
`segmentation.bitmaps`). *And*, *or* and *not* of a selection are one step each on such numbers::

    position                     0     1     2     3     4
    contact                      C1    C2    C3    C5    C4 (added later)
    country_region_code          DK    SE    DK    -     NO
    bitmap of country DK         1     0     1     0
    bitmap of news readers       1     1     0     0
    DK and news reader           1     0     0     0

**Ranks.** For each field that selections ask for, the different values are sorted and numbered,
and each contact keeps the number of its value (`_index_columns`). The rows of linked tables are
laid out in the same way, in layers (`_index_rows`, `_index_links`). Figures over these rows are
added up and compared by operations on bitmaps too (`_index_figures`).

**What is remembered.** Since ranks and layers never change, whom a single condition finds among
all contacts is kept, for the latest conditions (`_remembered`). Where most texts of a field
differ, they are not ranked but searched as one long text (`_index_texts`).

**The overlay.** Ranks and layers are never changed after they are built. When a contact is
added or changed, its position is recorded as stale (`_index_positions`). In the picture, C4 is
stale: the ranks hold no value for it. When rows of a linked table change, the rows of their
group are kept in an overlay beside the layers, and the group counts as changed. A selection is
then answered in two parts::

    answer  =  fresh contacts, by bitmaps
             + stale contacts, by the reference predicate on the current records

Within the first part, contacts whose linked rows have changed are tested by the reference
predicate as well. So an answer is always exact. Once more than one contact in fifty is stale, and
more than a thousand are, the index is discarded, and the next selection builds it again
(`_index_data`). If an overlay grows as large, only the index of its table is discarded.
"""

from ._contacts import MemoryContacts, candidates_of
from ._store import MemoryStore

__all__ = ["MemoryContacts", "MemoryStore", "candidates_of"]
