#!/usr/bin/env bash
# Ours and a plain C++ Dijkstra at the same work, in one run on one core; prints the ratios.
#
# PEERS    the folder of peers (its README tells the work items); copied, never written to
# WORK     where the copy, the C++ program and the results go
# EXTRACTS of the peers; FILE_medium is Porto
# NODES    sizes of made-up networks
# ENGINES  the peers to run beside ours: osrm valhalla; empty for the C++ floor alone
# CPU      the core to stay on
set -euo pipefail
cd "$(dirname "$0")/../.."
PEERS=${PEERS:-../shared/peers}
WORK=${WORK:-target/peers}
EXTRACTS=${EXTRACTS:-medium}
export VALHALLA_SKIP_COSTMATRIX=${VALHALLA_SKIP_COSTMATRIX-1}
NODES=${NODES:-250000 1000000}
ENGINES=${ENGINES-osrm valhalla}
CPU=${CPU:-1}
PYTHON=${PYTHON:-$(ls -d "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python3 2>/dev/null | tail -1)}
PYTHON=${PYTHON:-python3}

if [ ! -d "$WORK/bench" ]; then
    mkdir -p "$WORK"
    cp -rL "$PEERS" "$WORK/bench"
    chmod -R u+w "$WORK/bench"
    # Where links are kept as text, the extract is what the text names.
    for file in "$WORK"/bench/data/*.pbf; do
        if [ "$(stat -c %s "$file")" -lt 1000 ]; then
            cp -L "$PEERS/data/$(cat "$file")" "$file.new" && mv "$file.new" "$file"
        fi
    done
fi
if [ ! -d "$WORK/venv" ]; then
    "$PYTHON" -m venv "$WORK/venv"
    "$WORK/venv/bin/pip" install -q numpy scipy osmium pyvalhalla==3.9.1 osrm-bindings==26.10.0
fi
WORK=$(realpath "$WORK")
cargo build --release --locked --example bench_xunge --bin xunge
OURS=${CARGO_TARGET_DIR:-target}/release/examples/bench_xunge
XUNGE=${CARGO_TARGET_DIR:-target}/release/xunge

mkdir -p "$WORK/bench/build"
export BENCH_OUT=$WORK/results.jsonl
: > "$BENCH_OUT"
pinned() { taskset -c "$CPU" "$@"; }
cpp() { # the same program on our graph
    for engine in cpp_dijkstra cpp_dijkstra_opt; do
        pinned "$WORK/bench/build/$engine" "$1" "$2" | tee -a "$BENCH_OUT"
    done
}
for extract in $EXTRACTS; do
    if [ -n "$ENGINES" ]; then
        [ -f "$WORK/bench/build/preprocess.jsonl" ] || (cd "$WORK/bench" && ./build_engines.sh "$extract")
        for engine in $ENGINES; do
            (cd "$WORK/bench" && pinned "$WORK/venv/bin/python" "bench_$engine.py" "$extract")
        done
        (cd "$WORK/bench" && "$WORK/venv/bin/python" bench_http.py "$extract")
        cat "$WORK/bench/build/preprocess.jsonl" >> "$BENCH_OUT"
        "$WORK/venv/bin/python" benches/peers/bench_http.py "$XUNGE" "$WORK/bench/data/$extract.osm.pbf" \
            "$WORK/bench/queries/$extract" "$extract" "$WORK"
    fi
    (cd "$WORK/bench" && pinned "$WORK/venv/bin/python" bench_cpp.py "$extract")
    pinned "$OURS" "$extract" "$WORK/bench/data/$extract.osm.pbf" "$WORK/bench/queries/$extract" "$WORK/$extract.bin"
    cpp "$WORK/$extract.bin" "$extract.ours"
    # Times drift: once more, so that neither side has only the better half of the run.
    (cd "$WORK/bench" && pinned "$WORK/venv/bin/python" bench_cpp.py "$extract")
    pinned "$OURS" "$extract" "$WORK/bench/data/$extract.osm.pbf" "$WORK/bench/queries/$extract" "$WORK/$extract.bin"
done
for nodes in $NODES; do
    pinned "$OURS" generated "$nodes" "$WORK/generated.bin"
    cpp "$WORK/generated.bin" "generated$nodes"
done
"$WORK/venv/bin/python" benches/peers/ratios.py "$BENCH_OUT"
