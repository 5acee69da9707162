#!/bin/sh
# Those commands of docker that the generated scripts call, carried out by buildah. IPSY_BUILDAH holds its options.
# IPSY_REGISTRY is the registry on loopback that stands for the one of the image.
set -eu

buildah() {
    # shellcheck disable=SC2086 # a list of options
    command buildah $IPSY_BUILDAH "$@"
}

command=$1
shift
case $command in
build)
    buildah build --isolation chroot --tls-verify=false --layers "$@"
    ;;
image)
    # inspect --format '{{.Size}}' IMAGE
    container=$(buildah from --pull-never "$4")
    du -sb "$(buildah mount "$container")" | cut -f1
    buildah rm "$container" >/dev/null
    ;;
login)
    # --username AWS --password-stdin REGISTRY
    read -r password
    test -n "$password"
    ;;
push)
    buildah push --tls-verify=false --disable-compression "$1" "docker://$IPSY_REGISTRY/${1#*/}"
    ;;
*)
    echo "docker $command is not supported here" >&2
    exit 64
    ;;
esac
