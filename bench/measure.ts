/** The middle of `values`; the mean of the two in the middle of an even count. NaN when empty. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >>> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** The value that `share` (0 to 1) of `values` lie below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** How long something took, in ms: by the clock, and on processors, helper threads included. */
export interface Took {
  readonly ms: number;
  readonly cpuMs: number;
}

/**
 * Times `run`. Garbage is not collected in between: what a run leaves is part of its price, and a
 * collection on demand would throw optimized code away with the last objects of its shapes.
 */
export function timed(run: () => void): Took {
  const cpu = process.cpuUsage();
  const start = performance.now();
  run();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1000 };
}

/** Medians of many timings. */
export const middle = (took: readonly Took[]): Took => ({
  ms: median(took.map((one) => one.ms)),
  cpuMs: median(took.map((one) => one.cpuMs)),
});

/** Medians of `rounds` timings of both, taken in turn: a busy neighbor slows both alike. */
export function interleaved(
  rounds: number,
  first: () => void,
  second: () => void,
): { readonly first: Took; readonly second: Took } {
  const firsts: Took[] = [];
  const seconds: Took[] = [];
  for (let i = 0; i < rounds; i++) {
    firsts.push(timed(first));
    seconds.push(timed(second));
  }
  return { first: middle(firsts), second: middle(seconds) };
}

/** `value` with `digits` significant digits. */
export const rounded = (value: number, digits = 4): number => Number(value.toPrecision(digits));
