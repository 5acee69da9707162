# syntax=docker/dockerfile:1
# What is built from. Pin it by digest: image:tag@sha256:...
ARG BUILD_IMAGE=@{build_image}
ARG RUNTIME_IMAGE=@{runtime_image}

FROM ${BUILD_IMAGE} AS build
WORKDIR /source
COPY . .
# Yours: it leaves everything that runs in /app, and the program itself as /app/app.
RUN ./build.sh /app

FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY --from=build /app ./
ENV PORT=@{port}
EXPOSE @{port}
USER 10001:10001
ENTRYPOINT ["/app/app"]
