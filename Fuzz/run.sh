#!/bin/sh
# Fuzzes the parsers of what comes from outside with libFuzzer and AddressSanitizer.
#
#   Fuzz/run.sh SECONDS [target …]      each target for so long
#   RUNS=10000000 Fuzz/run.sh 0 …       each target for so many executions
#   SEED=1 Fuzz/run.sh …                the same inputs again, as far as time allows
#
# A finding stops the run and is left in Fuzz/Findings/<target>; keep it under Fuzz/Seeds/<target> as a test.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:?usage: Fuzz/run.sh SECONDS [target ...]}
shift
targets=${*:-"head chunked multipart range frames subtitles transcript links session packets fileid"}
runs=${RUNS:--1}
out=.build/fuzz
mkdir -p "$out"
# Without this the crash handler of Swift can hang for minutes instead of letting libFuzzer write its report.
export SWIFT_BACKTRACE=enable=no

flags="-O -parse-as-library -swift-version 6 -sanitize=fuzzer,address -I $out
    -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature ExistentialAny
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature NonisolatedNonsendingByDefault"
for library in CWslay COpenSSL; do flags="$flags -I Sources/CLibraries/$library"; done

objects=""
for module in Transcripts Telemetry Streaming MTProto IPAddresses HTTPTypes HTTPParsing HTTPRanges Multipart WebSockets; do
    objects="$objects $out/$module.o"
    tier=Toolkits
    [ -d "Sources/Core/$module" ] && tier=Core
    newest=$(find "Sources/$tier/$module" -name '*.swift' -newer "$out/$module.o" 2>/dev/null | head -1 || true)
    if [ ! -f "$out/$module.o" ] || [ -n "$newest" ]; then
        swiftc $flags -wmo -c -enable-testing -module-name "$module" -emit-module \
            -emit-module-path "$out/$module.swiftmodule" -o "$out/$module.o" $(find "Sources/$tier/$module" -name '*.swift')
    fi
done

status=0
for target in $targets; do
    swiftc $flags -module-name "fuzz_$target" -o "$out/fuzz-$target" "Fuzz/Targets/$target.swift" $objects 2>"$out/link.log" ||
        { cat "$out/link.log"; exit 1; }
    mkdir -p "$out/corpus/$target" "Fuzz/Findings/$target"
    dictionary=""
    [ -f "Fuzz/Targets/$target.dict" ] && dictionary="-dict=Fuzz/Targets/$target.dict"
    echo "== $target"
    nice "$out/fuzz-$target" -max_total_time="$seconds" -runs="$runs" -max_len="${MAX_LEN:-1024}" -timeout=10 -rss_limit_mb=1024 ${SEED:+-seed=$SEED} \
        -print_final_stats=1 -verbosity=0 $dictionary -artifact_prefix="Fuzz/Findings/$target/" \
        "$out/corpus/$target" "Fuzz/Seeds/$target" >"$out/$target.log" 2>&1 || status=1
    grep -E 'number_of_executed_units|average_exec|ERROR|Fatal|SUMMARY' "$out/$target.log" || tail -5 "$out/$target.log"
    rmdir "Fuzz/Findings/$target" Fuzz/Findings 2>/dev/null || true
done
exit $status
