"""Scores → probabilities, compiled: what weights.calibrate does, for a block of articles at once.

Scores lie by category, so that every step goes along the articles, and the compiler takes eight of
them at a time; one article after the other has sums and maxima to wait for, and takes six times as long.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.engine.scoring.scoring_plan import BLOCK, Calibration, Found, Plan
from classifier.engine.words.compiled import inner

_LOWEST = -700.0
"""exp of less is taken for exp of this, 1e-304."""
_PER_LN_2 = 1.4426950408889634
_LN_2, _LN_2_REST = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""ln 2 in two parts, the first with zeros at its end, so that multiples of it are exact (Cody and Waite 1980)."""
_ROUND = 6755399441055744.0
"""1.5 · 2⁵²: a small number added to it is rounded to a whole one, which its last bits then are."""
_BIAS, _MANTISSA = np.int64(1023), np.int64(52)
_C2, _C3, _C4, _C5, _C6, _C7 = 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040
_C8, _C9, _C10, _C11, _C12, _C13 = 1 / 40320, 1 / 362880, 1 / 3628800, 1 / 39916800, 1 / 479001600, 1 / 6227020800


@inner
def calibrate(plan: Plan, block: Calibration, first: int, count: int, results: Found) -> None:
    """Write probabilities and the best category of the articles ``first`` … ``first + count - 1``."""
    K = len(plan.offset)
    if plan.spread[0] != 0.0:
        _spread(plan.spread[0], K, block, count)
    _logits(plan, K, block, count)
    _softmax(K, block, count)
    top, best = block.lanes[:count], block.lanes[BLOCK : BLOCK + count]
    for i in range(count):
        top[i] = -1.0
    for k in range(K):
        values = block.logits[k * count : (k + 1) * count]
        for i in range(count):
            better = values[i] > top[i]
            top[i] = values[i] if better else top[i]
            best[i] = k if better else best[i]
        rows = results.probabilities[first * K + k :]
        at = np.uint64(0)
        for i in range(count):
            rows[at] = values[i]
            at += np.uint64(K)
    category, probability = results.category[first:], results.probability[first:]
    for i in range(count):
        category[i] = np.int64(best[i])
        probability[i] = top[i]


@inner
def _spread(spread: float, K: int, block: Calibration, count: int) -> None:
    """Divide each article's scores by their standard deviation to the power of ``spread``."""
    mean, scale = block.lanes[:count], block.lanes[BLOCK : BLOCK + count]
    for i in range(count):
        mean[i] = 0.0
        scale[i] = 0.0
    for k in range(K):
        scores = block.scores[k * BLOCK : k * BLOCK + count]
        for i in range(count):
            mean[i] += scores[i]
    for i in range(count):
        mean[i] /= K
    for k in range(K):
        scores = block.scores[k * BLOCK : k * BLOCK + count]
        for i in range(count):
            difference = scores[i] - mean[i]
            scale[i] += difference * difference
    for i in range(count):
        variance = scale[i] / K
        scale[i] = 1.0 / np.sqrt(variance) if variance > 0.0 else 1.0
    if spread != 1.0:
        for i in range(count):
            scale[i] = np.exp(spread * np.log(scale[i]))
    for k in range(K):
        scores = block.scores[k * BLOCK : k * BLOCK + count]
        for i in range(count):
            scores[i] *= scale[i]


@inner
def _logits(plan: Plan, K: int, block: Calibration, count: int) -> None:
    """Write matrix · scores + offset; article i's of category k lies at ``logits[k · count + i]``."""
    scores = block.scores
    for j in range(K):
        logits, row = block.logits[j * count : (j + 1) * count], plan.calibration[j * K : (j + 1) * K]
        for i in range(count):
            logits[i] = plan.offset[j]
        for k in range(0, K - 7, 8):
            eight = scores[k * BLOCK :]
            a, b, c, d = eight, eight[BLOCK:], eight[2 * BLOCK :], eight[3 * BLOCK :]
            e, f, g, h = eight[4 * BLOCK :], eight[5 * BLOCK :], eight[6 * BLOCK :], eight[7 * BLOCK :]
            for i in range(count):
                logits[i] += (
                    a[i] * row[k] + b[i] * row[k + 1] + c[i] * row[k + 2] + d[i] * row[k + 3]
                    + e[i] * row[k + 4] + f[i] * row[k + 5] + g[i] * row[k + 6] + h[i] * row[k + 7]
                )  # fmt: skip
        for k in range(K - K % 8, K):
            a = scores[k * BLOCK :]
            for i in range(count):
                logits[i] += a[i] * row[k]


@inner
def _softmax(K: int, block: Calibration, count: int) -> None:
    highest, total = block.lanes[:count], block.lanes[BLOCK : BLOCK + count]
    for i in range(count):
        highest[i] = block.logits[i]
        total[i] = 0.0
    for k in range(1, K):
        logits = block.logits[k * count : (k + 1) * count]
        for i in range(count):
            highest[i] = logits[i] if logits[i] > highest[i] else highest[i]
    for k in range(K):
        logits = block.logits[k * count : (k + 1) * count]
        for i in range(count):
            logits[i] -= highest[i]
    _exp(block.logits, block.powers, block.power_bits, K * count)
    for k in range(K):
        logits = block.logits[k * count : (k + 1) * count]
        for i in range(count):
            total[i] += logits[i]
    for i in range(count):
        total[i] = 1.0 / total[i]
    for k in range(K):
        logits = block.logits[k * count : (k + 1) * count]
        for i in range(count):
            logits[i] *= total[i]


@inner
def _exp(values: NDArray[np.float64], powers: NDArray[np.float64], power_bits: NDArray[np.int64], count: int) -> None:
    """exp of values below 0, in place: 2ⁿ · exp(rest) with |rest| ≤ ln 2 / 2 by its Taylor series, to 1e-15.

    The C library's takes one value at a time.
    """
    for i in range(count):
        value = values[i] if values[i] > _LOWEST else _LOWEST
        shifted = value * _PER_LN_2 + _ROUND
        powers[i] = shifted
        n = shifted - _ROUND
        r = (value - n * _LN_2) - n * _LN_2_REST
        series = _C9 + r * (_C10 + r * (_C11 + r * (_C12 + r * _C13)))
        series = _C4 + r * (_C5 + r * (_C6 + r * (_C7 + r * (_C8 + r * series))))
        values[i] = 1.0 + r * (1.0 + r * (_C2 + r * (_C3 + r * series)))
    for i in range(count):
        power_bits[i] = (power_bits[i] + _BIAS) << _MANTISSA
    for i in range(count):
        values[i] *= powers[i]
