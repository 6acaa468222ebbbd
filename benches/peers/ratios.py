"""The ratios of one run: `ratios.py results.jsonl`. Where something was measured twice, the better
time of either side counts: a busy machine only ever adds."""
import json
import sys

best = {}
for line in open(sys.argv[1]):
    row = json.loads(line)
    if "p50_ms" in row:
        key = (row["extract"], row["item"], row["engine"])
        known = best.setdefault(key, row)
        best[key] = {p: min(known[p], row[p]) for p in ("p50_ms", "p99_ms")}


def show(title, bar, ours, theirs):
    """Ours and theirs are (extract, item, engine)."""
    a, b = best.get(ours), best.get(theirs)
    if a and b:
        p50, p99 = (a[p] / max(b[p], 1e-9) for p in ("p50_ms", "p99_ms"))
        times = "  ".join(f"{r['p50_ms']:.3f}/{r['p99_ms']:.3f}" for r in (a, b))
        print(f"{title:<52} {bar:>7}   p50 {p50:6.3f}  p99 {p99:6.3f}   ms {times}")


extracts = sorted({key[0] for key in best if not key[0].endswith(".ours")})
for extract in extracts:
    print(f"\n{extract}: ours / theirs")
    # Against the peer's own network, and against the same program on our network.
    networks = [(extract, "")] if extract.startswith("generated") else [(extract, ""), (f"{extract}.ours", ", our network")]
    for theirs, where in networks:
        for peer in ("cpp_dijkstra", "cpp_dijkstra_opt"):
            print(f" {peer}{where}")
            for engine in ("xunge", "xunge_cch"):
                rows = [
                    ("3 nearest of 200, stopped at the third", "1.3", "a_nearest3_early_stop"),
                    ("nodes within 10 min", "1.3", "b_iso10_nodes"),
                    ("nodes within 30 min", "1.3", "b_iso30_nodes"),
                    ("coverage by 11, minimum only", "1.2", "c_coverage11"),
                    ("coverage by 50, minimum only", "1.2", "c_coverage50"),
                ]
                for title, bar, item in rows:
                    show(f"  {title} ({engine})", f"<= {bar}", (extract, item, engine), (theirs, item, peer))
    for count in (5, 10, 20, 40, 80):
        item = f"a_nearest3_{count}_eligible"
        show(f" 3 nearest, {count} eligible: cch / search", "<= 0.3" if count == 5 else "", (extract, item, "xunge_cch"), (extract, item, "xunge"))
    for item in ("order", "structure_and_customise", "customise_2_threads"):
        row = best.get((extract, item, "xunge_cch"))
        if row:
            print(f" {item}: {row['p50_ms']:.0f} ms")
