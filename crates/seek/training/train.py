#!/usr/bin/env python3
"""Learns the order of candidates: LambdaMART over the features of seek, written as small trees.

usage: train.py FEATURES.tsv TREES.txt      (FEATURES.tsv is made by the example `score … features`)

Needs lightgbm and numpy. Prints nDCG@10 of a five-fold cross-validation, then learns from all questions. The folds
part the documents that answer, so that the figure speaks of laws that were not learned from: more or larger trees
look better when questions alone are parted, and are worse here. Each line of FEATURES.tsv: number of the question,
style, number of the document that answers, 1 if the article is right, the features.
"""
import sys

import lightgbm
import numpy as np

PARAMS = dict(
    objective="lambdarank",
    metric="None",
    learning_rate=0.05,
    num_leaves=12,
    min_data_in_leaf=80,
    min_sum_hessian_in_leaf=1.0,
    feature_fraction=0.6,
    bagging_fraction=0.8,
    bagging_freq=1,
    lambda_l2=5.0,
    lambdarank_truncation_level=15,
    num_threads=1,
    verbose=-1,
    seed=7,
    deterministic=True,
)
ROUNDS = 200


def read(path):
    table = np.loadtxt(path, dtype=np.float32, delimiter="\t")
    question, style, document, right = table[:, :4].astype(int).T
    return question, style, document, right, table[:, 4:]


def groups(question, style):
    """Lengths of the runs of one question in one style."""
    key = question * 16 + style
    return np.diff(np.flatnonzero(np.concatenate(([1], np.diff(key), [1]))))


def ndcg(question, style, right, score):
    """Mean nDCG@10 over those questions that have a right candidate, and the share found in the first ten."""
    gains, found, start = [], [], 0
    for length in groups(question, style):
        part = slice(start, start + length)
        start += length
        ranked = right[part][np.argsort(-score[part], kind="stable")]
        if ranked.sum():
            weights = 1 / np.log2(np.arange(2, 12))
            gains.append((ranked[:10] * weights[: len(ranked[:10])]).sum() / weights[: min(10, ranked.sum())].sum())
            found.append(ranked[:10].sum() / ranked.sum())
    return np.mean(gains), np.mean(found)


def learn(question, style, right, features, rows):
    data = lightgbm.Dataset(features[rows], right[rows], group=groups(question[rows], style[rows]))
    return lightgbm.train(PARAMS, data, ROUNDS)


def write(model, count, path):
    with open(path, "w", encoding="ascii") as out:
        print(count, file=out)
        for tree in model.dump_model()["tree_info"]:
            nodes, leaves = [], []

            def walk(node):
                if "leaf_value" in node:
                    leaves.append(f"{node['leaf_value']:.4g}")
                    return -len(leaves)
                at = len(nodes)
                nodes.append(None)
                left, right = walk(node["left_child"]), walk(node["right_child"])
                nodes[at] = f"{node['split_feature']}:{node['threshold']:.5g}:{left}:{right}"
                return at

            walk(tree["tree_structure"])
            print(" ".join(nodes) + "|" + " ".join(leaves), file=out)


def main(features_path, trees_path):
    question, style, document, right, features = read(features_path)
    scores = np.zeros(len(right))
    for fold in range(5):
        test = document % 5 == fold
        scores[test] = learn(question, style, right, features, ~test).predict(features[test])
    for name, s in (("retrieval", features[:, 1]), ("learned", scores)):
        for which in (0, 1):
            rows = style == which
            gain, found = ndcg(question[rows], style[rows], right[rows], s[rows])
            print(f"{name}, {('no marks', 'marks')[which]}: nDCG@10 {gain:.4f}, R@10 {found:.4f} of what was retrieved")
    model = learn(question, style, right, features, np.ones(len(right), bool))
    importance = model.feature_importance("gain")
    print("importance:", ", ".join(f"{n}:{importance[n] / importance.sum():.3f}" for n in np.argsort(-importance)[:40]))
    write(model, features.shape[1], trees_path)


if __name__ == "__main__":
    main(*sys.argv[1:3])
