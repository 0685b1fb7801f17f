"""What a metric stands at."""

from prometheus_client import Counter


def count_of(counter: Counter, *labels: str) -> float:
    """How often it was counted, for these labels."""
    metric = counter.labels(*labels) if labels else counter
    return next(sample.value for family in metric.collect() for sample in family.samples if sample.name.endswith("_total"))
