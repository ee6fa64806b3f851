"""Judged queries in, figures out: ``dataset`` reads the BEIR layout, ``runner`` indexes, searches and measures."""

from searchapp.evaluation.dataset import Dataset, read_dataset
from searchapp.evaluation.runner import Evaluation, LegFigures, evaluate

__all__ = ["Dataset", "Evaluation", "LegFigures", "evaluate", "read_dataset"]
