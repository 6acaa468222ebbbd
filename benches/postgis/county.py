"""A made-up county: 2,000 grids of 60 vertices that share their borders, in one township."""

import json
import math
import random

COLUMNS, ROWS = 50, 40
WEST, SOUTH = 112.0, 27.0
SIDE = 0.01
# Between two corners.
STEPS = 15
SEED = 15
TOWNSHIP = "990001001"


def rounded(x, y):
    return round(x, 7), round(y, 7)


def border(dice, a, b, wavy):
    """From one corner up to the next: points beside the straight line, by at most a tenth of a side."""
    (ax, ay), (bx, by) = a, b
    points = [rounded(ax, ay)]
    for n in range(1, STEPS):
        # Less near the corners: no two borders cross there.
        off = dice.uniform(-0.1, 0.1) * math.sin(math.pi * n / STEPS) if wavy else 0.0
        points.append(rounded(ax + (bx - ax) * n / STEPS - (by - ay) * off, ay + (by - ay) * n / STEPS + (bx - ax) * off))
    return points


def grids(seed=SEED):
    """Features with code and name; both sides of a border have the same points."""
    dice = random.Random(seed)
    corner = lambda c, r: (WEST + c * SIDE, SOUTH + r * SIDE)
    across = {(c, r): border(dice, corner(c, r), corner(c + 1, r), 0 < r < ROWS)
              for r in range(ROWS + 1) for c in range(COLUMNS)}
    up = {(c, r): border(dice, corner(c, r), corner(c, r + 1), 0 < c < COLUMNS)
          for r in range(ROWS) for c in range(COLUMNS + 1)}

    def ring(c, r):
        last = rounded(*corner(c + 1, r + 1))
        back = lambda points, end: [end] + points[:0:-1]
        top, left = back(across[c, r + 1], last), back(up[c, r], rounded(*corner(c, r + 1)))
        points = across[c, r] + up[c + 1, r] + top + left
        assert len(points) == 4 * STEPS
        return points + points[:1]

    for r in range(ROWS):
        for c in range(COLUMNS):
            code = f"{TOWNSHIP}{r:03}{c:03}"
            yield feature(code, f"grid {r}-{c}", ring(c, r))


def township():
    east, north = rounded(WEST + COLUMNS * SIDE, SOUTH + ROWS * SIDE)
    yield feature(TOWNSHIP, "all", [(WEST, SOUTH), (east, SOUTH), (east, north), (WEST, north), (WEST, SOUTH)])


def feature(code, name, ring):
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": shape}


def write(path, features):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))


def points(count, seed=SEED):
    dice = random.Random(seed + 1)
    inside = lambda low, sides: round(low + SIDE * sides * dice.random(), 7)
    return [(inside(WEST, COLUMNS), inside(SOUTH, ROWS)) for _ in range(count)]
