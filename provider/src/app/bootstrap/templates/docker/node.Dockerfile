# syntax=docker/dockerfile:1
# What is built from. Pin it by digest: image:tag@sha256:...
ARG BUILD_IMAGE=@{build_image}
ARG RUNTIME_IMAGE=@{runtime_image}

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npm run build --if-present && npm prune --omit=dev

FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY --from=build /app ./
ENV NODE_ENV=production PORT=@{port}
EXPOSE @{port}
USER 10001:10001
# Not npm: it does not pass signals on.
ENTRYPOINT ["node", "."]
