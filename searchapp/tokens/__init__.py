"""Counting and cutting text in a model's own tokens: the ``Tokenizer`` contract, and what keeps it.

``fast`` does as the model does, ``estimate`` stays on the safe side where the model's own cannot be had, and
``remembering`` spares either of them texts that it has seen.
"""

from searchapp.tokens.base import Tokenizer
from searchapp.tokens.estimate import EstimatingTokenizer
from searchapp.tokens.fast import FastTokenizer
from searchapp.tokens.remembering import RememberingTokenizer

__all__ = ["EstimatingTokenizer", "FastTokenizer", "RememberingTokenizer", "Tokenizer"]
