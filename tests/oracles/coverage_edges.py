"""Invalid coverage edges as GEOS finds them: JSON lines of {"gap_width", "shapes"} in (coordinates of
MultiPolygons, rings closed), one JSON line of segments [x, y, x, y] by shape out,
each number as the 64 bits of its double."""

import json
import struct
import sys

import numpy
import shapely


def bits(number):
    return struct.unpack("<Q", struct.pack("<d", number + 0.0))[0]


def segments(edges):
    lines = [line for line in shapely.get_parts(edges) if not line.is_empty]
    return [[bits(n) for n in (*a, *b)] for line in lines for a, b in zip(line.coords[:-1], line.coords[1:])]


for text in sys.stdin:
    case = json.loads(text)
    shapes = [
        shapely.MultiPolygon([shapely.Polygon(part[0], part[1:]) for part in parts]) for parts in case["shapes"]
    ]
    edges = shapely.coverage_invalid_edges(numpy.array(shapes), gap_width=case["gap_width"])
    print(json.dumps([segments(e) for e in edges]))
