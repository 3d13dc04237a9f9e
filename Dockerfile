# One image for the controller, the webhook and the agents; the manifests of deploy/ say which one a container runs.
# `deno task image` makes the same one without a container engine.
#
#   docker build --tag registry.example/vm-dhcp:0.1.0 .
#
# The build stage needs the C library (no Alpine), npm, and a network that reaches the npm registry.
ARG BUILD_IMAGE=node:22-bookworm-slim

FROM ${BUILD_IMAGE} AS build
ARG DENO_VERSION=2.9.6
ENV DENO_NO_UPDATE_CHECK=1
RUN npm install --global "deno@${DENO_VERSION}"
WORKDIR /source
COPY . .
RUN deno run --allow-read --allow-write --allow-run --allow-env deploy/image/main.ts --folders /image

# Deno and the C library, then the program with its dependencies in Deno's cache: no shell, no package manager.
FROM scratch
LABEL org.opencontainers.image.title=vm-dhcp
LABEL org.opencontainers.image.licenses=Apache-2.0
COPY --from=build /image/base/ /
COPY --from=build /image/program/ /
ENV PATH=/usr/bin
ENV DENO_DIR=/deno-dir
ENV DENO_NO_UPDATE_CHECK=1
ENV HOME=/tmp
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["/usr/bin/deno"]
