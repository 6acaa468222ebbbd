"""The audit of 10,000 drawn zones against GEOS, in one run on one machine: the same invalid edges, and
how long each takes.

    benches/peers/audit_zones.py [XUNGE]        with a Python that has shapely (scripts/shapely.sh)

Hexagons on the equator, one in fifty of them moved, grown, or with a vertex too many; gap widths 0 and
5 m. GEOS's time is that of shapely.coverage_invalid_edges alone; ours is the whole audit: rings, edges,
gaps, overlaps, slivers.
"""

import json
import math
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import shapely

SIDE, RUNS = 100, 5
M_PER_DEG = math.radians(6371008.8)


def hexagons(dice):
    """SIDE × SIDE hexagons of about 100 m; whole units of 1e-7 degrees, so that corners are shared."""
    zones = []
    for row in range(SIDE):
        for col in range(SIDE):
            x, y = 8660 * (2 * col + row % 2), 15000 * row
            ring = [(0, 10000), (-8660, 5000), (-8660, -5000), (0, -10000), (8660, -5000), (8660, 5000)]
            zones.append([(x + dx, y + dy) for dx, dy in ring])
    for i in dice.sample(range(len(zones)), len(zones) // 50):
        ring, kind = zones[i], dice.randrange(4)
        if kind == 0:
            d = dice.randrange(-900, 900), dice.randrange(-900, 900)
            zones[i] = [(x + d[0], y + d[1]) for x, y in ring]
        elif kind == 1:
            x, y = ring[2]
            ring[2] = (x + dice.randrange(-3000, 3000), y + dice.randrange(-3000, 3000))
        elif kind == 2:
            (ax, ay), (bx, by) = ring[1], ring[2]
            ring.insert(2, ((ax + bx) // 2, (ay + by) // 2))
        else:
            cx, cy = sum(p[0] for p in ring) // 6, sum(p[1] for p in ring) // 6
            zones[i] = [(cx + (x - cx) * 11 // 10, cy + (y - cy) * 11 // 10) for x, y in ring]
    return [[(x / 1e7, y / 1e7) for x, y in ring] for ring in zones]


def undirected(a, b):
    return tuple(sorted((tuple(a), tuple(b))))


def main():
    xunge = sys.argv[1] if len(sys.argv) > 1 else "target/release/xunge"
    zones = hexagons(random.Random(9))
    polygons = numpy.array([shapely.Polygon(ring) for ring in zones])
    folder = Path(tempfile.mkdtemp())
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"Z{i:05}", "name": f"zone {i}"},
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        }
        for i, ring in enumerate(zones)
    ]
    (folder / "zones.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    for width_m in (0.0, 5.0):
        geos_s, ours_s = [], []
        for _ in range(RUNS):
            began = time.perf_counter()
            edges = shapely.coverage_invalid_edges(polygons, gap_width=width_m / M_PER_DEG)
            geos_s.append(time.perf_counter() - began)
            command = [xunge, "audit", "zones", folder / "zones.geojson", "--data", folder / "none"]
            command += ["--sliver-width-m", str(width_m), "--edges-out", folder / "edges.geojson"]
            told = subprocess.run(command, check=True, capture_output=True, text=True)
            ours_s.append(float(re.search(r"^ *audit +([\d.]+) s$", told.stderr, re.M)[1]))
        theirs = {
            (f"Z{i:05}", undirected(a, b))
            for i, edge in enumerate(edges)
            for line in shapely.get_parts(edge)
            for a, b in zip(line.coords[:-1], line.coords[1:])
        }
        ours = {
            (f["properties"]["zone"], undirected(a, b))
            for f in json.loads((folder / "edges.geojson").read_text())["features"]
            for a, b in zip(f["geometry"]["coordinates"][:-1], f["geometry"]["coordinates"][1:])
        }
        geos, own = statistics.median(geos_s), statistics.median(ours_s)
        print(
            f"gap width {width_m} m: {len(zones)} zones, {len(theirs)} invalid edges, "
            f"{len(ours ^ theirs)} differ; GEOS {geos:.3f} s, audit {own:.3f} s, {own / geos:.2f} times"
        )
        if ours != theirs:
            sys.exit(f"differ: {sorted(ours ^ theirs)[:3]}")


main()
