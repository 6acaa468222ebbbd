"""The ratios of one run: `ratios.py results.jsonl`. Where something was measured twice, the better
time of either side counts: a busy machine only ever adds."""
import json
import sys

best, single = {}, {}
for line in open(sys.argv[1]):
    row = json.loads(line)
    if "median_s" in row and "extract" in row:
        row["p50_ms"] = row["p99_ms"] = row["median_s"] * 1e3
    if "wall_s" in row:
        # The first line of its kind: preprocessing is repeated in the file.
        single.setdefault((row["extract"], row.get("item") or row["step"], row["engine"]), row["wall_s"])
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
    for title, bar, item in [
        ("30 min as H3 cells / C++ nodes within 30 min", "1.3", "b_iso30_cells"),
        ("30 min as one polygon / C++ nodes within 30 min", "3", "b_iso30_polygon"),
    ]:
        for theirs, where in networks:
            for peer in ("cpp_dijkstra", "cpp_dijkstra_opt"):
                show(f" {title}, {peer}{where}", f"<= {bar}", (extract, item, "xunge"), (theirs, "b_iso30_nodes", peer))
    all_200 = (extract, "a_nearest3_early_stop", "xunge_chosen")
    for theirs, where in networks:
        for peer in ("cpp_dijkstra", "cpp_dijkstra_opt"):
            bar = "<= 0.03" if extract == "generated1000000" else "<= 0.2"
            show(f" 3 nearest of 200 by rows, {peer}{where}", bar, all_200, (theirs, "a_nearest3_early_stop", peer))
    for count in (5, 10, 20, 40, 100):
        item = f"a_nearest3_{count}_eligible"
        show(f" 3 nearest by rows, {count} eligible / all 200", "<= 1.2", (extract, item, "xunge_chosen"), all_200)
    for count in (5, 200, 5_000, 50_000):
        item = f"fleet_nearest3_{count}_eligible"
        others = [key for key in ((extract, item, "xunge"), (extract, item, "xunge_cch")) if key in best]
        if others:
            other = min(others, key=lambda key: best[key]["p50_ms"])
            title = f" 3 nearest, {count} of 50,000, chosen / {'search' if other[2] == 'xunge' else 'climbs'}"
            show(title, "<= 1.1", (extract, item, "xunge_chosen"), other)
    show(" a move with its row / its snapping", "<= 3", (extract, "rows_move", "xunge_cch"), (extract, "rows_move_snapping", "xunge"))
    show(" 200 rows / 200 climbs", "<= 1.5", (extract, "rows_200_made", "xunge_cch"), (extract, "rows_200_climbs", "xunge_cch"))
    for count in (5, 10, 20, 40, 80):
        item = f"a_nearest3_{count}_eligible"
        show(f" 3 nearest, {count} eligible: cch / search", "<= 0.3" if count == 5 else "", (extract, item, "xunge_cch"), (extract, item, "xunge"))
    for item in ("order", "structure_and_customise", "customise_2_threads"):
        row = best.get((extract, item, "xunge_cch"))
        if row:
            print(f" {item}: {row['p50_ms']:.0f} ms")
    rows = [
        ("3 nearest of 200 / OSRM-CH table of all 200", "1/200", "a_nearest3_early_stop", "xunge", "a_nearest200", "osrm_ch"),
        ("the same over HTTP, snapping included", "1/40", "a_nearest200_http", "xunge_http", "a_nearest200_http", "osrm_ch"),
        ("table of all 200 over HTTP", "", "a_table200_http", "xunge_http", "a_nearest200_http", "osrm_ch"),
        ("coverage by 11, minimum only", "1/60", "c_coverage11", "xunge", "c_coverage11", "osrm_ch"),
        ("coverage by 11, minimum only / Valhalla", "", "c_coverage11", "xunge", "c_coverage11", "valhalla_tdm"),
        ("isochrone of 30 min as polygon, HTTP / Valhalla", "", "isochrone30_http", "xunge_http", "b_iso30_polygon", "valhalla"),
    ]
    for title, bar, ours_item, ours, item, peer in rows:
        show(f" {title}", f"<= {bar}" if bar else "", (extract, ours_item, ours), (extract, item, peer))
    for title, bar, ours, theirs in [
        ("import of roads / Valhalla's tiles", "<= 1.2", ("import_roads", "xunge_http"), ("build_tiles", "valhalla")),
    ]:
        a, b = single.get((extract, *ours)), single.get((extract, *theirs))
        if a and b:
            print(f" {title}: {a / b:.3f} ({a:.2f} / {b:.2f} s, bar {bar})")
    customise, theirs = best.get((extract, "customise_2_threads", "xunge_cch")), single.get((extract, "customize", "osrm_mld"))
    if customise and theirs:
        ms = customise["p50_ms"]
        print(f" customise / OSRM-MLD's customise: {ms / 1e3 / theirs:.3f} ({ms:.1f} ms / {theirs:.2f} s, bar <= 0.15)")
    for item in ("healthz", "coverage200_known_http", "squad_turns_busy_or_free_then_coverage_http", "close_a_road_durable_http"):
        row = best.get((extract, item, "xunge_http"))
        if row:
            print(f" {item}: {row['p50_ms']:.2f} ms, p99 {row['p99_ms']:.2f} ms")
