/** The map as a picture, with what its colours mean, when it was, and whose data it shows. */
import { now } from "../base/api";
import { bandsOf, type Paint, UNREACHABLE } from "../map/bands";
import { bandTile } from "../map/images";
import { store, timeZone } from "../state";
import { clauses, moment, nameOf, t } from "../text";

const FONT = 'system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif';
const LEGEND_W = 210;
const ROW = 22;
const PAD = 14;

/** `County, time`, as a heading. */
export function heading(): string {
  const { status, wall } = store.state;
  const county = status?.county ? nameOf(status.county) : "Xunge 巡格";
  const at = wall ? `${wall.date} ${t("hour")}` : moment(now().toISOString(), timeZone());
  return t("print_title", { county, moment: at });
}

export const attribution = () => clauses(store.state.status?.attribution ?? []) || t("made_up_map");

function paints(): [Paint, string][] {
  const bands = bandsOf(store.state.minutes).filter(({ from_min, to_min }) => from_min !== to_min);
  const told = bands.map(({ paint, from_min, to_min }): [Paint, string] => [
    paint,
    t("minutes", { n: to_min === null ? `> ${from_min}` : `${from_min}–${to_min}` }),
  ]);
  return [...told, [UNREACHABLE, t("legend_unreachable")]];
}

/** Draws the map as it is now beside its legend; `map` was drawn just before. */
export function picture(map: HTMLCanvasElement): HTMLCanvasElement {
  const ratio = map.width / (map.clientWidth || map.width);
  const made = document.createElement("canvas");
  const [head, foot] = [40, 26];
  const width = map.width / ratio + LEGEND_W;
  const height = map.height / ratio + head + foot;
  made.width = width * ratio;
  made.height = height * ratio;
  const draw = made.getContext("2d");
  if (!draw) return made;
  draw.scale(ratio, ratio);
  draw.fillStyle = "#ffffff";
  draw.fillRect(0, 0, width, height);
  draw.drawImage(map, LEGEND_W, head, width - LEGEND_W, height - head - foot);
  draw.fillStyle = "#16252c";
  draw.textBaseline = "middle";
  const text = (what: string, x: number, y: number, size = 13, weight = 400) => {
    draw.font = `${weight} ${size}px ${FONT}`;
    draw.fillText(what, x, y);
  };
  text(heading(), PAD, head / 2, 17, 650);
  let y = head + PAD;
  text(t("legend"), PAD, y, 13, 650);
  if (store.state.layers.coverage) {
    for (const [paint, what] of paints()) {
      y += ROW;
      draw.fillStyle = paint.color;
      draw.fillRect(PAD, y - 7, 24, 14);
      const pattern = draw.createPattern(bandTile(paint), "repeat");
      if (pattern) {
        draw.fillStyle = pattern;
        draw.fillRect(PAD, y - 7, 24, 14);
      }
      draw.fillStyle = "#16252c";
      text(what, PAD + 34, y);
    }
  }
  draw.fillStyle = "#4a5a63";
  text(attribution(), PAD, height - foot / 2, 11);
  return made;
}

export function savePicture(map: HTMLCanvasElement): Promise<void> {
  const made = picture(map);
  return new Promise((resolve, reject) =>
    made.toBlob((blob) => {
      if (!blob) return reject(new Error("no picture"));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `map-${now().toISOString().slice(0, 16).replaceAll(":", "")}Z.png`;
      link.click();
      URL.revokeObjectURL(link.href);
      resolve();
    }, "image/png"),
  );
}
