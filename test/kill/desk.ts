import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const CAPITAL_MICROS = 100_000_000_000;

/** Sells one of two symbols and buys the other every day, so that each day has orders. */
const FLIP = `import { defineStrategy, rebalance, z } from 'plimsoll';
export default defineStrategy({
  name: 'flip',
  version: '1.0.0',
  params: z.strictObject({ a: z.string(), b: z.string() }),
  universe: (p) => [p.a, p.b],
  subscriptions: (p) => [{ symbol: p.a, timeframe: '1d', warmup: 1, trigger: true }],
  create: (p) => ({
    onBar() {},
    decide(view) {
      const next = (view.lastTargets[p.a] ?? 0) > 0 ? p.b : p.a;
      return rebalance({ [next]: 0.9 }, 'To ' + next + '.');
    },
    facts: () => ({}),
  }),
});
`;

const book = (name: string, a: string, b: string): string => `  - name: ${name}
    strategy: { file: flip.ts }
    capital_pct: 50
    schedule: close - 5m
    params: { a: ${a}, b: ${b} }
`;

const synthetic = (symbol: string, seed: number, start: number): string => `  ${symbol}:
    synthetic: { seed: ${seed}, from: 2023-01-03, to: 2023-12-29, start: ${start} }
`;

const deskFile = (url: string): string => `version: 1
name: kill
capital: 100000
data:
${synthetic('QQQ', 17, 46)}${synthetic('TLT', 25, 90)}
  TQQQ: { synthetic: { of: QQQ, factor: 3, start: 20 } }
  TMF: { synthetic: { of: TLT, factor: 3, start: 50 } }
simulator:
  url: ${url}
  slippage_pct: 0.02
reconcile:
  every_minutes: 240
books:
${book('one', 'QQQ', 'TQQQ')}${book('two', 'TLT', 'TMF')}
limits:
  position_pct_max: 100
  cash_reserve_pct_min: 0
  leverage_max: 3
  buying_power_pct_max: 100
  order_notional_max: 10000000
  orders_per_day_max: 100
  daily_loss_pct_max: 100
  drawdown_pct_max: 100
  short_selling: false
`;

/** Makes a desk of two books that trade every day at the broker behind `url`. */
export function makeDesk(folder: string, url: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'flip.ts'), FLIP);
  writeFileSync(join(folder, 'desk.yaml'), deskFile(url));
}
