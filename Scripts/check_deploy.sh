#!/usr/bin/env bash
# Checks deploy/ as far as that goes without an engine of containers: the Dockerfile (hadolint), compose.yaml
# (docker-compose's own reader, and what must hold of every service), units (systemd-analyze), nginx's configuration (nginx
# itself), rules and their tests (promtool), YAML (yamllint).
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH=$PATH:/usr/sbin
say() { printf 'deploy: %s\n' "$*"; }

# Debian's own updates are wanted, so versions are not pinned.
.deps/python/bin/hadolint --ignore DL3008 deploy/Dockerfile
say "Dockerfile: hadolint finds nothing"

yamllint -d '{extends: default, rules: {line-length: {max: 130}, document-start: disable, braces: disable, brackets: disable, comments: disable}}' \
    deploy/compose.yaml deploy/prometheus/*.yml
docker-compose -f deploy/compose.yaml config >"$work/compose.yaml"
.deps/python/bin/python - "$work/compose.yaml" <<'PYTHON'
import sys

import yaml

with open(sys.argv[1]) as file:
    services = yaml.safe_load(file)["services"]
assert set(services) == {"server", "worker", "redis"}, services.keys()
for name, service in services.items():
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"], name
    assert "no-new-privileges:true" in service["security_opt"], name
    for port in service.get("ports", []):
        assert str(port).startswith("127.0.0.1:"), (name, port)
for name in ("server", "worker"):
    assert services[name]["mem_limit"] == "16g", name
    assert services[name]["depends_on"]["redis"]["condition"] == "service_healthy", name
assert services["redis"]["healthcheck"]["interval"] == "5s"
assert any(volume.endswith(":/data:rw") for volume in services["redis"]["volumes"])
# Without any setting there is no secret in it.
for service in services.values():
    for key, value in (service.get("environment") or {}).items():
        assert not value or not key.endswith(("KEYS", "KEY", "TOKEN", "HASH", "SECRET")), key
PYTHON
say "compose.yaml: read by docker-compose; every service is confined and none is open"

mkdir -p "$work/units"
for unit in deploy/systemd/*; do
    sed 's|/usr/local/bin/stentor|/bin/true|' "$unit" >"$work/units/$(basename "$unit")"
done
said=$(systemd-analyze verify --man=no "$work"/units/* 2>&1 | grep -F "$work/units" || true)
[ -z "$said" ] || { printf '%s\n' "$said" >&2; exit 1; }
for unit in stentor.service stentor-backup.service; do
    systemd-analyze security --offline=true --threshold=20 "$work/units/$unit" >"$work/security" \
        || { cat "$work/security" >&2; exit 1; }
done
say "units: verified; exposure at most 2.0 of 10"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -keyout "$work/key.pem" -out "$work/chain.pem" 2>/dev/null
sed -e "s|/etc/letsencrypt/live/speech.example.org/fullchain.pem|$work/chain.pem|" \
    -e "s|/etc/letsencrypt/live/speech.example.org/privkey.pem|$work/key.pem|" deploy/nginx/stentor.conf >"$work/stentor.conf"
printf 'pid %s/pid; events {} http { include %s/stentor.conf; }\n' "$work" "$work" >"$work/nginx.conf"
nginx -q -t -c "$work/nginx.conf" -e "$work/error.log" || { cat "$work/error.log" >&2; exit 1; }
say "nginx: accepts its configuration"

promtool check rules deploy/prometheus/alerts.yml >/dev/null
promtool test rules deploy/prometheus/alerts_test.yml >/dev/null
promtool check config --syntax-only deploy/prometheus/prometheus.yml >/dev/null
say "prometheus: the rules do what their tests say"
