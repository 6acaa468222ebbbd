"""Xunge and PostGIS at the same work: `beside.py PROGRAM`, with a PostgreSQL in $XUNGE_TEST_PG. Each over one connection
of 127.0.0.1, in turns, uncompressed; medians. Both must say the same before they are timed."""

import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import county
import psycopg
import tiles
from psycopg.adapt import Loader

POINTS = 10_000
ROUNDS = 15
BOX = (county.WEST, county.SOUTH, county.WEST + county.COLUMNS * county.SIDE, county.SOUTH + county.ROWS * county.SIDE)


class Service:
    def __init__(self, program, folder):
        run = lambda *words: subprocess.run([program, *words, "--data", folder / "data"], check=True, capture_output=True)
        for level, features in ("township", county.township()), ("grid", county.grids()):
            file = folder / f"{level}.geojson"
            county.write(file, features)
            run("import", "areas", file, "--level", level, "--county", "990001", "--county-name", "made up",
                *(["--replace-demo"] if level == "township" else []))
        words = [program, "serve", "--keyless", "--listen", "127.0.0.1:0", "--data", folder / "data"]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        address = next(m[1] for line in self.process.stdout if (m := re.search(r"http://([^/\s]+)", line)))
        host, port = address.rsplit(":", 1)
        self.host = address
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path, body="", headers=""):
        """HTTP/1.1 without the library, which takes longer than a tile: the body, and the head."""
        if body:
            headers += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
        method = "POST" if body else "GET"
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\nhost: {self.host}\r\n{headers}\r\n{body}".encode())
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self.socket.recv(1 << 16)
        head = got[:end].decode()
        assert head[9:12] in ("200", "204", "304"), (path, got[:500])
        length = re.search("content-length: ([0-9]+)", head)
        told = bytearray(int(length[1]) if length and head[9:12] == "200" else 0)
        told[: len(got) - end - 4] = got[end + 4 :]
        at, whole = len(got) - end - 4, memoryview(told)
        while at < len(told):
            at += self.socket.recv_into(whole[at:])
        return told, head

    def collection(self, box=BOX):
        return self.ask("/api/v1/layers/grids?bbox=" + ",".join(map(str, box)))[0]

    def tile(self, tile, query=""):
        return self.ask("/api/v1/tiles/grids/{}/{}/{}".format(*tile) + query)[0]

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Plain(Loader):
    """Text as it comes, without a look at it."""

    def load(self, data):
        return bytes(data)


COLLECTION = """SELECT '{"type":"FeatureCollection","features":[' || string_agg(
    ST_AsGeoJSON((code, name, geom)::feature, 'geom', 7), ',' ORDER BY code) || ']}' FROM areas"""
# In Web Mercator already, with an index there: nothing is to be turned for a tile.
TILE = """SELECT ST_AsMVT(shown, 'grids', 4096, 'shape') FROM (
    SELECT code, name, ST_AsMVTGeom(merc, ST_TileEnvelope(%s::int, %s::int, %s::int), 4096, 64, true) AS shape
    FROM areas WHERE merc && ST_TileEnvelope(%s::int, %s::int, %s::int, margin => 64.0 / 4096)) shown
    WHERE shape IS NOT NULL"""
# How many reach into a tile, to so many units beyond its sides, with more than so many square units.
REACH = """SELECT count(*) FROM areas, ST_TileEnvelope(%s::int, %s::int, %s::int, margin => %s::float8 / 4096) tile
    WHERE merc && tile AND ST_Intersects(merc, tile)
    AND ST_Area(ST_Intersection(merc, tile)) >= %s * pow((ST_XMax(tile) - ST_XMin(tile)) / 4222, 2)"""
LOCATE = """SELECT string_agg(coalesce(code, ''), ',' ORDER BY n) FROM points
    LEFT JOIN LATERAL (SELECT code FROM areas WHERE ST_Covers(areas.geom, points.geom) ORDER BY code LIMIT 1) a ON true"""


class PostGis:
    def __init__(self, dsn, points):
        self.db = psycopg.connect(dsn, autocommit=True)
        self.db.adapters.register_loader("text", Plain)
        run = self.db.execute
        run("CREATE EXTENSION postgis")
        run("CREATE TABLE areas (code text COLLATE \"C\" PRIMARY KEY, name text, geom geometry(Polygon, 4326), "
            "merc geometry(Polygon, 3857))")
        run("CREATE TYPE feature AS (code text, name text, geom geometry(Polygon, 4326))")
        run("CREATE TABLE points (n int PRIMARY KEY, geom geometry(Point, 4326))")
        with self.db.cursor() as cursor:
            rows = [(f["properties"]["code"], f["properties"]["name"], json.dumps(f["geometry"])) for f in county.grids()]
            cursor.executemany("INSERT INTO areas VALUES (%s, %s, ST_SetSRID(ST_GeomFromGeoJSON(%s), 4326))", rows)
            rows = [(n, lng, lat) for n, (lng, lat) in enumerate(points)]
            cursor.executemany("INSERT INTO points VALUES (%s, ST_Point(%s, %s, 4326))", rows)
        run("UPDATE areas SET merc = ST_Transform(geom, 3857)")
        for column in "geom", "merc":
            run(f"CREATE INDEX ON areas USING gist ({column})")
        run("VACUUM FULL ANALYZE areas")
        run("ANALYZE points")
        # Compiling takes longer than such a statement.
        run("SET jit = off")
        self.version = run("SELECT postgis_lib_version()").fetchone()[0].decode()

    def one(self, statement, values=()):
        cursor = self.db.execute(statement, values, prepare=True, binary=statement is TILE)
        return cursor.fetchone()[0]

    def tile(self, tile):
        return self.one(TILE, (*tile, *tile))


def rings(collection):
    """Each grid's points, wherever a ring begins and whichever way it runs."""
    found = {}
    for feature in json.loads(collection)["features"]:
        shape = feature["geometry"]
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        found[feature["properties"]["code"]] = [sorted(map(tuple, ring)) for part in parts for ring in part]
    # A ring's first point stands twice.
    return {code: [sorted(set(ring)) for ring in of] for code, of in found.items()}


def agree(ours, theirs, points, shown):
    told, wanted = rings(ours.collection()), rings(theirs.one(COLLECTION))
    assert told == wanted and len(wanted) == county.COLUMNS * county.ROWS, (len(told), len(wanted))
    for tile in shown:
        counts = tiles.features(ours.tile(tile)), tiles.features(theirs.tile(tile))
        least, most = (theirs.one(REACH, (*tile, *reach)) for reach in ((63, 4), (65, 0)))
        assert all(least <= count <= most for count in counts), (tile, counts, least, most)
    grids = [found["grid"] or "" for found in json.loads(ours.ask("/api/v1/locate", points)[0])["results"]]
    assert grids == theirs.one(LOCATE).decode().split(","), "units differ"
    vertices = statistics.mean(len(of[0]) for of in wanted.values())
    print(f"the same answers: {len(wanted)} polygons of {vertices:.0f} vertices, {len(shown)} tiles, {len(grids)} points")


def in_turns(what, bar, ours, theirs, each=1):
    took = [[], []]
    for n in range(-2, ROUNDS):
        for side, work in enumerate((ours, theirs)):
            began = time.perf_counter()
            work(n)
            # The first two make both warm.
            if n >= 0:
                took[side].append((time.perf_counter() - began) * 1000 / each)
    a, b = map(statistics.median, took)
    print(f"{what:<52} {a:9.3f} ms {b:9.3f} ms {b / a:7.1f} × (bar {bar}){'' if b / a >= bar else ': missed'}", flush=True)


def main():
    points = county.points(POINTS)
    with tempfile.TemporaryDirectory() as folder:
        ours = Service(sys.argv[1], pathlib.Path(folder))
        try:
            compare(ours, PostGis(os.environ["XUNGE_TEST_PG"], points), points)
        finally:
            ours.stop()


def compare(ours, theirs, points):
    asked = json.dumps({"points": [{"lng": lng, "lat": lat} for lng, lat in points]})
    shown = {zoom: tiles.tiles(zoom, *BOX) for zoom in (12, 14)}
    agree(ours, theirs, asked, [tile for of in shown.values() for tile in of])
    print(f"median of {ROUNDS}: ours, PostGIS {theirs.version}")
    whole = lambda _: theirs.one(COLLECTION)
    # Another box around all of it each time: a question that was never asked before.
    wider = lambda n: ours.collection((BOX[0] - 0.001 * (n + 3), *BOX[1:]))
    in_turns("a FeatureCollection, made", 4, wider, whole)
    in_turns("the same, at hand", 20, lambda _: ours.collection(), whole)
    tag = re.search(r"etag: ([^\r]*)", ours.ask("/api/v1/layers/grids")[1])[1]
    in_turns("the same, which the client has (304)", 20,
             lambda _: ours.ask("/api/v1/layers/grids", headers=f"if-none-match: {tag}\r\n"), whole)
    for zoom, of in shown.items():
        # As of another moment each time: nothing that was drawn before is shown.
        moment = lambda n: f"?at=2026-03-04T10:{zoom}:{n + 2:02}Z"
        made = lambda n: [ours.tile(tile, moment(n)) for tile in of]
        kept = lambda _: [ours.tile(tile) for tile in of]
        drawn = lambda _: [theirs.tile(tile) for tile in of]
        in_turns(f"a tile of the {len(of)} at zoom {zoom}, drawn", 3, made, drawn, len(of))
        in_turns(f"a tile of the {len(of)} at zoom {zoom}, at hand", 3, kept, drawn, len(of))
    in_turns(f"locate of {POINTS} points", 25, lambda _: ours.ask("/api/v1/locate", asked), lambda _: theirs.one(LOCATE))


if __name__ == "__main__":
    main()
