#!/bin/sh
# Brings Trivy's databases up to date: each from the first repository that has a current one, else it keeps the last good
# one of this machine with a warning. A database that is older than its limit fails.
set -eu

cache=${TRIVY_CACHE_DIR:-$HOME/.cache/trivy}
mkdir -p "$cache"
# Into a folder of its own: a download that breaks off must not damage the last good database.
next=$(mktemp -d "$cache/next.XXXXXX")
trap 'rm -rf "$next"' EXIT

# Seconds since the database in a folder was made.
age() {
    made=$(sed -n 's/.*"UpdatedAt": *"\([^"]*\)".*/\1/p' "$1/metadata.json" 2>/dev/null)
    [ -n "$made" ] && echo $(($(date +%s) - $(date --date "$made" +%s)))
}

# update NAME MAXIMUM_DAYS SETTING REPOSITORY…
update() {
    name=$1
    limit=$(($2 * 24 * 60 * 60))
    setting=$3
    shift 3
    for repository in "$@"; do
        # Trivy would keep an old database that it has just downloaded from another repository.
        rm -rf "${next:?}/$name"
        if trivy image --quiet --cache-dir "$next" "--download-$name-only" "--$name-repository" "$repository" &&
            seconds=$(age "$next/$name") && [ "$seconds" -le "$limit" ]; then
            rm -rf "${cache:?}/$name"
            mv "$next/$name" "$cache/$name"
            echo "database of $repository, made $seconds seconds ago"
            return
        fi
        echo "warning: $repository has no current database" >&2
    done
    if ! seconds=$(age "$cache/$name"); then
        echo "error: no repository has a current database, and this machine has none" >&2
        exit 1
    fi
    if [ "$seconds" -gt "$limit" ]; then
        echo "error: no repository has a current database, and the one of this machine is $seconds seconds old;" \
            "$limit are allowed ($setting in the standards)" >&2
        exit 1
    fi
    echo "warning: scanning with the last good database, made $seconds seconds ago" >&2
}

update db @{database_days} scanDatabase.maximumDays @{database_repositories}
@if java
update java-db @{java_database_days} scanDatabase.javaMaximumDays @{java_database_repositories}
@end
