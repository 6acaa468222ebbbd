"""Which tiles a county lies in, and how many features a tile holds."""

import math


def tile_of(zoom, lng, lat):
    n = 2**zoom
    y = math.asinh(math.tan(math.radians(lat)))
    return int((lng + 180) / 360 * n), int((1 - y / math.pi) / 2 * n)


def tiles(zoom, west, south, east, north):
    (x0, y1), (x1, y0) = tile_of(zoom, west, south), tile_of(zoom, east, north)
    return [(zoom, x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


def fields(data):
    """Numbers and contents of a protobuf message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        match key & 7:
            case 0:
                yield key >> 3, varint()
            case 1:
                at += 8
            case 2:
                size = varint()
                yield key >> 3, data[at : at + size]
                at += size
            case 5:
                at += 4


def features(tile):
    """How many a vector tile holds: field 3 is a layer, its field 2 a feature."""
    layers = [content for number, content in fields(tile) if number == 3]
    return sum(1 for layer in layers for number, _ in fields(layer) if number == 2)
