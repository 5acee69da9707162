# syntax=docker/dockerfile:1
# What is built from. Pin it by digest: image:tag@sha256:...
ARG BUILD_IMAGE=@{build_image}
ARG RUNTIME_IMAGE=@{runtime_image}

FROM ${BUILD_IMAGE} AS build
RUN apt-get update && apt-get install --yes --no-install-recommends build-essential
WORKDIR /app
ENV BUNDLE_DEPLOYMENT=1 BUNDLE_PATH=/app/bundle BUNDLE_WITHOUT=development:test
COPY Gemfile Gemfile.lock ./
RUN bundle install
COPY . .

FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY --from=build /app ./
ENV BUNDLE_DEPLOYMENT=1 BUNDLE_PATH=/app/bundle BUNDLE_WITHOUT=development:test PORT=@{port}
EXPOSE @{port}
USER 10001:10001
ENTRYPOINT ["bundle", "exec", "rackup", "--host", "0.0.0.0", "--port", "@{port}"]
