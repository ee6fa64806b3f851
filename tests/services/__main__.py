"""`python -m tests.services` obtains every service; with `serve` it also runs Elasticsearch and Ollama."""

import argparse
import os
import sys
import threading

from tests.services import ServiceUnavailableError, cache, elasticsearch, ollama, process, tools
from tests.services.obtain import obtain


def main() -> int:
    """Obtain, and serve when asked to; 1 when something could not be had."""
    parser = argparse.ArgumentParser(prog="python -m tests.services", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    serving = commands.add_parser("serve", help="run Elasticsearch and Ollama until Ctrl-C")
    serving.add_argument("--es-port", type=int, help="default: a free one")
    serving.add_argument("--ollama-port", type=int, help="default: a free one")
    arguments = parser.parse_args()
    os.environ.setdefault(tools.REQUIRE, "1")  # asked for by hand: missing packages may be installed
    if arguments.command == "serve":
        return _serve(arguments.es_port, arguments.ollama_port)
    return _obtain()


def _obtain() -> int:
    print(f"cache: {cache.folder()}", flush=True)
    failed = 0
    for name, outcome in obtain().items():
        try:
            print(f"{name}: {outcome.result()}")
        except ServiceUnavailableError as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed = 1
    return failed


def _serve(es_port: int | None, ollama_port: int | None) -> int:
    """Each is usable as soon as its line is printed; Ctrl-C or SIGTERM stops both."""
    servers: list[process.Server] = []
    try:
        servers.append(elasticsearch.start(es_port, measured=True))
        print(f"export SEARCHAPP_ELASTICSEARCH_URL={servers[-1].url}", flush=True)
        servers.append(ollama.start(ollama_port))
        print(f"export SEARCHAPP_OLLAMA_URL={servers[-1].url}", flush=True)
        print("# Ctrl-C stops both", flush=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    except ServiceUnavailableError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        for server in servers:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
