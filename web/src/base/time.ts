/** The county's clock. The service speaks UTC; people read the wall clock of the county's time zone. */
import type { Day, Shift } from "./types";

/** A wall-clock moment: calendar date `YYYY-MM-DD` and minutes since midnight. */
export interface Wall {
  date: string;
  minute: number;
}

const DAYS: Day[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DAY_MINUTES = 24 * 60;

export function wallOf(instant: Date, timeZone: string): Wall {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(instant);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "00";
  return {
    date: `${part("year")}-${part("month")}-${part("day")}`,
    minute: Number(part("hour")) * 60 + Number(part("minute")),
  };
}

function wallAsUtc_ms({ date, minute }: Wall): number {
  return Date.parse(`${date}T00:00:00Z`) + minute * 60_000;
}

/**
 * The instant at which the county's clock shows `wall`. Two rounds settle the zone offset; a wall
 * time that daylight saving skips lands on the hour after the gap.
 */
export function instantOf(wall: Wall, timeZone: string): Date {
  const target = wallAsUtc_ms(wall);
  let guess = target;
  for (let round = 0; round < 2; round++) {
    guess += target - wallAsUtc_ms(wallOf(new Date(guess), timeZone));
  }
  return new Date(guess);
}

/** Hours, minutes and seconds on the county's clock. */
export function secondsText(instant: Date, timeZone: string): string {
  return instant.toLocaleTimeString("en-GB", { timeZone, hourCycle: "h23" });
}

export function clockText(minute: number): string {
  const hours = Math.floor(minute / 60);
  return `${String(hours).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

function minuteOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}

function dayOf(date: string, offset: number): Day {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return DAYS[(day + offset + 7) % 7] as Day;
}

/** Whether a rota has someone on duty at `wall`; a shift whose end is not after its start runs past midnight. */
export function onShift(shifts: Shift[], { date, minute }: Wall): boolean {
  const today = dayOf(date, 0);
  const yesterday = dayOf(date, -1);
  return shifts.some(({ days, from, to }) => {
    const start = minuteOf(from);
    const end = minuteOf(to);
    if (end > start) return days.includes(today) && minute >= start && minute < end;
    return (
      (days.includes(today) && minute >= start && minute < DAY_MINUTES) ||
      (days.includes(yesterday) && minute < end)
    );
  });
}
