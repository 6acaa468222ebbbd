/** Whether the page is dark: the wall always, all else as the reader's device is set. */

const device = window.matchMedia("(prefers-color-scheme: dark)");
let always = false;

export const isDark = () => always || device.matches;

/** Calls `told` whenever the device is set otherwise; the answer ends it. */
export function onDark(told: () => void): () => void {
  device.addEventListener("change", told);
  return () => device.removeEventListener("change", told);
}

/** Gives the page the colours of `style.css` that fit, now and later. */
export function dress(isAlwaysDark: boolean): void {
  always = isAlwaysDark;
  const wear = () => document.documentElement.toggleAttribute("data-dark", isDark());
  wear();
  onDark(wear);
}
