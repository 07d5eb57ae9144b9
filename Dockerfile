# One image for all services and for the page; `command` says which: python -m chat_api, scheduler, consumers.notification, …
# The base is an index of both architectures (amd64, arm64), so its digest holds for either. Nothing is compiled: what has no
# wheel is plain Python, and is built with the setuptools of image-build.lock.

FROM python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b AS packages
WORKDIR /build
# A wheel that is made here is a zip file with times in it, whose hash pip writes down: the same at each build.
ENV SOURCE_DATE_EPOCH=1577836800
COPY image-build.lock image.lock ./
RUN pip install --no-cache-dir --require-hashes --only-binary=:all: -r image-build.lock \
    && pip wheel --no-cache-dir --no-deps --no-build-isolation --require-hashes --wheel-dir wheels -r image.lock
RUN python -m venv --without-pip /opt/todo \
    && pip --python /opt/todo/bin/python install --no-cache-dir --no-index --no-deps wheels/*.whl
COPY contracts /opt/todo/app/contracts
COPY servicekit /opt/todo/app/servicekit
COPY chat_api /opt/todo/app/chat_api
COPY reminder_actor /opt/todo/app/reminder_actor
COPY scheduler /opt/todo/app/scheduler
COPY consumers /opt/todo/app/consumers
COPY console /opt/todo/app/console
# The containers cannot write: what Python would keep of its work is made here, and does not ask for times of files.
RUN python -m compileall -q -f --invalidation-mode unchecked-hash /opt/todo/app /opt/todo/lib

FROM python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
LABEL org.opencontainers.image.title="todo-app" \
    org.opencontainers.image.description="A todo assistant you talk to: its services and its page" \
    org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 todo \
    && useradd --uid 10001 --gid todo --no-create-home --home-dir /tmp --shell /usr/sbin/nologin todo
COPY --from=packages /opt/todo /opt/todo
ENV PATH=/opt/todo/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /opt/todo/app
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-m", "servicekit.healthcheck"]
CMD ["python", "-m", "chat_api"]
