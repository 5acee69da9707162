# syntax=docker/dockerfile:1
# What is built from. Pin it by digest: image:tag@sha256:...
ARG BUILD_IMAGE=@{build_image}
ARG RUNTIME_IMAGE=@{runtime_image}

FROM ${BUILD_IMAGE} AS build
WORKDIR /source
COPY pom.xml ./
RUN --mount=type=cache,target=/root/.m2 mvn --batch-mode dependency:go-offline
COPY src ./src
RUN --mount=type=cache,target=/root/.m2 mvn --batch-mode package && mkdir /app && cp target/*.jar /app/app.jar

FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY --from=build /app ./
ENV PORT=@{port}
EXPOSE @{port}
USER 10001:10001
ENTRYPOINT ["java", "-jar", "app.jar"]
