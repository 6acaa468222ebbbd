/**
 * Two short tones when an urgent case comes in, for who looks elsewhere. Browsers let no page sound before somebody
 * used it; whoever wants silence says so once, and this browser keeps it.
 */
import { now } from "../base/api";
import { h } from "../base/dom";
import type { Incident } from "../base/types";
import { t } from "../text";

const KEY = "xunge.sound";
/** Hz and seconds from the start. */
const TONES = [
  [880, 0],
  [1175, 0.18],
] as const;
const TONE_S = 0.15;
const VOLUME = 0.2;
/** Of so many the last are remembered: an event tells a case again at each of its steps. */
const REMEMBERED = 1_000;

const openedMs = performance.now();
const rung = new Set<string>();
let audio: AudioContext | null = null;

/** On, unless somebody turned it off; a browser that is driven by a program is silent unless asked. */
function isOn(): boolean {
  return (localStorage.getItem(KEY) ?? (navigator.webdriver ? "off" : "on")) === "on";
}

function sound(): void {
  if (!navigator.userActivation?.hasBeenActive) return;
  audio ??= new AudioContext();
  void audio.resume();
  for (const [hz, from_s] of TONES) {
    const [tone, gain] = [audio.createOscillator(), audio.createGain()];
    const start = audio.currentTime + from_s;
    tone.frequency.value = hz;
    gain.gain.setValueAtTime(VOLUME, start);
    gain.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
    tone.connect(gain).connect(audio.destination);
    tone.start(start);
    tone.stop(start + TONE_S);
  }
}

/** When the page was opened, by the service's clock, which is known once it answered. */
const openedAt = () => now().getTime() - (performance.now() - openedMs);

/** An event told of a case: rings once for each urgent one that came in since the page was opened. */
export function ring({ id, urgency, open, created_at }: Incident): void {
  const isNew = urgency === "urgent" && open && Date.parse(created_at) >= openedAt();
  if (!isNew || rung.has(id)) return;
  rung.add(id);
  for (const old of rung) {
    if (rung.size <= REMEMBERED) break;
    rung.delete(old);
  }
  if (isOn()) sound();
}

export function soundSwitch(): HTMLElement {
  const button = h("button.quiet", {
    type: "button",
    id: "sound",
    onclick: () => {
      localStorage.setItem(KEY, isOn() ? "off" : "on");
      draw();
      // Who turns it on hears what it is like.
      if (isOn()) sound();
    },
  });
  const draw = () => {
    button.setAttribute("aria-pressed", String(isOn()));
    button.textContent = t(isOn() ? "sound_on" : "sound_off");
  };
  draw();
  return button;
}
