"""Models that run in this process: compiled once for this machine, or by sentence-transformers itself.

``preparing`` finds a prepared model or makes it, in a process of its own (``compiling``), which alone needs PyTorch;
``compiled`` runs it with OpenVINO. ``reference`` runs a model by sentence-transformers: on a GPU, and where it cannot
be compiled.
"""
