"""Warnings where a threshold does not tell texts apart."""

from __future__ import annotations

from .evaluate import Report


def threshold_warnings(report: Report) -> list[str]:
    """Return a warning for each data set whose threshold calls no text, or every text, sarcastic.

    Example:
        >>> cells = {"true_positives": 0, "false_positives": 0}
        >>> figures = {"name": "dev", "texts": 9, "sarcastic": 3, "confusion": cells}
        >>> threshold_warnings({"pipeline": "model", "threshold": 0.5, "data": [figures]})[0][:47]
        'dev: at threshold 0.50 no text is called sarcas'
    """
    found = []
    for figures in report["data"]:
        cells = figures["confusion"]
        called = cells["true_positives"] + cells["false_positives"]
        # With one class only, all or none may well be right.
        if called not in (0, figures["texts"]) or figures["sarcastic"] in (0, figures["texts"]):
            continue
        found.append(
            f"{figures['name']}: {no_decision(report['threshold'], every=called > 0)}, though "
            f"{figures['sarcastic']:,} of {figures['texts']:,} are. {HOW_TO_CHOOSE}"
        )
    return found


HOW_TO_CHOOSE = (
    "Choose a threshold on held-out data: "
    "spacy-sarcasm calibrate MODEL DEV_DATA --output OUTPUT --maximize f1"
)


def no_decision(threshold: float, *, every: bool = False) -> str:
    """Return what is wrong with a threshold that all scores are below, or at or above.

    Args:
        every: Whether all scores are at or above it.

    Example:
        >>> no_decision(0.5)
        'at threshold 0.50 no text is called sarcastic'
    """
    return f"at threshold {threshold:.2f} {'every' if every else 'no'} text is called sarcastic"
