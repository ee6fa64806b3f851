"""Word: paragraphs, lists, tables and notes become a little HTML, which the walk over markup reads.

``document`` is the way in; ``styles`` and ``numbering`` are what a paragraph is beside its words.
"""
