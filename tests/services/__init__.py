"""The real services the tests run against, Elasticsearch, Ollama, Redis, Chromium, nginx, Docker and others; no mock.

Each service is resolved in this order, and lazily: a run that needs none starts none.

1. A running one, named by its URL: ``SEARCHAPP_TEST_ELASTICSEARCH_URL``, ``SEARCHAPP_TEST_OLLAMA_URL``,
   ``SEARCHAPP_TEST_REDIS_URL``, ``SEARCHAPP_TEST_DOCKER_HOST``.
2. A program that is installed: the folder in ``SEARCHAPP_TEST_ELASTICSEARCH_HOME``, ``elasticsearch`` on
   PATH; ``ollama``, ``redis-server``, ``tesseract``, ``nginx`` and ``promtool`` on PATH; ``SEARCHAPP_TEST_CHROMIUM``, a
   Chromium or Chrome on PATH.
3. One made from the package registries alone, kept in ``SEARCHAPP_TEST_CACHE`` (by default
   ``~/.cache/searchapp-tests``, for root ``/var/cache/searchapp-tests``). Elasticsearch takes mvn and a JDK,
   21 or newer (17 for 8.19); ``SEARCHAPP_TEST_ELASTICSEARCH_VERSION`` asks for another version than 9.5.3, whatever is
   installed, which is how ``make test-8`` gets 8.19.21. Ollama takes go, g++ and the headers of Debian's nlohmann-json3-dev and libstb-dev.

A clock that can be set, of the month of operations (tests/operations/month), takes Linux and a C compiler.

The rehearsal of the stack (tests/stack) takes root, Debian's docker.io and mmdebstrap, and compose, which go builds; its engine
is its own, and what it holds is removed afterwards.

When none of these works the tests that need the service are skipped, and the reason says what is missing.
With ``SEARCHAPP_TEST_REQUIRE_SERVICES=1`` they fail instead, and root gets missing Debian packages installed.

``python -m tests.services`` obtains everything; ``python -m tests.services serve`` starts Elasticsearch and
Ollama and prints their URLs. Only POSIX systems are supported.
"""


class ServiceUnavailableError(Exception):
    """A service cannot be had on this machine; the message says why, in a sentence."""
