"""nDCG@10 of several models on judged sets and both stores: the tables of docs/quality.md."""
