#!/usr/bin/env bash
# Takes the steps of deploy/Dockerfile without an engine of containers: check_container.sh PROGRAMS
#
# debootstrap makes an empty Debian; the packages of deploy/packages-runtime.txt, the programs and the engine go in as the
# Dockerfile puts them. Then the server runs there as the image would run it: as uid 8511, without new privileges or
# capabilities, on a root that is read-only, with /data as the only place to write. It makes the first key, shows it once,
# turns the sample into text, is well, and ends with 0 on SIGTERM. PROGRAMS is a folder with the release programs
# (“make build”). Needs root.
set -euo pipefail
cd "$(dirname "$0")/.."
programs=$(cd "${1:?the folder of the release programs}" && pwd)
export PATH=$PATH:/usr/sbin
work=$(mktemp -d)
root=$work/root
server=
say() { printf 'container: %s\n' "$*"; }
# shellcheck disable=SC2317 -- called by the trap
clean() {
    [ -z "$server" ] || kill -9 "$server" 2>/dev/null || true
    for place in data tmp proc dev ""; do umount -l "$work/jail/$place" 2>/dev/null || true; done
    umount -l "$work/jail" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap clean EXIT

say "an empty Debian"
debootstrap --variant=minbase bookworm "$root" >"$work/log" 2>&1 || { tail -20 "$work/log" >&2; exit 1; }
cp /etc/resolv.conf "$root/etc/resolv.conf"
# The same ways to the packages as this machine's.
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf.d/*Proxy*; do
    [ ! -f "$file" ] || cp "$file" "$root/etc/apt/apt.conf.d/"
done
mkdir -p "$work/jail"
sed 's/#.*//' deploy/packages-runtime.txt >"$root/tmp/packages.txt"
say "its packages"
chroot "$root" sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    xargs -a /tmp/packages.txt apt-get install -y -qq --no-install-recommends' >"$work/log" 2>&1 \
    || { tail -20 "$work/log" >&2; exit 1; }
chroot "$root" groupadd --system --gid 8511 stentor
chroot "$root" useradd --system --uid 8511 --gid stentor --home-dir /data --shell /usr/sbin/nologin stentor
install -d -o 8511 -g 8511 -m 0700 "$root/data" "$work/data"
install -m 0755 "$programs/stentor" "$programs/stentor-host" "$root/usr/local/bin/"
strip "$root/usr/local/bin/stentor" "$root/usr/local/bin/stentor-host"
cp -rT "$(readlink -f .deps/engine)" "$root/usr/local/lib/stentor"
missing=$(chroot "$root" sh -c 'ldd /usr/local/bin/stentor /usr/local/bin/stentor-host /usr/local/lib/stentor/*.so' \
    | grep 'not found' | grep -v libonnxruntime || true)
[ -z "$missing" ] || { say "libraries are missing:"; printf '%s\n' "$missing"; exit 1; }
rm -rf "${root:?}/var/lib/apt/lists"/* "$root/tmp/packages.txt"
say "the root holds $(du -sm "$root" | cut -f1) MB"

mount --bind "$root" "$work/jail"
mount -t proc proc "$work/jail/proc"
mount --rbind /dev "$work/jail/dev"
mount --make-rslave "$work/jail/dev"
mount -t tmpfs -o size=64m,mode=1777 tmpfs "$work/jail/tmp"
mount --bind "$work/data" "$work/jail/data"
mount -o remount,ro,bind "$work/jail"
if touch "$work/jail/usr/x" 2>/dev/null; then say "the root can be written"; exit 1; fi

port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# As the image would: the arguments are the program's.
inside() {
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/data STENTOR_DATA_DIR=/data STENTOR_HOST=0.0.0.0 \
        STENTOR_PORT="$port" STENTOR_MAKE_FIRST_KEY=true STENTOR_LOG_FORMAT=json /usr/sbin/chroot "$work/jail" \
        setpriv --reuid=8511 --regid=8511 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
}
start() {
    inside stentor serve 2>"$1" &
    server=$!
    for _ in $(seq 600); do
        grep -q 'listening on' "$1" && return
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    say "the server does not start:"
    cat "$1"
    exit 1
}
stop() {
    # The function's own process waits for the program, which is its only child.
    kill -TERM "$(pgrep -P "$server" | head -1 || true)" 2>/dev/null || kill -TERM "$server"
    local code=0
    wait "$server" || code=$?
    server=
    [ "$code" = 0 ] || { say "it ended with $code"; exit 1; }
}

say "the server, as uid 8511 on a read-only root"
start "$work/first.log"
key=$(grep -A1 'first key' "$work/first.log" | grep -oP '^stentor: \Kstentor-[a-z0-9]+$')
[ "$(grep -c "$key" "$work/first.log")" = 1 ] || { say "the key is not shown once"; exit 1; }
[ "$(inside stentor health)" = ok ] || { say "it is not well"; exit 1; }
[ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/jobs")" = 401 ] || { say "it is open"; exit 1; }
curl -sf -H "Authorization: Bearer $key" -F file=@Samples/welcome.ogg -F language=en \
    "http://127.0.0.1:$port/transcribe-file?format=txt" | tee "$work/text"
grep -q 'sentence' "$work/text" || { say "there is no text"; exit 1; }
inside stentor doctor >"$work/doctor" || { cat "$work/doctor"; exit 1; }
grep 'confinement' "$work/doctor"
inside stentor backup /data/backup.tar
stop
start "$work/second.log"
! grep -q 'first key' "$work/second.log" || { say "another key was made"; exit 1; }
curl -sf -H "Authorization: Bearer $key" "http://127.0.0.1:$port/jobs" >/dev/null || { say "the key is gone"; exit 1; }
stop
say "the key is made and shown once, it transcribes, is well, is backed up, and ends with 0"
