# A version that never gets ready: notifier ends at its start.
ARG IMAGE
FROM ${IMAGE}
USER 0:0
RUN echo 'raise SystemExit("this version does not start")' > services/notifier/__main__.py && python3 -m compileall -q services/notifier
USER 10001:10001
