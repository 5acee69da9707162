# syntax=docker/dockerfile:1
# What is built from. Pin it by digest: image:tag@sha256:...
ARG BUILD_IMAGE=@{build_image}
ARG RUNTIME_IMAGE=@{runtime_image}

FROM ${BUILD_IMAGE} AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish --configuration Release --output /app -p:AssemblyName=app

FROM ${RUNTIME_IMAGE}
WORKDIR /app
COPY --from=build /app ./
# Without the second, the runtime wants to write beside the program, which is read-only.
ENV ASPNETCORE_HTTP_PORTS=@{port} DOTNET_EnableDiagnostics=0
EXPOSE @{port}
USER 10001:10001
ENTRYPOINT ["dotnet", "app.dll"]
