# One image for the controller, the webhook and the agents; the manifests of deploy/ say which one a container runs.
# `deno task image` makes the same one without a container engine.
#
#   docker build --tag registry.example/vm-dhcp:0.2.0 --build-arg REVISION="$(git rev-parse HEAD)" .
#
# The build stage needs Debian's apt-get, npm, and a network that reaches Debian's packages and the npm registry.
ARG BUILD_IMAGE=node:22-bookworm-slim

FROM ${BUILD_IMAGE} AS build
ARG DENO_VERSION=2.9.6
ENV DENO_NO_UPDATE_CHECK=1
RUN npm install --global "deno@${DENO_VERSION}"
WORKDIR /source
COPY . .
ARG REVISION=unknown
RUN deno run --allow-read --allow-write --allow-run --allow-env --allow-sys=uid deploy/image/main.ts --folders /image --revision "${REVISION}"

# Deno and the C library, then the program with its dependencies in Deno's cache: no shell, no package manager.
FROM scratch
LABEL org.opencontainers.image.title=vm-dhcp
LABEL org.opencontainers.image.licenses=Apache-2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.version=0.2.0
LABEL org.opencontainers.image.revision=${REVISION}
COPY --from=build /image/base/ /
COPY --from=build /image/program/ /
ENV PATH=/usr/bin
ENV DENO_DIR=/deno-dir
ENV DENO_NO_UPDATE_CHECK=1
ENV HOME=/tmp
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["/usr/bin/deno"]
