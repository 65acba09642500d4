"""Articles → scores and probabilities, compiled: decode, cut, look up, count, add, one article after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.engine.counting.lookup import UNKNOWN, find_tokens
from classifier.engine.counting.vocabulary import SPECIAL, Vocabulary
from classifier.engine.scoring.calibrating import calibrate
from classifier.engine.scoring.feature_counts import (
    add_rows,
    code_characters,
    count_characters,
    count_words,
    weigh,
)
from classifier.engine.scoring.scoring_plan import BLOCK, Batch, Calibration, Counter, Found, Plan
from classifier.engine.words.alphabet import OUTSIDE
from classifier.engine.words.compiled import inner
from classifier.engine.words.cutting import PIECE, cut_codes
from classifier.engine.words.decoding import decode, decode_points
from classifier.engine.words.double_array import ONE, TWO
from classifier.engine.words.jieba_tables import SegmentationTables
from classifier.engine.words.workspace import BEYOND, Workspace
from classifier.model.form import NO_BODY, ROUND_UP
from classifier.text import LINE_BREAK

TITLE, TEXT, LEAD = 0, 1, 2
GROUP = PIECE
"""How many characters of short articles are worked on at once."""
STRIDE = 16
"""How many words at once are looked at to find an article's last: a search by halves is wrong at every step."""


@inner
def score_articles(
    tables: SegmentationTables,
    voc: Vocabulary,
    plan: Plan,
    work: Workspace,
    spare: Counter,
    block: Calibration,
    batch: Batch,
    results: Found,
) -> None:
    """Score articles, as many at a time as make GROUP characters: a step over many short texts is sooner done.

    Titles and bodies are cut as one text, a line break after each.
    """
    K = len(plan.intercept)
    articles = len(batch.text_bounds) - 1
    done = 0
    while done < articles:
        group = _decode_group(plan, work, spare, batch, done)
        bounds = spare.bounds
        end = bounds[2 * group - 1]
        words = cut_codes(tables, end, plan.numbers[3] > 0, False, work)
        find_tokens(voc, plan.is_word, work, words, spare.tokens, spare.places)
        if plan.numbers[1] > 0:
            code_characters(voc, work.characters, end, spare)
        word = start = 0
        for i in range(group):
            title, body_end = bounds[2 * i], bounds[2 * i + 1]
            article = done + i
            familiarity = results.familiarity[3 * article : 3 * article + 3]
            squares, word = _score(voc, plan, work, start, title, body_end, word, words, spare, familiarity)
            scale = 1.0 / np.sqrt(squares) if squares > 0.0 else 0.0
            for k in range(K):
                spare.sums[k] = spare.sums[k] * scale + plan.intercept[k]
            results.form[article] = _form(work.characters, start, title, body_end, plan.endings)
            if len(results.scores) > 0:
                for k in range(K):
                    results.scores[article * K + k] = spare.sums[k]
            if len(results.probabilities) > 0:
                lane = article % BLOCK
                for k in range(K):
                    block.scores[k * BLOCK + lane] = spare.sums[k]
                if lane == BLOCK - 1 or article == articles - 1:
                    calibrate(plan, block, article - lane, lane + 1, results)
            start = body_end + 1
        done += group


@inner
def _decode_group(plan: Plan, work: Workspace, spare: Counter, batch: Batch, first: int) -> int:
    """Decode the article ``first`` and those after it that find room; returns how many.

    Where title and body of each end is left in ``spare.bounds``; each is followed by a line break.
    """
    characters, codes, bounds = work.characters, work.codes, spare.bounds
    title_bounds, text_bounds = batch.title_bounds, batch.text_bounds
    room = len(characters) - BEYOND
    end = group = 0
    article = first
    while article < len(text_bounds) - 1:
        title_start, title_stop = title_bounds[article], title_bounds[article + 1]
        start, stop = text_bounds[article], text_bounds[article + 1]
        if group > 0 and (end >= GROUP or end + (title_stop - title_start) + (stop - start) + 2 > room):
            break
        if len(batch.titles) > 0:
            end = decode(batch.titles, title_start, title_stop, plan.entries, end, work)
        else:
            end = decode_points(batch.title_points, title_start, title_stop, plan.entries, end, work)
        bounds[2 * group] = end
        characters[end] = LINE_BREAK
        codes[end] = OUTSIDE
        if len(batch.texts) > 0:
            end = decode(batch.texts, start, stop, plan.entries, end + 1, work)
        else:
            end = decode_points(batch.text_points, start, stop, plan.entries, end + 1, work)
        bounds[2 * group + 1] = end
        characters[end] = LINE_BREAK
        codes[end] = OUTSIDE
        end += 1
        group += 1
        article += 1
    return group


@inner
def _form(characters: NDArray[np.uint32], start: int, title: int, end: int, endings: NDArray[np.uint32]) -> int:
    """form.form_bits of normalised characters: a title's, ``start`` to ``title``, and after a line break a body's."""
    bits = 0 if end > title + 1 else NO_BODY
    if title > start + 1:
        for i in range(0, len(endings), 2):
            if characters[title - 2] == endings[i] and characters[title - 1] == endings[i + 1]:
                bits |= ROUND_UP
    return bits


@inner
def _score(
    voc: Vocabulary,
    plan: Plan,
    work: Workspace,
    start: int,
    title: int,
    end: int,
    word: int,
    words: int,
    spare: Counter,
    familiarity: NDArray[np.float64],
) -> tuple[float, int]:
    """Sum the blocks' shares into ``spare.sums``; returns the sum of the squared weights of those not empty.

    The article's title ends at ``title``, its body at ``end``; its first word is ``word`` of ``words``.
    Also returns the first word after it.
    """
    for k in range(len(spare.sums)):
        spare.sums[k] = 0.0
    familiarity[:] = 0.0
    n, lead_characters, body = plan.numbers[0], plan.numbers[2], title + 1
    word_ends = work.word_ends
    # Words of the title, those before the end of the lead, all.
    title_words = word
    while word_ends[title_words] < body:
        title_words += 1
    first = title_words + 1
    last = first
    while last + STRIDE <= words and word_ends[last + STRIDE - 1] <= end:
        last += STRIDE
    while last < words and word_ends[last] <= end:
        last += 1
    lead_words = first
    if lead_characters > 0:
        while lead_words < last and word_ends[lead_words] < body + lead_characters:
            lead_words += 1
        lead_words = min(lead_words + 1, last)
    squares = 0.0
    # Words are counted for familiarity even where no block has them.
    filled = count_words(voc, word, word, title_words, n, spare, 0)
    squares += _add(voc.word_idf, voc.word_weights, plan, plan.word_weights[TITLE], plan.groups[TITLE], filled, spare)
    _clear(voc, plan, filled, True, spare, familiarity)
    if last > first:
        leading = count_words(voc, first, first, lead_words, n, spare, 0)
        lead_squares = 0.0
        if plan.word_weights[LEAD] > 0.0:
            lead_squares = weigh(voc.word_idf, plan.frequencies, plan.numbers[4] > 0, leading, spare, spare.lead_values)
        filled = count_words(voc, first, lead_words, last, n, spare, leading)
        squares += _add_body(
            voc.word_idf, voc.word_weights, plan, plan.word_weights, leading, lead_squares, filled, spare
        )
        _clear(voc, plan, filled, True, spare, familiarity)
    n = plan.numbers[1]
    if n > 0:
        filled = count_characters(voc, start, start, title, n, spare, 0)
        squares += _add(
            voc.character_idf, voc.character_weights, plan, plan.character_weights[TITLE], plan.groups[TITLE],
            filled, spare,
        )  # fmt: skip
        _clear(voc, plan, filled, False, spare, familiarity)
        lead_end = min(end, body + lead_characters)
        leading = count_characters(voc, body, body, lead_end, n, spare, 0)
        lead_squares = 0.0
        if plan.character_weights[LEAD] > 0.0:
            lead_squares = weigh(
                voc.character_idf, plan.frequencies, plan.numbers[4] > 0, leading, spare, spare.lead_values
            )
        filled = count_characters(voc, body, lead_end, end, n, spare, leading)
        squares += _add_body(
            voc.character_idf, voc.character_weights, plan, plan.character_weights, leading, lead_squares, filled,
            spare,
        )  # fmt: skip
        _clear(voc, plan, filled, False, spare, familiarity)
    return squares, last + 1


@inner
def _add(
    idf: NDArray[np.float32],
    weights: NDArray[np.float32],
    plan: Plan,
    weight: float,
    group: int,
    filled: int,
    spare: Counter,
) -> float:
    """Add the counted block's share; returns its weight², or 0 where it is empty."""
    if weight == 0.0:
        return 0.0
    squares = weigh(idf, plan.frequencies, plan.numbers[4] > 0, filled, spare, spare.values)
    if squares == 0.0:
        return 0.0
    factor = weight / np.sqrt(squares)
    for i in range(filled):
        spare.values[i] *= factor
    add_rows(weights, group * len(idf), filled, spare)
    return weight * weight


@inner
def _add_body(
    idf: NDArray[np.float32],
    weights: NDArray[np.float32],
    plan: Plan,
    block_weights: NDArray[np.float64],
    leading: int,
    lead_squares: float,
    filled: int,
    spare: Counter,
) -> float:
    """Add the shares of body and lead at once: what is in the lead is in the body, and both have one row of weights."""
    values, lead_values = spare.values, spare.lead_values
    squares = weigh(idf, plan.frequencies, plan.numbers[4] > 0, filled, spare, values)
    weight, lead_weight = block_weights[TEXT], block_weights[LEAD]
    if squares == 0.0 or weight == 0.0:
        factor = weight = 0.0
    else:
        factor = weight / np.sqrt(squares)
    if lead_squares == 0.0:
        lead_factor = lead_weight = 0.0
    else:
        lead_factor = lead_weight / np.sqrt(lead_squares)
    for i in range(filled):
        values[i] *= factor
    if lead_factor > 0.0:
        for i in range(leading):
            values[i] += lead_values[i] * lead_factor
    add_rows(weights, plan.groups[TEXT] * len(idf), filled, spare)
    return weight * weight + lead_weight * lead_weight


@inner
def _clear(
    voc: Vocabulary, plan: Plan, filled: int, words: bool, spare: Counter, familiarity: NDArray[np.float64]
) -> None:
    """Set the counts back to zero; add those of words to the familiarity."""
    counts, touched, familiar = spare.counts, spare.touched, voc.familiar
    if not words:
        for i in range(filled):
            counts[touched[i]] = 0
        return
    unknown = np.float64(counts[len(voc.word_idf) - SPECIAL + UNKNOWN])
    total = 0.0
    surprise = 0.0
    for i in range(filled):
        slot = np.uint64(touched[i])
        count = np.float64(counts[slot])
        counts[slot] = 0
        total += count * np.float64(familiar[TWO * slot])
        surprise += count * np.float64(familiar[TWO * slot + ONE])
    familiarity[0] += total
    familiarity[1] += total - unknown
    familiarity[2] += surprise + unknown * plan.surprise_unknown[0]
