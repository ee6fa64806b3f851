"""Judged queries in, figures out.

``dataset`` reads the judgements and ``placing`` puts them on the index's documents; ``asking`` keeps what both
retrievers bring for each query, ``figures`` makes numbers of it. ``runner`` does it all in order; ``baseline``
compares two runs, ``sweep`` tries settings, ``vectors`` remembers what was embedded.
"""

from searchapp.evaluation.dataset import Dataset, read_dataset
from searchapp.evaluation.runner import Evaluation, ModeFigures, evaluate

__all__ = ["Dataset", "Evaluation", "ModeFigures", "evaluate", "read_dataset"]
