/** What the reader sees: texts in the chosen language and numbers with their units. */
import { en, type Text } from "./en";
import { zh } from "./zh";

export type Lang = "en" | "zh";
export type { Text };

let lang: Lang = "en";

export function setLang(next: Lang): void {
  lang = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
}

export function t(key: Text, values: Record<string, string | number> = {}): string {
  const text = (lang === "zh" ? zh : en)[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** `first, second` */
export function listed(items: string[]): string {
  return items.join(t("between_items"));
}

/** `one thing; another` */
export function clauses(items: string[]): string {
  return items.join(t("between_clauses"));
}

/** `label: text` */
export function labelled(label: string, text: string | number): string {
  return t("labelled", { label, text });
}

/** `text (more)` */
export function aside(text: string, more: string): string {
  return t("aside", { text, more });
}

/** The text for a word of the service (`prefix_word`), or the word itself when it is new to the page. */
export function word(prefix: string, value: string): string {
  const key = `${prefix}_${value}`;
  return key in en ? t(key as Text) : value.replaceAll("_", " ");
}

export function nameOf(one: { name: string; name_zh?: string | null }): string {
  return (lang === "zh" && one.name_zh) || one.name;
}

function locale(): string {
  return lang === "zh" ? "zh-CN" : "en-GB";
}

/** By language and digits: making one takes longer than all that it will ever format. */
const formats = new Map<string, Intl.NumberFormat>();

export function number(value: number, digits = 0): string {
  const key = `${lang} ${digits}`;
  let format = formats.get(key);
  if (!format) {
    const range = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    format = new Intl.NumberFormat(locale(), range);
    formats.set(key, format);
  }
  return format.format(value);
}

/** A share never rounds up to 100%: whoever is missing stays visible. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return "–";
  const rounded = Math.round(share * 1000) / 10;
  const shown = share < 1 && rounded === 100 ? 99.9 : rounded;
  return `${shown.toFixed(shown === 100 ? 0 : 1)}%`;
}

/** Seconds as minutes with one decimal, the unit left to the text around it. */
export function minutesOf(seconds: number): string {
  return number(seconds / 60, 1);
}

export function minutes(seconds: number | null): string {
  return seconds === null ? "–" : t("minutes", { n: minutesOf(seconds) });
}

export function metres(distance_m: number): string {
  if (distance_m < 1000) return t("metres", { n: number(distance_m) });
  return t("kilometres", { n: number(distance_m / 1000, 1) });
}

export function age(seconds: number): string {
  if (seconds < 120) return t("seconds", { n: number(seconds) });
  if (seconds < 7200) return t("minutes", { n: number(seconds / 60) });
  return lang === "zh" ? `${number(seconds / 3600)} 小时` : `${number(seconds / 3600)} h`;
}

/** Of a date of the calendar. */
export function weekday(date: string): string {
  const noon = new Date(`${date}T12:00:00Z`);
  return noon.toLocaleDateString(locale(), { timeZone: "UTC", weekday: "short" });
}

export function moment(iso: string, timeZone: string): string {
  return new Date(iso).toLocaleString(locale(), {
    timeZone,
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}
