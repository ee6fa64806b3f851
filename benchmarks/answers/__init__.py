"""What answers are worth, measured on judged data: ``python -m benchmarks.answers --help``."""
