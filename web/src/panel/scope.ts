import type { BBox, Disruption, LngLat } from "../base/types";
import { type State, store } from "../state";

/** Where the panels can send the map. */
export interface Go {
  toMap(): void;
  /** What the map looks at; null before there is one. */
  centre(): LngLat | null;
  /** The map as it looks, to be read before anything else is drawn; null where there is none. */
  snapshot(): HTMLCanvasElement | null;
  toPoint(point: LngLat): void;
  toArea(code: string): void;
  toBox(box: BBox): void;
  /** Of the layer of zones that is drawn. */
  toZone(code: string): void;
  toDisruption(disruption: Disruption): void;
}

/** The watches of one mounted view; ended together when the view is built anew, as on a change of language. */
export class Scope {
  #ends: (() => void)[] = [];

  /** Runs `draw` now and after every change of `keys`. */
  draw(keys: (keyof State)[], draw: (state: State) => void): void {
    draw(store.state as State);
    this.#ends.push(store.watch(keys, draw));
  }

  onEnd(end: () => void): void {
    this.#ends.push(end);
  }

  end(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}
