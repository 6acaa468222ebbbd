"""Clients of other engines' interfaces: georeport (Open311), routingpy (OSRM and Valhalla)."""

from importlib.metadata import version

import georeport
import routingpy
from service import URL, call

FROM, TO = [-4.4821, 54.1507], [-4.6918, 54.0742]


def open311():
    told = []
    for form in ("json", "xml"):
        client = georeport.GeoReport(f"{URL}/open311/v2", output_format=form)
        services = client.get_service_list()
        codes = [service["service_code"] for service in services]
        report = {"id": f"01957a3e-5c00-7000-8000-0000000000{form[:1].encode().hex()}", "lng": FROM[0], "lat": FROM[1]}
        call("POST", "/api/v1/incidents", {**report, "matter": "CG-001"})
        requests = client.get_service_requests()
        assert report["id"] in [request["service_request_id"] for request in requests]
        assert client.get_service_definition(codes[0])["service_code"] == codes[0]
        assert client.get_service_request(report["id"])["status"] == "open"
        told.append(f"{len(codes)} services in {form}")
    print(f"georeport {georeport.__version__}: {', '.join(told)}")


def routing():
    osrm, valhalla = routingpy.OSRM(URL), routingpy.Valhalla(URL)
    drive = osrm.directions([FROM, TO], profile="driving")
    table = osrm.matrix([FROM, TO], profile="driving")
    assert len(drive.geometry) > 10 and abs(drive.duration - table.durations[0][1]) <= 2
    same = valhalla.directions([FROM, TO], profile="auto")
    assert abs(same.duration - drive.duration) <= 2, (same.duration, drive.duration)
    assert valhalla.matrix([FROM, TO], profile="auto").durations[0][1] > 600
    rings = valhalla.isochrones(FROM, profile="auto", intervals=[600, 1200])
    assert [ring.interval for ring in rings] == [1200, 600] or len(rings) == 2
    print(f"routingpy {version('routingpy')}: {drive.duration:.0f} s there by both, {len(rings)} isochrones")


if __name__ == "__main__":
    open311()
    routing()
