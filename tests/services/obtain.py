"""Obtaining services ahead of their use, all at once: one downloads while another compiles."""

from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor

from tests.services import (
    built,
    chromium,
    elasticsearch,
    libreoffice,
    llama_cpp,
    nginx,
    ollama,
    prepared_models,
    programs,
    promtool,
    redis,
    tesseract,
)
from tests.stack import stand_ins

# By the name of the fixture that wants it.
SERVICES: dict[str, Callable[[], str]] = {
    "prepared_models": prepared_models.obtain,
    "prepared_tiny": prepared_models.obtain_tiny,
    "tiny_model": lambda: str(prepared_models.tiny_model()),
    "elasticsearch_url": elasticsearch.obtain,
    "ollama": ollama.obtain,
    "llama_cpp": llama_cpp.obtain,
    "redis_url": redis.obtain,
    "chromium_path": lambda: str(chromium.program()),
    "tesseract": tesseract.program,
    "libreoffice": libreoffice.program,
    "stack": stand_ins.obtain,
    "promtool": promtool.program,
    "nginx": nginx.obtain,
    "helm": lambda: str(built.helm()),
    "actionlint": lambda: str(built.actionlint()),
    "zsh": lambda: programs.program("zsh"),
    "fish": lambda: programs.program("fish"),
    "mandoc": lambda: programs.program("mandoc"),
}


def obtain(names: Collection[str] = tuple(SERVICES)) -> dict[str, Future[str]]:
    """Each service's outcome, all of them done: what will be used, or a ServiceUnavailableError."""
    with ThreadPoolExecutor() as pool:
        return {name: pool.submit(step) for name, step in SERVICES.items() if name in names}
