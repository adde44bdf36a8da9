import { writeFileSync } from 'node:fs';

/** Numbers from 0 to 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Csv {
  readonly file: string;
  readonly lines: readonly string[];
  readonly closes: readonly (readonly [date: string, close: number])[];
}

/** Writes daily bars of a seeded walk from 100 dollars. */
export function dailyCsv(
  file: string,
  dates: readonly string[],
  seed: number,
  { adjClose = false }: { adjClose?: boolean } = {},
): Csv {
  const next = seeded(seed);
  const closes: [string, number][] = [];
  let price = 100;
  const lines = dates.map((date) => {
    const open = price;
    price = Math.max(1, price * (1 + (next() - 0.49) * 0.03));
    const close = Number(price.toFixed(2));
    const [low, high] = [Math.min(open, price) * 0.995, Math.max(open, price) * 1.005];
    closes.push([date, close]);
    const cells = [open.toFixed(2), high.toFixed(2), low.toFixed(2), close.toFixed(2)];
    const volume = 1_000_000 + Math.floor(next() * 1_000_000);
    return [date, ...cells, volume, ...(adjClose ? [(close / 2).toFixed(2)] : [])].join(',');
  });
  const head = `date,open,high,low,close,volume${adjClose ? ',adj_close' : ''}`;
  writeFileSync(file, `${[head, ...lines].join('\n')}\n`);
  return { file, lines: [head, ...lines], closes };
}

/**
 * Writes the five-minute bars of one winter session, stamped with their start: in UTC under `time`,
 * on the clock of New York under `timestamp`. Returns the closes.
 */
export function intradayCsv(file: string, date: string, column: 'time' | 'timestamp'): number[] {
  const next = seeded(17);
  const BARS = 78;
  const open = Date.parse(`${date}T${column === 'time' ? '14:30' : '09:30'}:00Z`);
  const closes = Array.from({ length: BARS }, () => Number((100 + next() * 5).toFixed(2)));
  const lines = closes.map((close, i) => {
    const stamp = new Date(open + i * 300_000).toISOString();
    const at = column === 'time' ? stamp : stamp.slice(0, 19);
    return [at, close, close + 0.5, close - 0.5, close, 1_000].join(',');
  });
  writeFileSync(file, `${[`${column},open,high,low,close,volume`, ...lines].join('\n')}\n`);
  return closes;
}
