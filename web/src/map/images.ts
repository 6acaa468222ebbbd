/** Symbols drawn on a canvas: squads by status, and the hatch of cells without road access. */
import type { Map as MapLibreMap } from "maplibre-gl";
import { type Marks, NO_ACCESS, PAINTS, type Paint } from "./bands";

const RATIO = 2;
const SIZE = 26;

export const SQUAD_LOOKS = [
  "available",
  "busy",
  "out_of_contact",
  "off_shift",
  "out_of_service",
] as const;
export type SquadLook = (typeof SQUAD_LOOKS)[number];
/** Where a squad is drawn: at a fresh fix, at an old one, or at its post for want of any. */
export type FixSource = "fix" | "stale_fix" | "post";
const FIX_SOURCES: FixSource[] = ["fix", "stale_fix", "post"];
export const SQUAD_COLORS: Record<SquadLook, string> = {
  available: "#14713d",
  busy: "#b4480c",
  out_of_contact: "#8a1c6b",
  off_shift: "#66737a",
  out_of_service: "#3a4248",
};
export const ROAD_COLORS = { closed: "#c4161c", slowed: "#d96a00" };

function canvas(size: number): CanvasRenderingContext2D {
  const element = document.createElement("canvas");
  element.width = element.height = size * RATIO;
  const context = element.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser has no 2D canvas");
  context.scale(RATIO, RATIO);
  return context;
}

function badgePath(c: CanvasRenderingContext2D, direct: boolean): void {
  const middle = SIZE / 2;
  c.beginPath();
  if (direct) {
    c.moveTo(middle, 1.5);
    c.lineTo(SIZE - 1.5, middle);
    c.lineTo(middle, SIZE - 1.5);
    c.lineTo(1.5, middle);
    c.closePath();
  } else {
    c.arc(middle, middle, 9.5, 0, 2 * Math.PI);
  }
}

function glyph(c: CanvasRenderingContext2D, look: SquadLook): void {
  const m = SIZE / 2;
  c.beginPath();
  if (look === "available") {
    c.moveTo(m - 4, m + 0.3);
    c.lineTo(m - 1.2, m + 3.2);
    c.lineTo(m + 4.2, m - 3);
  } else if (look === "busy") {
    c.moveTo(m, m - 4.2);
    c.lineTo(m, m + 1);
    c.moveTo(m, m + 3.7);
    c.lineTo(m, m + 4);
  } else if (look === "out_of_contact") {
    c.arc(m, m - 1.8, 2.6, Math.PI, 0.6 * Math.PI);
    c.lineTo(m, m + 2);
    c.moveTo(m, m + 4.6);
    c.lineTo(m, m + 4.9);
  } else if (look === "off_shift") {
    c.moveTo(m - 3.6, m);
    c.lineTo(m + 3.6, m);
  } else {
    c.moveTo(m - 3.2, m - 3.2);
    c.lineTo(m + 3.2, m + 3.2);
    c.moveTo(m + 3.2, m - 3.2);
    c.lineTo(m - 3.2, m + 3.2);
  }
  c.stroke();
}

/**
 * Shape tells the kind (round stationed, diamond direct), colour and glyph the status. A filled
 * badge stands at a fresh position, a hollow one at its post, a dashed one at an old position.
 */
export function squadImage(look: SquadLook, direct: boolean, source: FixSource): ImageData {
  const fresh = source === "fix";
  const c = canvas(SIZE);
  c.lineCap = c.lineJoin = "round";
  c.lineWidth = 2;
  badgePath(c, direct);
  c.fillStyle = fresh ? SQUAD_COLORS[look] : "#ffffff";
  c.fill();
  c.strokeStyle = fresh ? "#ffffff" : SQUAD_COLORS[look];
  if (source === "stale_fix") c.setLineDash([2.6, 2.6]);
  c.stroke();
  c.setLineDash([]);
  c.strokeStyle = fresh ? "#ffffff" : SQUAD_COLORS[look];
  glyph(c, look);
  return c.getImageData(0, 0, SIZE * RATIO, SIZE * RATIO);
}

export function squadImageName(look: SquadLook, direct: boolean, source: FixSource): string {
  return `squad-${look}-${direct ? "direct" : "stationed"}-${source}`;
}

/** On disrupted roads; their shapes are no squad's, so that they read without colour. */
export function roadSign(closed: boolean): ImageData {
  const m = SIZE / 2;
  const c = canvas(SIZE);
  c.lineCap = c.lineJoin = "round";
  c.beginPath();
  if (closed) {
    c.rect(m - 7.5, m - 7.5, 15, 15);
  } else {
    c.moveTo(m, m - 9.5);
    c.lineTo(m + 10.5, m + 8.5);
    c.lineTo(m - 10.5, m + 8.5);
    c.closePath();
  }
  c.strokeStyle = "#ffffff";
  c.lineWidth = 4;
  c.stroke();
  c.fillStyle = ROAD_COLORS[closed ? "closed" : "slowed"];
  c.fill();
  c.lineWidth = 2.4;
  if (closed) {
    glyph(c, "out_of_service");
  } else {
    c.translate(0, 2);
    glyph(c, "busy");
  }
  return c.getImageData(0, 0, SIZE * RATIO, SIZE * RATIO);
}

/** Side of the square that bands are tiled with, pixels. */
export const TILE = 12;

/** Where dots lie in a tile; halves of the step keep them apart across its border. */
function dots(c: CanvasRenderingContext2D, step: number, radius: number): void {
  for (let row = 0; row * step < TILE; row++) {
    for (let column = 0; column * step < TILE; column++) {
      c.beginPath();
      c.arc((column + 0.5) * step, (row + 0.5) * step, radius, 0, 2 * Math.PI);
      c.fill();
    }
  }
}

/** Rising lines, also those that begin in the tile's neighbours. */
function lines(c: CanvasRenderingContext2D, step: number): void {
  for (let shift = -TILE; shift <= TILE; shift += step) {
    c.beginPath();
    c.moveTo(shift - 1, TILE + 1);
    c.lineTo(shift + TILE + 1, -1);
    c.stroke();
  }
}

const DRAW_MARKS: Record<Marks, (c: CanvasRenderingContext2D) => void> = {
  none: () => {},
  "sparse dots": (c) => dots(c, 12, 0.8),
  dots: (c) => dots(c, 6, 0.7),
  "dense dots": (c) => dots(c, 4, 0.65),
  lines: (c) => lines(c, 12),
  "dense lines": (c) => lines(c, 6),
  crosses: (c) => {
    const m = TILE / 2;
    c.beginPath();
    c.moveTo(m - 2.5, m - 2.5);
    c.lineTo(m + 2.5, m + 2.5);
    c.moveTo(m + 2.5, m - 2.5);
    c.lineTo(m - 2.5, m + 2.5);
    c.stroke();
  },
};

/** The tile of a band: its colour with its marks. */
export function bandTile({ color, ink, marks }: Paint): HTMLCanvasElement {
  const c = canvas(TILE);
  c.fillStyle = color;
  c.fillRect(0, 0, TILE, TILE);
  c.fillStyle = c.strokeStyle = ink;
  c.lineWidth = 1;
  DRAW_MARKS[marks](c);
  return c.canvas;
}

function tileImage(tile: HTMLCanvasElement): ImageData {
  const { width, height } = tile;
  const image = tile.getContext("2d")?.getImageData(0, 0, width, height);
  if (!image) throw new Error("this browser has no 2D canvas");
  return image;
}

function hatchImage(): ImageData {
  const size = 8;
  const c = canvas(size);
  c.strokeStyle = NO_ACCESS;
  c.lineWidth = 1.3;
  for (const shift of [-size, 0, size]) {
    c.beginPath();
    c.moveTo(shift - 1, size + 1);
    c.lineTo(shift + size + 1, -1);
    c.stroke();
  }
  return c.getImageData(0, 0, size * RATIO, size * RATIO);
}

export function addImages(map: MapLibreMap): void {
  map.addImage("hatch", hatchImage(), { pixelRatio: RATIO });
  for (const paint of PAINTS) {
    map.addImage(paint.image, tileImage(bandTile(paint)), { pixelRatio: RATIO });
  }
  for (const closed of [true, false]) {
    const name = closed ? "road-closed" : "road-slowed";
    map.addImage(name, roadSign(closed), { pixelRatio: RATIO });
  }
  for (const look of SQUAD_LOOKS) {
    for (const direct of [true, false]) {
      for (const source of FIX_SOURCES) {
        map.addImage(squadImageName(look, direct, source), squadImage(look, direct, source), {
          pixelRatio: RATIO,
        });
      }
    }
  }
}
