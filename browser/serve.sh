#!/usr/bin/env bash
# Seeds the demo data afresh, notes the accounts and the route table for the tests, serves. Argument: the port.
set -euo pipefail
cd "$(dirname "$0")/.."
run=browser/run
rm -rf "$run" && mkdir -p "$run"
cargo run --quiet -p lantoa -- routes --json > "$run/routes.json"
cargo run --quiet -p lantoa -- demo --no-serve --json --data "$run/data" > "$run/demo.json"
cargo run --quiet -p lantoa -- admin link --json --email lanhdao.tinh@tayninh.example --data "$run/data" > "$run/link.json"
exec cargo run --quiet -p lantoa -- demo --data "$run/data" --listen "127.0.0.1:$1"
