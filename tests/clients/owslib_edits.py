"""OWSLib: reads collections, and makes, replaces and deletes a zone of a draft."""

import json
import uuid

import owslib
from owslib.ogcapi.features import Features
from service import URL, call


def square(west, south, side):
    east, north = west + side, south + side
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def feature(zone, name, shape):
    return json.dumps(
        {"type": "Feature", "geometry": shape, "properties": {"layer": "enforcement", "zone": zone, "name": name}}
    )


def main():
    plan = str(uuid.uuid4())
    call("POST", "/api/v1/plans", {"id": plan, "name": "drawn with OWSLib"})
    service = Features(f"{URL}/ogc")
    assert "townships" in service.feature_collections()
    assert service.collection_queryables("incidents")["properties"]
    townships = service.collection_items("townships", limit=5)
    assert townships["numberReturned"] == 5 and townships["numberMatched"] > 5
    urgent = service.collection_items("incidents", limit=10, filter="urgency = 'urgent'")
    assert all(f["properties"]["urgency"] == "urgent" for f in urgent["features"])

    zones = f"zones_of_{plan}"
    shape = square(-4.52, 54.14, 0.03)
    assert service.collection_item_create(zones, feature("N1", "north", shape))
    made = service.collection_items(zones)["features"]
    assert [f["properties"]["zone"] for f in made] == ["N1"], made
    of = made[0]["id"]
    assert service.collection_item_update(zones, of, feature("N1", "renamed", shape))
    assert service.collection_item(zones, of)["properties"]["name"] == "renamed"
    assert service.collection_item_delete(zones, of)
    assert service.collection_items(zones)["features"] == []
    print(f"OWSLib {owslib.__version__}: read, made, replaced and deleted a zone")


if __name__ == "__main__":
    main()
