"""Ours over HTTP as the peers are asked: a_nearest200 on one keep-alive connection, answer = the 3 nearest,
snapping included; and what the page and planners ask: coverage, a squad that turns busy, a closed road.

    bench_http.py XUNGE FILE.osm.pbf QUERIES EXTRACT WORK

XUNGE is the program, QUERIES the folder of the peers' CSV files. Lines go to BENCH_OUT as theirs do. The
server runs on a folder of its own, on loopback, and ends with this script.
"""
import csv
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import uuid

xunge, pbf, queries, extract, work = sys.argv[1:6]
PORT = 18080
data = os.path.join(work, "http-data")
shutil.rmtree(data, ignore_errors=True)
os.makedirs(data)


def emit(**row):
    line = json.dumps({"engine": "xunge_http", "extract": extract, **row})
    print(line, flush=True)
    if "BENCH_OUT" in os.environ:
        with open(os.environ["BENCH_OUT"], "a") as out:
            out.write(line + "\n")


def rows(name):
    return [[float(v) for v in row[-2:]] for row in list(csv.reader(open(os.path.join(queries, name))))[1:]]


def run(*args):
    begun = time.perf_counter()
    subprocess.run([xunge, *args, "--data", data], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begun


squads, incidents = rows("squads200.csv"), rows("incidents.csv")[:300]
places = squads + incidents + rows("cells_r9.csv")
west, east = (f(p[0] for p in places) for f in (min, max))
south, north = (f(p[1] for p in places) for f in (min, max))
middle = (west + east) / 2


def area(code, name, w, e):
    ring = [[w, south], [e, south], [e, north], [w, north], [w, south]]
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


townships = [area("990001001000", "west", west, middle), area("990001002000", "east", middle, east)]
json.dump({"type": "FeatureCollection", "features": townships}, open(os.path.join(work, "townships.geojson"), "w"))
with open(os.path.join(work, "squads.csv"), "w") as out:
    out.write("id,name,kind,unit,command_area,profile,lng,lat,certified_officers,shifts\n")
    for i, (lng, lat) in enumerate(squads):
        side = "990001001000" if lng < middle else "990001002000"
        out.write(f"S{i:03},squad {i},stationed,U,{side},car,{lng:.7f},{lat:.7f},2,mon-sun 24h\n")
emit(item="import_roads", wall_s=round(run("import", "roads", pbf), 2))
county = ["--county", "990001000000", "--county-name", extract, "--time-zone", "UTC"]
run("import", "areas", os.path.join(work, "townships.geojson"), "--level", "township", *county)
run("import", "squads", os.path.join(work, "squads.csv"))

server = subprocess.Popen([xunge, "serve", "--keyless", "--empty", "--data", data, "--listen", f"127.0.0.1:{PORT}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(600):
        try:
            line = http.client.HTTPConnection("127.0.0.1", PORT)
            line.request("GET", "/readyz")
            if line.getresponse().status == 200:
                break
        except OSError:
            pass
        time.sleep(0.05)
    # The hierarchies come a little later.
    order = os.path.join(data, "roads")
    while not any(name.endswith(".order") for name in os.listdir(order)):
        time.sleep(0.1)
    time.sleep(1)
    line = http.client.HTTPConnection("127.0.0.1", PORT)
    line.connect()
    line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(method, path, body=None):
        text = None if body is None else json.dumps(body)
        line.request(method, path, text, {"content-type": "application/json"} if text else {})
        answer = line.getresponse()
        content = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content

    def dist(item, calls):
        for call in calls[:5]:
            call()
        times = []
        for call in calls:
            begun = time.perf_counter()
            call()
            times.append((time.perf_counter() - begun) * 1e3)
        times.sort()
        p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
        emit(item=item, n=len(times), p50_ms=round(statistics.median(times), 4), p99_ms=round(p99, 4))

    api = "/api/v1"
    dist("healthz", [lambda: ask("GET", "/healthz")] * 300)
    dist("a_nearest200_http", [lambda p=p: ask("GET", f"{api}/squads/nearest?lng={p[0]:.6f}&lat={p[1]:.6f}&k=3") for p in incidents])
    everyone = ";".join(f"{lng:.6f},{lat:.6f}" for lng, lat in squads)
    sources = ";".join(map(str, range(len(squads))))
    table = lambda p: f"/table/v1/driving/{everyone};{p[0]:.6f},{p[1]:.6f}?sources={sources}&destinations={len(squads)}&annotations=duration"
    dist("a_table200_http", [lambda p=p: ask("GET", table(p)) for p in incidents])
    dist("isochrone30_http", [lambda p=p: ask("GET", f"{api}/isochrone?lng={p[0]:.6f}&lat={p[1]:.6f}&minutes=30") for p in incidents[:100]])
    coverage = f"{api}/coverage?basis=live&minutes=30"
    begun = time.perf_counter()
    ask("GET", coverage)
    emit(item="coverage200_first_http", wall_s=round(time.perf_counter() - begun, 4))
    dist("coverage200_known_http", [lambda: ask("GET", coverage)] * 50)

    def turn():
        status = "busy" if turn.free else "available"
        turn.free = not turn.free
        ask("PATCH", f"{api}/squads/S000", {"status": status})
        ask("GET", coverage)

    turn.free = True
    dist("squad_turns_busy_or_free_then_coverage_http", [turn] * 50)

    def close():
        here = incidents[close.count % len(incidents)]
        close.count += 1
        near = json.loads(ask("GET", f"/nearest/v1/driving/{here[0]:.6f},{here[1]:.6f}"))["waypoints"][0]["location"]
        around = 1e-4
        ring = [[near[0] + x * around, near[1] + y * around] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
        id = str(uuid.uuid4())
        begun = time.perf_counter()
        ask("POST", f"{api}/roads/disruptions", {"id": id, "reason": "bench", "place": {"polygon": {"type": "Polygon", "coordinates": [ring]}}})
        took = (time.perf_counter() - begun) * 1e3
        ask("DELETE", f"{api}/roads/disruptions/{id}")
        return took

    close.count = 0
    times = sorted(close() for _ in range(21))
    emit(item="close_a_road_durable_http", n=len(times), p50_ms=round(statistics.median(times), 3), p99_ms=round(times[-1], 3))
finally:
    server.terminate()
    server.wait()
