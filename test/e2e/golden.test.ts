import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../source.ts';
import { ABSENT, goldenCases, goldenRows } from '../world.ts';
import { copyExample, done, type Json, linesOf, scratch, told } from './cli.fixture.ts';

const folder = scratch('golden');
const desk = (name: string): string => join(ROOT, 'examples', name, 'desk.yaml');
const input = (file: string): string => join(ROOT, '../shared/data/golden-input', `${file}.csv`);

/** `--bars` for each symbol, from the reference's own input. */
const barsOf = (files: Readonly<Record<string, string>>): string[] =>
  Object.entries(files).flatMap(([symbol, file]) => ['--bars', `${symbol}=${input(file)}`]);

const HAV_BARS = barsOf({
  QQQ: 'QQQ',
  TLT: 'TLT',
  TQQQ: 'TQQQ_derived',
  PSQ: 'PSQ_derived',
  TMF: 'TMF_derived',
  TMV: 'TMV_derived',
});

interface Decision {
  readonly date: string;
  readonly at: string;
  readonly action: string;
  readonly targets: Readonly<Record<string, number>>;
  readonly facts: Json;
}

async function decisionsOf(args: readonly string[]): Promise<Decision[]> {
  const file = join(folder, 'decisions.jsonl');
  await told(['backtest', ...args, '--decisions', file]);
  return linesOf<Decision>(file);
}

const TOLERANCE = 1e-7;

function agrees(found: unknown, wanted: string): boolean {
  if (wanted === '' || found === null) return wanted === '' && found === null;
  if (typeof found !== 'number') return String(found) === wanted;
  return Math.abs(found - Number(wanted)) <= TOLERANCE * Math.max(1, Math.abs(Number(wanted)));
}

/** Cells of `rows` that the decisions of the same dates do not tell; the first few of them. */
function differences(
  decisions: readonly Decision[],
  rows: readonly Readonly<Record<string, string>>[],
  aliases: Readonly<Record<string, string>> = {},
): string[] {
  const byDate = new Map(decisions.map((one) => [one.date, one]));
  return rows
    .flatMap(({ date = '', ...row }) => {
      const facts = byDate.get(date)?.facts;
      if (facts === undefined) return [`${date}: no decision`];
      return Object.entries(row)
        .map(([name, wanted]) => ({ name, wanted, found: facts[aliases[name] ?? name] }))
        .filter(({ found, wanted }) => found === undefined || !agrees(found, wanted))
        .map(({ name, wanted, found }) => `${date} ${name}: found ${found}, wanted ${wanted}`);
    })
    .slice(0, 10);
}

describe.skipIf(ABSENT !== '')(`reference output through the command line${ABSENT}`, () => {
  let kept: Promise<Decision[]> | undefined;
  const defaults = () => (kept ??= decisionsOf([desk('hierarchical-adaptive'), ...HAV_BARS]));

  test('hierarchical-adaptive tells every figure of hav35b_defaults', async () => {
    const decisions = await defaults();
    const rows = goldenRows('hav35b_defaults');
    expect(rows.length).toBeGreaterThan(2_000);
    expect(decisions.slice(0, rows.length).map((one) => one.date)).toEqual(
      rows.map((row) => row['date']),
    );
    expect(differences(decisions, rows)).toEqual([]);
  });

  test('its targets are the weights it tells, and it trades when it says so', async () => {
    const warm = (await defaults()).filter((one) => one.action !== 'warmup');
    const wrong = warm.filter(({ action, targets, facts }) => {
      const weights = Object.entries(targets).map(([symbol, weight]) => [
        weight,
        facts[`w_${symbol.toLowerCase()}`],
      ]);
      const same = weights.every(([a, b]) => Math.abs(Number(a) - Number(b)) < TOLERANCE);
      const acts = facts['rebalance'] === 1 ? 'rebalance' : 'hold';
      return action !== acts || (action === 'rebalance' && !same);
    });
    expect(wrong).toEqual([]);
    expect(warm.some((one) => one.action === 'rebalance')).toBe(true);
  });

  test('the restart window of 250 bars tells every figure of hav35b_daily_restart', async () => {
    const rows = goldenRows('hav35b_daily_restart');
    const params = { measurement_noise: 3000, t_norm_bull_thresh: 0.05, vol_baseline_window: 200 };
    const sets = Object.entries(params).map(([key, value]) => `books.0.params.${key}=${value}`);
    const decisions = await decisionsOf([
      desk('hierarchical-adaptive'),
      ...HAV_BARS,
      ...['books.0.history={ restart: 250 }', ...sets].flatMap((set) => ['--set', set]),
      '--from',
      rows[0]?.['date'] ?? '',
      '--to',
      rows.at(-1)?.['date'] ?? '',
    ]);
    expect(decisions.map((one) => one.date)).toEqual(rows.map((row) => row['date']));
    expect(differences(decisions, rows, { qqq_quote: 'close' })).toEqual([]);
  });

  test('trend-vix tells every figure of own_trend_vix', async () => {
    const bars = barsOf({ QQQ: 'QQQ', VIX: 'VIX', TQQQ: 'TQQQ_derived', SQQQ: 'SQQQ_derived' });
    const decisions = await decisionsOf([desk('trend-vix'), ...bars]);
    const rows = goldenRows('own_trend_vix');
    const warm = decisions.filter((one) => one.action !== 'warmup');
    expect(warm.slice(0, rows.length).map((one) => one.date)).toEqual(
      rows.map((row) => row['date']),
    );
    expect(differences(decisions, rows)).toEqual([]);
  });

  test('ma-crossover sends the orders of ma_signals_5min_5_20', async () => {
    interface Signal {
      readonly timestamp: string;
      readonly symbol: string;
      readonly price: number;
      readonly qty: number;
      readonly side: string;
      readonly signal: string;
    }
    const wanted = goldenCases<Signal>('ma_signals_5min_5_20');
    const fills = join(folder, 'fills.jsonl');
    const decisions = await decisionsOf([
      desk('ma-crossover'),
      ...barsOf({ SPY: 'sample_5min_SPY' }),
      '--fills',
      fills,
    ]);
    const orders = decisions.filter((one) => one.action === 'orders').slice(0, wanted.length);
    const sides = linesOf(fills).map((fill) => [fill['at'], fill['side'], fill['quantity']]);
    const NEW_YORK_MS = 4 * 3_600_000; // behind UTC, up to the 2nd of November 2025
    const found = orders.map(({ at, facts }, i) => {
      const late = Date.parse(at) >= Date.parse('2025-11-02T06:00:00Z') ? 3_600_000 : 0;
      const start = Date.parse(at) - 300_000 - NEW_YORK_MS - late;
      const [filledAt, side, qty] = sides[i] ?? [];
      expect(filledAt).toBe(at);
      const { price, signal } = facts;
      const timestamp = new Date(start).toISOString().slice(0, 19);
      return { timestamp, symbol: 'SPY', price, qty, side, signal };
    });
    expect(found).toEqual(wanted);
  });

  test('a day of the reference is told by why, figure by figure', async () => {
    const place = join(folder, 'desk');
    copyExample('hierarchical-adaptive', place);
    const dates = ['--from', '2018-12-03', '--to', '2018-12-31'];
    await told(['run', place, '--stage', 'paper', '--feed', 'replay', ...HAV_BARS, ...dates]);
    const [row] = goldenRows('hav35b_defaults').filter((one) => one['date'] === '2018-12-24');
    const out = await done(['why', 'QQQ', '2018-12-24', place]);
    expect(out).toContain(`t_norm ${Number(row?.['t_norm'])}`.slice(0, 14));
    expect(out).toContain(`cell ${row?.['cell']}`);
    expect(out).toContain(`trend_state ${row?.['trend_state']}`);
  });
});
