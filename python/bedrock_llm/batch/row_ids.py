"""Make the ids of a run unique, in flat memory.

An id that stood before gets `#` and its row number: the second `a`, standing in row 17, becomes
`a#17`. That needs no second pass, and it gives the same ids each time the run is started.

Seen ids are kept as 64-bit hashes in one open-addressed table (8 bytes a slot, at most two thirds
full: 12 to 24 bytes a row). Two different ids share a hash once in 37 million runs of a million
rows; then the second one is renamed without need, and still unique.
"""

from array import array
from hashlib import blake2b

_SMALLEST = 1024


class RowIds:
    """Hand out each id once.

    Attributes:
        renamed: How many ids had to be changed.
        first_renamed: The first id that was, or None.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * _SMALLEST))
        self._used = 0
        self.renamed = 0
        self.first_renamed: str | None = None

    def unique(self, row_id: str, *, number: int) -> str:
        """Give the id back if it is new, else the id with `#number`."""
        if self._is_new(row_id):
            return row_id
        self.renamed += 1
        self.first_renamed = self.first_renamed or row_id
        changed = f"{row_id}#{number}"
        while not self._is_new(changed):
            changed = f"{changed}#{number}"
        return changed

    def _is_new(self, row_id: str) -> bool:
        key = hash_text(row_id) or 1  # 0 marks a free slot
        if self._used * 3 >= len(self._slots) * 2:
            self._grow()
        is_new = _insert(self._slots, key)
        self._used += is_new
        return is_new

    def _grow(self) -> None:
        grown = array("Q", bytes(8 * 2 * len(self._slots)))
        for key in self._slots:
            if key:
                _insert(grown, key)
        self._slots = grown


def hash_text(text: str) -> int:
    """Hash text to 64 bits, the same in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _insert(slots: "array[int]", key: int) -> bool:
    mask = len(slots) - 1
    place = key & mask
    while slots[place]:
        if slots[place] == key:
            return False
        place = (place + 1) & mask
    slots[place] = key
    return True
