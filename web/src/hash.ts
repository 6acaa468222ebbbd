/** The address bar's hash holds the view, so that a link shows another person the same thing. */
import type { LngLat } from "./base/types";
import { initial, type State, store } from "./state";
import type { Lang } from "./text";

export interface Camera extends LngLat {
  zoom: number;
}

/** The squad's phone and the wall of a hall: `#phone`, `#wall`. */
export type Face = "phone" | "wall";
const FACES: Face[] = ["phone", "wall"];

export interface HashView {
  view: Partial<Pick<State, "lang" | "minutes" | "basis" | "wall" | "layers">>;
  camera: Camera | null;
  point: LngLat | null;
  /** Another page than the one with the map. */
  face: Face | null;
  /** Whose phone it is. */
  squad: string | null;
  /** An open case, by id. */
  incident: string | null;
  /** An open scenario, by id. */
  scenario: string | null;
}

const LANG_KEY = "xunge.lang";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function numbers(text: string | null, count: number): number[] | null {
  const values = text?.split("/").map(Number) ?? [];
  return values.length === count && values.every(Number.isFinite) ? values : null;
}

function langOf(text: string | null): Lang | null {
  return text === "en" || text === "zh" ? text : null;
}

/** Remembered language, else the browser's. */
export function preferredLang(): Lang {
  const remembered = langOf(localStorage.getItem(LANG_KEY));
  return remembered ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
}

export function rememberLang(lang: Lang): void {
  localStorage.setItem(LANG_KEY, lang);
}

const layersBut = (hidden: string[]) =>
  Object.fromEntries(
    Object.keys(initial.layers).map((name) => [name, !hidden.includes(name)]),
  ) as State["layers"];

/** What does not parse is left out: a mangled link still opens the page. */
export function readHash(): HashView {
  const hash = new URLSearchParams(location.hash.slice(1));
  const view: HashView["view"] = {};
  const lang = langOf(hash.get("lang"));
  if (lang) view.lang = lang;
  const minutes = Number(hash.get("m"));
  if (Number.isInteger(minutes) && minutes >= 5 && minutes <= 60) view.minutes = minutes;
  const basis = hash.get("basis");
  if (basis === "posts" || basis === "live") view.basis = basis;
  const wall = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d)$/.exec(hash.get("t") ?? "");
  if (wall && !Number.isNaN(Date.parse(wall[1] as string))) {
    view.wall = { date: wall[1] as string, minute: Number(wall[2]) * 60 + Number(wall[3]) };
  }
  const hidden = hash.get("hide")?.split(",");
  if (hidden) view.layers = layersBut(hidden);
  const camera = numbers(hash.get("map"), 3);
  const point = numbers(hash.get("at"), 2);
  return {
    view,
    camera: camera && {
      zoom: camera[0] as number,
      lat: camera[1] as number,
      lng: camera[2] as number,
    },
    point: point && { lat: point[0] as number, lng: point[1] as number },
    face: FACES.find((face) => hash.has(face)) ?? null,
    squad: hash.get("squad"),
    incident: UUID.exec(hash.get("case") ?? "")?.[0] ?? null,
    scenario: UUID.exec(hash.get("scenario") ?? "")?.[0] ?? null,
  };
}

/** Opens a case, wherever the map of whoever follows it would be. */
export const caseHash = (id: string) => `#case=${id}`;

/** Opens a scenario in the studio. */
export const scenarioHash = (id: string) => `#scenario=${id}`;

/** Without a map there is no camera. */
export function writeHash(camera: Camera | null): void {
  const { lang, minutes, basis, wall, layers, selection, side, whatIf } = store.state;
  const hash = [`m=${minutes}`];
  if (camera) {
    hash.unshift(`map=${camera.zoom.toFixed(2)}/${camera.lat.toFixed(5)}/${camera.lng.toFixed(5)}`);
  }
  if (basis !== "posts") hash.push(`basis=${basis}`);
  if (wall) {
    const hour = String(Math.floor(wall.minute / 60)).padStart(2, "0");
    hash.push(`t=${wall.date}T${hour}:${String(wall.minute % 60).padStart(2, "0")}`);
  }
  const hidden = Object.entries(layers).filter(([, isShown]) => !isShown);
  if (hidden.length > 0) hash.push(`hide=${hidden.map(([name]) => name).join(",")}`);
  if (selection?.kind === "place") {
    hash.push(`at=${selection.point.lat.toFixed(6)}/${selection.point.lng.toFixed(6)}`);
  }
  if (selection?.kind === "incident") hash.push(`case=${selection.id}`);
  if (side === "studio" && whatIf.scenario) hash.push(`scenario=${whatIf.scenario.id}`);
  hash.push(`lang=${lang}`);
  history.replaceState(null, "", `#${hash.join("&")}`);
}
