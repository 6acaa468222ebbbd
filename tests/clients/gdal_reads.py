"""GDAL, by pyogrio's wheel: every collection, filters that the service answers, pages while rows are written,
and many features beside the same ones in a file."""

import multiprocessing
import tempfile
import time
import uuid

import pyogrio
from service import PROGRAM, URL, Doorkeeper, call, program

MANY = 200_000
PAGED = 25_000


def source(url):
    return f"OAPIF:{url}/ogc"


def every_collection():
    collections = call("GET", "/ogc/collections?f=json")["collections"]
    names = [c["id"] for c in collections]
    found = list(pyogrio.list_layers(source(URL))[:, 0])
    assert sorted(found) == sorted(names), (found, names)
    rows = {}
    for name in names:
        matched = call("GET", f"/ogc/collections/{name}/items?f=json&limit=1")["numberMatched"]
        rows[name] = len(pyogrio.read_dataframe(source(URL), layer=name))
        assert rows[name] == matched, (name, rows[name], matched)
    return f"{len(rows)} collections, {sum(rows.values())} features"


def pushed_down():
    all_rows = pyogrio.read_dataframe(source(URL), layer="incidents")
    west, south, east, north = all_rows.total_bounds
    box = (west, south, (west + east) / 2, (south + north) / 2)
    door = Doorkeeper()
    some = pyogrio.read_dataframe(source(door.url), layer="incidents", where="urgency = 'urgent'", bbox=box)
    inside = all_rows.cx[box[0] : box[2], box[1] : box[3]]
    wanted = inside[inside.urgency == "urgent"]
    assert 0 < len(some) == len(wanted) < len(all_rows), (len(some), len(wanted), len(all_rows))
    asked = [page for page in door.pages("incidents") if "bbox" in page]
    assert asked and all("urgent" in (page.get("urgency") or page.get("filter", "")) for page in asked), asked
    return f"{len(some)} of {len(all_rows)} by {asked[-1]}"


def write_until(over, written):
    while not over.is_set():
        new = str(uuid.uuid4())
        call("POST", "/api/v1/incidents", {"id": new, "lng": -4.48, "lat": 54.15, "matter": "CG-001"})
        written.value += 1


def paged_while_written():
    before = set(pyogrio.read_dataframe(source(URL), layer="incidents", read_geometry=False).id)
    assert len(before) > PAGED
    over, written = multiprocessing.Event(), multiprocessing.Value("i", 0)
    writer = multiprocessing.Process(target=write_until, args=(over, written))
    writer.start()
    try:
        door = Doorkeeper()
        # By Arrow, as it comes: else pyogrio counts first, and reads no more than there were then.
        read = pyogrio.read_dataframe(source(door.url), layer="incidents", read_geometry=False, use_arrow=True)
        read = list(read.id)
    finally:
        over.set()
        writer.join()
    pages = [page for page in door.pages("incidents") if page.get("limit") != "1"]
    assert written.value > 0 and len(pages) >= len(before) // 10_000, (written.value, pages)
    assert len(read) == len(set(read)), "some come twice"
    assert before <= set(read), f"{len(before - set(read))} are lost"
    return f"{len(read)} once each while {written.value} came in, {len(pages)} pages"


def many_beside_a_file():
    def seconds(read):
        best = float("inf")
        for _ in range(3):
            began = time.monotonic()
            assert len(read()) >= MANY
            best = min(best, time.monotonic() - began)
        return best

    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/incidents.geojson"
        program("export", "incidents", file)
        from_file = seconds(lambda: pyogrio.read_dataframe(file))
        served = seconds(lambda: pyogrio.read_dataframe(source(URL), layer="incidents"))
    return f"{served:.2f} s, {from_file:.2f} s from a file: {served / from_file:.2f} times", served / from_file


def laid_in(count, seed):
    """Incidents of the program's own, until the service shows them: it follows what another process writes."""
    matched = lambda: call("GET", "/ogc/collections/incidents/items?f=json&limit=1")["numberMatched"]
    before = last = matched()
    program("demo", "incidents", "--count", str(count), "--seed", str(seed))
    end = time.monotonic() + 300
    while (now := matched()) == before or now != last:
        assert time.monotonic() < end, (before, now)
        last = now
        time.sleep(1)


def main():
    print(f"pyogrio {pyogrio.__version__}, GDAL {'.'.join(map(str, pyogrio.__gdal_version__))}")
    print("  every collection:", every_collection())
    laid_in(PAGED + 3_000, 7)
    print("  filters pushed down:", pushed_down())
    print("  pages while written:", paged_while_written())
    if "release" not in PROGRAM:
        print(f"  skipped: {MANY} features beside a file want a release build in XUNGE_BIN")
        return
    laid_in(MANY, 8)
    told, times = many_beside_a_file()
    print("  many features:", told)
    assert times <= 1.3, "reading over OGC API takes longer than 1.3 times a file"


if __name__ == "__main__":
    main()
