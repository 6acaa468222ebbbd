"""QGIS without a screen: loads collections of OGC API - Features and vector tiles, and draws them."""

import os
import sys

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

URL = os.environ["XUNGE_URL"]


def colours(layers, extent):
    """How many colours there are in the picture."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setExtent(extent)
    settings.setOutputSize(QSize(400, 400))
    settings.setDestinationCrs(layers[0].crs())
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    assert not job.errors(), [error.message for error in job.errors()]
    picture = job.renderedImage()
    points = [(x, y) for x in range(0, 400, 2) for y in range(0, 400, 2)]
    return len({picture.pixel(x, y) for x, y in points})


def main():
    app = QgsApplication([], False)
    app.initQgis()
    told = []
    for name in ("townships", "roads", "coverage"):
        layer = QgsVectorLayer(f"url='{URL}/ogc' typename='{name}'", name, "OAPIF")
        assert layer.isValid(), (name, layer.error().message())
        count = sum(1 for _ in layer.getFeatures())
        assert count > 10, (name, count)
        assert colours([layer], layer.extent()) > 1, f"{name}: nothing is drawn"
        told.append(f"{count} {name}")
    tiles = QgsVectorTileLayer(f"type=xyz&url={URL}/api/v1/tiles/townships/{{z}}/{{x}}/{{y}}&zmin=4&zmax=16", "tiles")
    assert tiles.isValid(), tiles.error().message()
    assert colours([tiles], QgsRectangle(-545000, 7150000, -465000, 7230000)) > 1, "no tile is drawn"
    print(f"QGIS {Qgis.version()}: {', '.join(told)}, and tiles")
    sys.stdout.flush()
    # What it keeps of a network that is gone must not fail the end.
    os._exit(0)


if __name__ == "__main__":
    main()
