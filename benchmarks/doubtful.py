"""What labels bring whose articles were picked because a model was unsure of them.

python -m benchmarks.doubtful

Needs the news corpus in $LANMU_CORPUS.  Folds that hold whole months out, before the holdout; fitted
with those labels and without them, judged by how the articles were drawn.
"""

from __future__ import annotations

import numpy as np

from classifier.engine.counting.counting import count_features
from lanmu.commands.label_options import read_examples
from training.fitting.fit import label_columns
from training.fitting.fit_options import FitOptions
from training.fitting.matrix import feature_matrix
from training.fitting.solving import one_blas_thread, solve_weights
from training.fitting.splits import folds, hold_apart, holdout_mask, time_blocks
from training.labels.corpora import real_labels
from training.labels.near_duplicates import near_duplicate_groups

FOLDS = 5
REPEATS = 2
KINDS = ("natural", "targeted", "doubtful", "written")


@one_blas_thread
def main() -> None:
    examples, taxonomy = read_examples(None, None, False, True)
    drawn = {label.id: label.drawn for label in real_labels()}
    groups = near_duplicate_groups(examples.whole)
    apart, _ = hold_apart(holdout_mask(examples), groups)
    examples = examples.take(apart)
    kinds = np.array([drawn.get(name.removeprefix("xwlb/"), "written") for name in examples.ids])
    y, options = label_columns(examples, taxonomy), FitOptions()
    blocks = time_blocks(groups[apart], examples.dates, examples.categories)
    right = {with_them: np.zeros(len(y)) for with_them in (True, False)}
    for seed in range(REPEATS):
        for train, test in folds([str(k) for k in y], groups[apart] if blocks is None else blocks, FOLDS, seed):
            for with_them, found in right.items():
                known = train if with_them else train[~examples.doubtful[train]]
                matrix = feature_matrix(examples.take(known), options, y[known])
                weights, intercept = solve_weights(matrix.X, y[known], len(taxonomy), options, matrix.shared)
                seen = count_features(options.spec, *examples.take(test).columns).onto(matrix.words, matrix.characters)
                best = (seen.tf_idf(matrix.idf) @ weights + intercept).argmax(1)
                found[test] += (best == y[test]) / REPEATS
    print(f"{'':10}{'articles':>10}{'without':>10}{'with':>10}")
    for kind in KINDS:
        those = kinds == kind
        print(f"{kind:10}{those.sum():10,}{right[False][those].mean():10.3f}{right[True][those].mean():10.3f}")


if __name__ == "__main__":
    main()
