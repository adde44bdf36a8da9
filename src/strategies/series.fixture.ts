import { DAY_MS, type Instant, MINUTE_MS, type Price } from '../base/index.ts';
import {
  type BarRow,
  type Bars,
  barsOfRows,
  type Timeframe,
  timeframeMs,
} from '../market/index.ts';

/** Numbers from 0 to 1, the same for each seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x45d9f3b);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

export interface Walk {
  readonly symbol: string;
  readonly seed: number;
  readonly length: number;
  readonly timeframe?: Timeframe;
  /** Dollars. */
  readonly start?: number;
  /** Share of bars left out, 0 to 1. */
  readonly holes?: number;
}

const FIRST_DAY = 18_000;

function stamp(index: number, timeframe: Timeframe): { at: Instant; day: number } {
  const ms = timeframeMs(timeframe);
  const at = timeframe === '1d' ? (FIRST_DAY + index) * DAY_MS + 21 * 60 * MINUTE_MS : index * ms;
  return { at: at as Instant, day: Math.floor(at / DAY_MS) };
}

/** Cents as a price; never below one cent. */
const cents = (dollars: number): Price =>
  (Math.max(1, Math.round(dollars * 100)) * 10_000) as Price;

/**
 * A random walk in cents: calm and wild stretches that rise or fall, some days frozen, some volumes
 * zero, unknown, or a hundredfold.
 */
export function walk(options: Walk): Bars {
  const { symbol, seed, length, timeframe = '1d', start = 100, holes = 0 } = options;
  const random = seeded(seed);
  const rows: BarRow[] = [];
  let last = start;
  let [drift, swing, frozen] = [0, 0.01, false];
  for (let i = 0; i < length; i += 1) {
    if (i % 30 === 0) {
      drift = (random() - 0.5) * 0.02;
      swing = random() < 0.5 ? 0.005 : 0.05;
      frozen = random() < 0.15;
    }
    const open = last;
    last = frozen ? last : Math.max(1, last * (1 + drift + (random() - 0.5) * swing));
    const [top, bottom] = [Math.max(open, last), Math.min(open, last)];
    const high = cents(top * (1 + random() * 0.01));
    const low = cents(bottom * (1 - random() * 0.01));
    const volume = volumeOf(random);
    if (random() < holes) continue;
    rows.push({
      symbol,
      ...stamp(i, timeframe),
      open: cents(open),
      high,
      low,
      close: cents(last),
      volume,
    });
  }
  return barsOfRows({ symbol, timeframe, source: 'walk', adjustment: 'raw' }, rows);
}

function volumeOf(random: () => number): number | null {
  const kind = random();
  if (kind < 0.03) return 0;
  if (kind < 0.05) return null;
  return Math.round((kind < 0.08 ? 1e8 : 1e6) * (0.2 + random()));
}
