# searchapp's image: the web server, the worker and the command line. docs/deploy.md tells how to run and to change it.
#
#   docker build .                          embeds with the models that it carries, prepared; without PyTorch
#   docker build --build-arg TORCH=cpu .    can prepare others, too
#   docker build --build-arg TORCH=cuda .   embeds on an NVIDIA GPU (several GB larger)
#   docker build --build-arg MODELS= .      carries none; for embedding models that Ollama serves

ARG PYTHON_VERSION=3.12

FROM python:${PYTHON_VERSION}-slim AS build
ARG TORCH=none
# Where packages come through a mirror.
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1 VIRTUAL_ENV=/opt/venv
RUN pip install --no-cache-dir "uv>=0.9" && uv venv /opt/venv
WORKDIR /src
# What changes seldom comes first: with the same dependencies only our own few files are built again.
COPY pyproject.toml constraints.txt docker/requirements docker/without-torch.txt ./
RUN ./requirements > requirements.txt \
    && case "$TORCH" in \
        cpu) set -- --torch-backend=cpu ;; \
        cuda) set -- ;; \
        none) set -- --override without-torch.txt ;; \
        *) echo "TORCH is '$TORCH'; it may be cpu, cuda or none." >&2; exit 2 ;; \
    esac \
    && uv pip install --constraint constraints.txt --requirement requirements.txt "$@"
COPY . .
RUN uv pip install --no-deps .
# What the environment consists of, by its own word.
RUN uv venv --quiet /tmp/sbom \
    && uv pip install --quiet --python /tmp/sbom --constraint constraints.txt cyclonedx-python-lib packaging \
    && /tmp/sbom/bin/python scripts/sbom.py /opt/venv > /opt/sbom.cdx.json \
    && rm -rf /tmp/sbom
# The default model, and the one that indices before it were built with; docs/deploy.md tells what each takes.
ARG MODELS="multilingual-e5-small all-MiniLM-L6-v2"
RUN docker/prepare /opt/models "$MODELS"

FROM python:${PYTHON_VERSION}-slim
# tesseract reads scanned pages, in the languages that ocr_languages names by default.
# hadolint ignore=DL3008
RUN apt-get update -q \
    && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
        tesseract-ocr tesseract-ocr-eng tesseract-ocr-chi-sim \
    && rm -rf /var/lib/apt/lists/*
# The user that owns what is written; a bind mount in the place of a volume must belong to it.
RUN groupadd --gid 10001 searchapp \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin searchapp \
    && install -d -o searchapp -g searchapp -m 0750 /data /models
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/models /usr/share/searchapp/models
COPY --from=build /opt/sbom.cdx.json /usr/share/searchapp/sbom.cdx.json
COPY docker/health docker/preflight docker/setup /usr/local/bin/
# Apart from the virtual environment, whose paths change with Python's version: a document's source is its path.
COPY searchapp/samples /usr/share/searchapp/samples
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    HF_HOME=/models \
    SEARCHAPP_DATA_DIR=/data \
    SEARCHAPP_MODELS_DIR=/usr/share/searchapp/models \
    SEARCHAPP_HOST=0.0.0.0
USER 10001:10001
# Settings that stand in searchapp.toml are read from here; the root file system may be read-only.
WORKDIR /data
VOLUME ["/data", "/models"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=6 CMD ["health"]
ENTRYPOINT ["searchapp"]
CMD ["serve"]
# Where it comes from; a release says which commit of which repository.
ARG VERSION=0.2.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="searchapp" \
    org.opencontainers.image.description="Private semantic search with answers over your own documents, on Elasticsearch." \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$REVISION" \
    org.opencontainers.image.source="$SOURCE"
