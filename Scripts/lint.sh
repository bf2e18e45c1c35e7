#!/usr/bin/env bash
# Layout and house rules. Every rule prints what breaks it.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0

# check WHAT LINES: nothing may be found.
check() {
    [ -z "$2" ] && return
    printf 'lint: %s\n%s\n' "$1" "$2" >&2
    failed=1
}

swift format lint --strict -r Sources Tests Package.swift || failed=1
mapfile -t swift_files < <(git ls-files '*.swift')
mapfile -t scripts < <(git ls-files '*.sh' '.ci/run')
for script in "${scripts[@]}"; do bash -n "$script" || failed=1; done
if command -v shellcheck >/dev/null; then shellcheck -S warning "${scripts[@]}" || failed=1; fi

python3 Scripts/embed_page.py --check || failed=1

check "a Core module imports more than FoundationEssentials" \
    "$(git grep -nE '^ *(public |internal |package )?import (Foundation$|FoundationNetworking|Glibc|Dispatch|C[A-Z])' -- 'Sources/Core/*')"
check "a folder named after nothing" \
    "$(git ls-files Sources Tests | grep -E '/(Utils|Helpers|Common|Services|Models|Managers)/')"
check "unfinished words" "$(git grep -nP 'TODO|FIXME|\bXXX\b|unimplemented|not implemented' -- Sources Tests '*.c' '*.h')"
check "a place that traps" "$(git grep -nE 'try!|\bas! |[^.]fatalError\(' -- 'Sources/*.swift')"
check "a test that sleeps to wait" "$(git grep -nE 'usleep\(|[^a-zA-Z.]sleep\([0-9]|Thread\.sleep' -- Tests)"
check "a file over 400 lines" "$(wc -l "${swift_files[@]}" | awk '$1 > 400 && $2 != "total"')"
check "a path of a machine" "$(git grep -nIE '/(home|root|work)/[a-z]+/' -- Sources Scripts Makefile '*.md' ':!Scripts/lint.sh')"
check "a large file" "$(git ls-files -z | xargs -0 du -k | awk '$1 > 300')"
# Unsafe sharing needs its reason on the line or the one above.
check "@unchecked Sendable, nonisolated(unsafe) or a detached task without a comment" "$(
    for file in $(git ls-files 'Sources/*.swift'); do
        awk -v file="$file" '
            /@unchecked Sendable|nonisolated\(unsafe\)|Task\.detached/ && $0 !~ /\/\// && previous !~ /\/\// {
                print file ":" FNR ": " $0
            }
            { previous = $0 }' "$file"
    done)"
[ "$failed" = 0 ] && echo "lint: clean"
exit "$failed"
