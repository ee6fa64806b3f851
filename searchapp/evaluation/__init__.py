"""Judged queries in, figures out.

``dataset`` reads the judgements and ``placing`` puts them on the index's documents; ``asking`` keeps what both legs
bring for each query, ``ranking`` and ``figures`` make numbers of it. ``runner`` does it all in order; ``baseline``
compares two runs, ``sweep`` tries settings, ``vectors`` remembers what was embedded.
"""

from searchapp.evaluation.dataset import Dataset, read_dataset
from searchapp.evaluation.runner import Evaluation, LegFigures, evaluate

__all__ = ["Dataset", "Evaluation", "LegFigures", "evaluate", "read_dataset"]
