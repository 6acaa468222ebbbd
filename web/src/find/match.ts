/**
 * How a name fits what somebody types, by the rule of the service's `find`: each word of the query begins a
 * word of the name; case, accents, spaces and punctuation count for nothing, every Chinese character begins
 * a word.
 */

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mn}|['’‘]/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** What begins with each word of a name, spaces left out. */
function tails(name: string): string[] {
  const parts = plain(name).match(/\p{Script=Han}|\p{N}+|[^\p{Script=Han}\p{N} ]+/gu) ?? [];
  return parts.map((_, n) => parts.slice(n).join(""));
}

/** 0 for the whole name, 1 where it begins so, 2 where a word in it does, 3 for words in any order. */
export function fit(query: string, name: string): number | null {
  const wanted = plain(query);
  const whole = wanted.replaceAll(" ", "");
  const all = tails(name);
  if (all[0] === whole) return 0;
  if (all[0]?.startsWith(whole)) return 1;
  if (all.some((tail) => tail.startsWith(whole))) return 2;
  const words = wanted
    .replace(/\p{Script=Han}+/gu, " $& ")
    .split(" ")
    .filter(Boolean);
  const begins = (word: string) => all.some((tail) => tail.startsWith(word));
  return words.length > 0 && words.every(begins) ? 3 : null;
}

/** Those of which a name fits, the best first; all of them for an empty query. */
export function fitting<T>(query: string, all: T[], names: (one: T) => (string | null)[]): T[] {
  if (!plain(query)) return all;
  const ranked = all.flatMap((one, n) => {
    const fits = names(one).flatMap((name) => (name ? (fit(query, name) ?? []) : []));
    return fits.length > 0 ? [{ one, n, best: Math.min(...fits) }] : [];
  });
  return ranked.sort((a, b) => a.best - b.best || a.n - b.n).map(({ one }) => one);
}
