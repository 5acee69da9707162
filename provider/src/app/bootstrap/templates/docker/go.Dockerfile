# syntax=docker/dockerfile:1
# What is built from. Pin it by digest: image:tag@sha256:...
ARG BUILD_IMAGE=@{build_image}
ARG RUNTIME_IMAGE=@{runtime_image}

FROM ${BUILD_IMAGE} AS build
WORKDIR /source
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /app/app .

FROM ${RUNTIME_IMAGE}
COPY --from=build /app/app /app/app
ENV PORT=@{port}
EXPOSE @{port}
USER 10001:10001
ENTRYPOINT ["/app/app"]
