# syntax=docker/dockerfile:1
# What is built from. Pin it by digest: image:tag@sha256:...
ARG BUILD_IMAGE=@{build_image}
ARG RUNTIME_IMAGE=@{runtime_image}

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
RUN python -m venv /app/environment
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip /app/environment/bin/pip install --requirement requirements.txt
COPY . .

FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY --from=build /app ./
ENV PATH=/app/environment/bin:$PATH PORT=@{port} PYTHONDONTWRITEBYTECODE=1
EXPOSE @{port}
USER 10001:10001
ENTRYPOINT ["python", "-m", "app"]
