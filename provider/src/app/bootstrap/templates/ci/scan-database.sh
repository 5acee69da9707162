#!/bin/sh
# Brings Trivy's database of vulnerabilities up to date: from the first repository that has a current one, else it keeps
# the last good one of this machine with a warning. A database older than @{database_days} days fails.
set -eu

cache=${TRIVY_CACHE_DIR:-$HOME/.cache/trivy}
limit=$((@{database_days} * 24 * 60 * 60))

# Seconds since the database in a folder was made.
age() {
    made=$(sed -n 's/.*"UpdatedAt": *"\([^"]*\)".*/\1/p' "$1/db/metadata.json" 2>/dev/null)
    [ -n "$made" ] && echo $(($(date +%s) - $(date --date "$made" +%s)))
}

mkdir -p "$cache"
next=$(mktemp -d "$cache/next.XXXXXX")
trap 'rm -rf "$next"' EXIT
# Into a folder of its own: a download that breaks off must not damage the last good database.
for repository in @{database_repositories}; do
    if trivy image --quiet --cache-dir "$next" --download-db-only --db-repository "$repository" &&
        seconds=$(age "$next") && [ "$seconds" -le "$limit" ]; then
        rm -rf "$cache/db"
        mv "$next/db" "$cache/db"
        echo "database of $repository, made $seconds seconds ago"
        exit 0
    fi
    echo "warning: $repository has no current database" >&2
done

if ! seconds=$(age "$cache"); then
    echo "error: no repository has a current database, and this machine has none" >&2
    exit 1
fi
if [ "$seconds" -gt "$limit" ]; then
    echo "error: no repository has a current database, and the one of this machine is $seconds seconds old;" \
        "$limit are allowed (scanDatabase.maximumDays in the standards)" >&2
    exit 1
fi
echo "warning: scanning with the last good database, made $seconds seconds ago" >&2
