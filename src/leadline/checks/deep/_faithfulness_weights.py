"""Weights of the deep check `faithfulness`, written by `training/faithfulness.py`."""

RECORD: dict[str, object] = {
    "data": ["retrieval_halueval", "injection_indirect_bipia", "made pairs"],
    "pairs": 4000,
    "seed": 7,
    "made_qa_auroc": 0.975,
    "made_summary_auroc": 0.96,
    "ragtruth_qa_auroc": 0.829,
    "ragtruth_qa_f1": 0.532,
    "ragtruth_qa_recall": 0.621,
    "ragtruth_qa_false_alarms": 0.156,
}
"""RAGTruth trained no weight and no threshold; it was looked at when the features were chosen."""

WEIGHTS: dict[str, tuple[tuple[float, ...], float, float]] = {
    "qa": (
        (0.6913, 0.0000, 6.0566, 0.0000, 0.4271, 1.8046, 0.0000, 0.0000, 2.7772),
        -8.9248,
        0.3084,
    ),
    "summary": (
        (0.0000, 0.0000, 6.7694, 0.0000, 0.9365, 1.4984, 0.4028, 0.0000, 2.7647),
        -7.7313,
        0.2923,
    ),
}
"""By kind of task: the weight of each feature (9), the bias, the threshold."""
