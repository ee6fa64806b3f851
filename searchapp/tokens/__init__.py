"""Counting and cutting text in a model's own tokens: the ``Tokenizer`` contract, and what keeps it.

``tokenizer`` has one that does as the model does, and one that stays on the safe side where the model's own cannot be
had; ``remembering`` spares either of them texts that it has seen, and ``pieces`` a large vocabulary's loading.
"""

from searchapp.tokens.remembering import RememberingTokenizer
from searchapp.tokens.tokenizer import EstimatingTokenizer, FastTokenizer, Reading, Tokenizer

__all__ = ["EstimatingTokenizer", "FastTokenizer", "Reading", "RememberingTokenizer", "Tokenizer"]
