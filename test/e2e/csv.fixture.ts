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
