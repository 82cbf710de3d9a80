"""Weights of the deep check `faithfulness`, written by `training/faithfulness.py`."""

RECORD: dict[str, object] = {
    "data": ["retrieval_halueval", "injection_indirect_bipia", "made pairs"],
    "pairs": 4000,
    "seed": 7,
    "made_qa_auroc": 0.978,
    "made_summary_auroc": 0.964,
    "ragtruth_qa_auroc": 0.84,
    "ragtruth_qa_f1": 0.555,
    "ragtruth_qa_recall": 0.652,
    "ragtruth_qa_false_alarms": 0.152,
}
"""RAGTruth trained no weight and no threshold; it was looked at when the features were chosen."""

WEIGHTS: dict[str, tuple[tuple[float, ...], float, float]] = {
    "qa": (
        (0.7169, 0.0000, 5.5016, 0.0000, 0.2915, 1.4740, 0.3090, 0.7287, 2.7398),
        -8.2226,
        0.2595,
    ),
    "summary": (
        (0.2243, 0.0000, 5.3613, 0.0000, 0.8159, 1.6511, 0.1460, 0.5368, 2.6826),
        -7.2679,
        0.2525,
    ),
}
"""By kind of task: the weight of each feature (9), the bias, the threshold."""
