"""Answers measured: the checker of sentences (``constructed``) and the gate that refuses (``gate``)."""
