"""Counted features of articles, kept from one training run to the next, so that only new articles are counted.

A piece is a file of the cache (segmentation.cache) with the counts of some articles, each under a
hash of its title and text.  Its name says what else counts depend on: the features, the dictionary,
the table of characters, the code that counts.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.columns import TextColumn
from classifier.engine.counting.counting import FeatureCounts, count_features
from classifier.engine.words.cache import cache_folder, keep, read_kept, remove_kept, sources_digest
from classifier.engine.words.dictionary import Dictionary
from classifier.engine.words.tables import tables_key
from classifier.model.features import Block, FeatureSpec
from classifier.strings import StringTable
from classifier.text import CharacterTable, character_table

FEWEST = 200
"""Fewer articles are counted sooner than looked up."""
MOST_PIECES = 6
MOST_MEGABYTES = 1000
"""Of all pieces together, where $LANMU_FEATURES_MB does not say otherwise; 0 keeps none."""
FEW_STRINGS = 20
"""A table so many times smaller than the largest is looked up in it."""
KEY_BYTES = 16
"""Of the hash that an article is known by."""


@dataclass(frozen=True)
class _Piece:
    """Counts of some articles, and the articles' keys in the order of their rows."""

    counts: FeatureCounts
    keys: tuple[bytes, ...]


def counted(
    spec: FeatureSpec,
    titles: TextColumn,
    texts: TextColumn,
    *,
    dictionary: Dictionary = Dictionary(),  # noqa: B008
    table: CharacterTable | None = None,
) -> FeatureCounts:
    """What ``count_features`` returns, to the byte; articles counted before are not counted again."""
    table = table or character_table()
    limit = megabytes() * 1_000_000

    def count(wanted: NDArray[np.int64] | None = None) -> FeatureCounts:
        if wanted is None:
            return count_features(spec, titles, texts, dictionary=dictionary, table=table)
        return count_features(spec, titles.take(wanted), texts.take(wanted), dictionary=dictionary, table=table)

    if len(titles) != len(texts) or len(texts) < FEWEST or limit <= 0:
        return count()
    folder, name = cache_folder(), f"features-{_namespace(spec, dictionary, table)}"
    keys = list(_keys(titles, texts))
    paths = sorted(folder.glob(f"{name}-*.safetensors"))
    pieces = [piece for path in paths if (piece := _read(path, spec)) is not None]
    known = {key for piece in pieces for key in piece.keys}
    unseen = {key: i for i, key in reversed(list(enumerate(keys))) if key not in known}
    if unseen:
        places = np.array(sorted(unseen.values()), np.int64)
        pieces.append(_Piece(count(places), tuple(keys[i] for i in places.tolist())))
        _write(folder, name, pieces[-1], limit)
    if len(pieces) > MOST_PIECES:
        every = sorted(known | set(keys))
        whole = _write(folder, name, _Piece(_gathered(spec, pieces, every), tuple(every)), limit)
        for path in folder.glob(f"{name}-*.safetensors") if whole else ():
            if path != whole:
                remove_kept(path)
    return _gathered(spec, pieces, keys)


def megabytes() -> int:
    """How much may be kept."""
    return int(os.environ.get("LANMU_FEATURES_MB", MOST_MEGABYTES))


def _gathered(spec: FeatureSpec, pieces: list[_Piece], keys: list[bytes]) -> FeatureCounts:
    """The counts of the articles with these keys, in this order, over the features that they have."""
    from scipy.sparse import csr_matrix, vstack

    place: dict[bytes, tuple[int, int]] = {}
    for number, piece in enumerate(pieces):
        place |= {key: (number, row) for row, key in enumerate(piece.keys)}
    wanted = np.array([place[key] for key in keys], np.int64).reshape(-1, 2)
    order = np.argsort(wanted[:, 0], kind="stable")
    back = np.argsort(order, kind="stable")
    tables = {
        "words": [piece.counts.words for piece in pieces],
        "characters": [piece.counts.characters for piece in pieces],
    }
    rows = [wanted[wanted[:, 0] == number, 1] for number in range(len(pieces))]
    names: dict[str, StringTable] = {}
    articles: dict[str, NDArray[np.int64]] = {}
    blocks: dict[Block, csr_matrix] = {}
    for analyser in ("words", "characters"):
        parts = [block for block in pieces[0].counts.blocks if block[1] == analyser]
        union, onto = _union(tables[analyser])
        for block in parts:
            moved = []
            for number, piece in enumerate(pieces):
                chosen = piece.counts.blocks[block][rows[number]]
                shape = (chosen.shape[0], len(union))
                moved.append(csr_matrix((chosen.data, onto[number][chosen.indices], chosen.indptr), shape=shape))
            blocks[block] = vstack(moved, format="csr")[back]
        seen = sum(blocks[block] for block in parts) if parts else csr_matrix((len(keys), 0), dtype=np.int32)
        in_articles = np.bincount(seen.indices, minlength=len(union)).astype(np.int64)
        kept = np.flatnonzero(in_articles)
        names[analyser] = union.take(kept)
        articles[analyser] = in_articles[kept]
        for block in parts:
            blocks[block] = blocks[block][:, kept]
            blocks[block].sort_indices()
    ordered = {block: blocks[block] for block in pieces[0].counts.blocks}
    return FeatureCounts(spec, names["words"], names["characters"], ordered, articles["words"], articles["characters"])


def _union(tables: list[StringTable]) -> tuple[StringTable, list[NDArray[np.int32]]]:
    """The strings of all tables in one, and for each table where its strings are there."""
    largest = max(tables, key=len)
    small = [table for table in tables if table is not largest]
    if sum(map(len, small)) < len(largest) // FEW_STRINGS:
        union, moved = largest.joined(string for table in small for string in table)
        looked_up = (
            moved if table is largest else np.array([union.find(string) for string in table]) for table in tables
        )
        return union, [places.astype(np.int32) for places in looked_up]
    union = StringTable.of({string for table in tables for string in table})
    index = {string: i for i, string in enumerate(union)}
    return union, [np.array([index[string] for string in table], np.int32) for table in tables]


def _namespace(spec: FeatureSpec, dictionary: Dictionary, table: CharacterTable) -> str:
    counts_by = (spec.words, spec.characters, spec.lead_characters, spec.hmm, [block[:2] for block in spec.blocks])
    state = hashlib.sha256(f"{counts_by!r} {tables_key(dictionary.entries)}".encode())
    state.update(table.fold.tobytes())
    state.update(table.is_word.tobytes())
    package = Path(count_features.__code__.co_filename).parent
    sources = [*sorted(package.glob("*.py")), *sorted((package.parent / "words").glob("*.py")), Path(__file__)]
    state.update(sources_digest(*sources))
    return state.hexdigest()[:24]


def _keys(titles: TextColumn, texts: TextColumn) -> Iterator[bytes]:
    """A hash of each article's title and text."""
    for i in range(len(texts)):
        title = titles.data[titles.offsets[i] : titles.offsets[i + 1]]
        state = hashlib.blake2b(len(title).to_bytes(8, "little"), digest_size=KEY_BYTES)
        state.update(title.tobytes())
        state.update(texts.data[texts.offsets[i] : texts.offsets[i + 1]].tobytes())
        yield state.digest()


def split_keys(joined: NDArray[np.uint8]) -> tuple[bytes, ...]:
    """The keys that a file of the cache holds back to back."""
    raw = joined.tobytes()
    return tuple(raw[i : i + KEY_BYTES] for i in range(0, len(raw), KEY_BYTES))


def _write(folder: Path, name: str, piece: _Piece, limit: int) -> Path | None:
    """Keep a piece and return its path, or None where that cannot be.

    The least recently used pieces of any name go where all together become too large.
    """
    counts = piece.counts
    arrays: dict[str, NDArray[Any]] = {
        "keys": np.frombuffer(b"".join(piece.keys), np.uint8),
        "words.blob": counts.words.blob,
        "words.offsets": counts.words.offsets,
        "characters.blob": counts.characters.blob,
        "characters.offsets": counts.characters.offsets,
    }
    for (field, analyser), block in counts.blocks.items():
        for part in ("data", "indices", "indptr"):
            arrays[f"{field}.{analyser}.{part}"] = np.asarray(getattr(block, part), np.int32)
    if sum(array.nbytes for array in arrays.values()) > limit:
        return None
    path = folder / f"{name}-{hashlib.sha256(b''.join(piece.keys)).hexdigest()[:16]}.safetensors"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep(path, arrays)
        kept = sorted(folder.glob("features-*.safetensors"), key=lambda path: path.stat().st_mtime, reverse=True)
        total = 0
        for old in kept:
            total += old.stat().st_size
            if total > limit and old != path:
                remove_kept(old)
    except OSError:
        return None
    return path


def _read(path: Path, spec: FeatureSpec) -> _Piece | None:
    from scipy.sparse import csr_matrix

    arrays = read_kept(path)
    if arrays is None:
        return None
    words = StringTable(arrays["words.blob"], arrays["words.offsets"])
    characters = StringTable(arrays["characters.blob"], arrays["characters.offsets"])
    keys = split_keys(arrays["keys"])
    blocks: dict[Block, Any] = {}
    for field, analyser, _ in spec.blocks:
        parts = tuple(arrays[f"{field}.{analyser}.{part}"] for part in ("data", "indices", "indptr"))
        shape = (len(keys), len(words if analyser == "words" else characters))
        blocks[field, analyser] = csr_matrix(parts, shape=shape)
    nothing = np.zeros(0, np.int64)  # in how many articles: counted anew for each choice of articles
    return _Piece(FeatureCounts(spec, words, characters, blocks, nothing, nothing), keys)
