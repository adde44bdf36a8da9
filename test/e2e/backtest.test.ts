import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  done,
  EXAMPLES,
  type Json,
  linesOf,
  refused,
  scratch,
  textOf,
  told,
} from './cli.fixture.ts';
import { ROOT } from '../source.ts';
import { dailyCsv, intradayCsv } from './csv.fixture.ts';

const folder = scratch('backtest');
const desk = (name: string): string => join(ROOT, 'examples', name, 'desk.yaml');
const HAV = desk('hierarchical-adaptive');

const MONEY = /^-?\d+\.\d{2,6}$/;
const DIGEST = /^[0-9a-f]{64}$/;

const DECISION = ['date', 'at', 'book', 'strategy', 'action', 'targets', 'why', 'facts'];
const FILL = ['date', 'at', 'book', 'symbol', 'side', 'quantity', 'price', 'fee', 'order'];
const EQUITY = ['date', 'at', 'cash', 'equity', 'positions'];

/** The facts of `hierarchical-adaptive`, by the names that its reference tables use. */
const FACTS =
  'close volume kalman_price kalman_velocity trend_strength t_norm sma_fast sma_slow sigma_t ' +
  'vol_mean vol_std z_score vol_state_prev vol_state_hyst vol_change vol_crush trend_raw ' +
  'trend_state vol_state cell bond_n bond_sma_fast bond_sma_slow bond_trend w_tqqq w_qqq w_psq ' +
  'w_tmf w_tmv w_cash weight_deviation rebalance';

interface Result {
  readonly finalEquity: string;
  readonly digest: string;
  readonly figures: Readonly<Record<string, unknown>>;
  readonly from: string;
  readonly to: string;
  readonly days: number;
}

interface Lists {
  readonly result: Result;
  readonly decisions: Json[];
  readonly fills: Json[];
  readonly equity: Json[];
}

/** Backtests with all three files written. */
async function lists(path: string, ...args: readonly string[]): Promise<Lists> {
  const place = mkdtempSync(join(folder, 'lists-'));
  const at = (kind: string) => join(place, `${kind}.jsonl`);
  const files = ['decisions', 'fills', 'equity'].flatMap((kind) => [`--${kind}`, at(kind)]);
  const result = await told<Result>(['backtest', path, ...args, ...files]);
  const [decisions = [], fills = [], equity = []] = ['decisions', 'fills', 'equity'].map((kind) =>
    linesOf(at(kind)),
  );
  return { result, decisions, fills, equity };
}

/** Every order of fields that the lines have. */
const fieldsOf = (lines: readonly Json[]): string[][] =>
  [...new Set(lines.map((line) => Object.keys(line).join()))].map((keys) => keys.split(','));

const digestOf = async (path: string, ...args: readonly string[]): Promise<string> =>
  (await told<Result>(['backtest', path, ...args])).digest;

const micros = (text: unknown): number => Math.round(Number(text) * 1e6);

const trends = ({ decisions }: Lists): unknown[] =>
  decisions.map((one) => (one['facts'] as Json)['t_norm']);

/** Facts that do not depend on what was held before. */
const figures = (all: readonly Json[]): Json[] =>
  all.map(({ facts }) => ({ ...(facts as Json), weight_deviation: 0, rebalance: 0 }));

describe.concurrent.each(EXAMPLES)('backtest of example %s', (name) => {
  let kept: Promise<Lists> | undefined;
  const run = () => (kept ??= lists(desk(name)));

  test('prints one object with final equity, digest and figures', async () => {
    const { result, equity } = await run();
    expect(result.finalEquity).toMatch(MONEY);
    expect(result.finalEquity).toBe(equity.at(-1)?.['equity']);
    expect(result.digest).toMatch(DIGEST);
    expect(result.days).toBe(equity.length);
    const named = ['totalReturn', 'cagr', 'volatility', 'sharpe', 'maxDrawdown', 'beta'];
    expect(named.filter((one) => typeof result.figures[one] !== 'number')).toEqual([]);
  });

  test('writes the three files with the agreed fields, money as decimal text', async () => {
    const { decisions, fills, equity } = await run();
    expect(fieldsOf(decisions)).toEqual([DECISION]);
    expect(fieldsOf(fills)).toEqual([FILL]);
    expect(fieldsOf(equity)).toEqual([EQUITY]);
    for (const { price, fee } of fills) {
      expect(price).toMatch(MONEY);
      expect(fee).toMatch(MONEY);
    }
    for (const { cash, equity: worth } of equity) {
      expect(cash).toMatch(MONEY);
      expect(worth).toMatch(MONEY);
    }
    for (const { at, date } of [...decisions, ...fills, ...equity]) {
      expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(String(at).slice(0, 10)).toBe(date);
    }
  });

  test('sums to the last cash and the last positions by its fills alone', async () => {
    const { fills, equity } = await run();
    let cash = 100_000e6;
    const held: Record<string, number> = {};
    for (const { symbol, side, quantity, price, fee } of fills) {
      const signed = side === 'buy' ? Number(quantity) : -Number(quantity);
      cash -= signed * micros(price) + micros(fee);
      held[symbol as string] = (held[symbol as string] ?? 0) + signed;
    }
    const positions = Object.fromEntries(Object.entries(held).filter(([, shares]) => shares !== 0));
    expect(micros(equity.at(-1)?.['cash'])).toBe(cash);
    expect(equity.at(-1)?.['positions']).toEqual(positions);
  });
});

describe.concurrent('the digest of a backtest', () => {
  test.each([
    ['hierarchical-adaptive', '2011-03-31'],
    ['ma-crossover', '2024-01-31'],
    ['tick-engine', '2024-01-31'],
  ])('of %s is the same in whatever time zone the host is (F047)', async (name, to) => {
    const args = ['backtest', desk(name), '--to', to, '--json'];
    const zones = ['Asia/Tokyo', 'America/Los_Angeles'];
    const [there, here] = await Promise.all(zones.map((TZ) => done(args, { env: { TZ } })));
    expect(there).toBe(here);
  });

  test('is the same twice, whatever files are written beside it', async () => {
    const args: [string, ...string[]] = [desk('ma-crossover'), '--to', '2024-01-31'];
    const page = join(folder, 'digest.html');
    const [plain, report, { result }] = await Promise.all([
      digestOf(...args),
      digestOf(...args, '--report', page),
      lists(...args),
    ]);
    expect(report).toBe(plain);
    expect(result.digest).toBe(plain);
  });
});

describe.concurrent('options of a backtest', () => {
  const SHORT = ['--to', '2011-12-30'];

  test('facts of hierarchical-adaptive bear the names of the reference tables', async () => {
    const { decisions } = await lists(HAV, ...SHORT);
    for (const { facts } of decisions) expect(Object.keys(facts as Json).join(' ')).toBe(FACTS);
  });

  test('--set overrides a value: other decisions, and the same ones for the default', async () => {
    const set = (value: number) => ['--set', `books.0.params.measurement_noise=${value}`, ...SHORT];
    const plain = await lists(HAV, ...SHORT);
    const noisy = await lists(HAV, ...set(3000));
    expect(noisy.result.digest).not.toBe(plain.result.digest);
    expect(trends(noisy)).not.toEqual(trends(plain));
    expect(await digestOf(HAV, ...set(2000))).toBe(plain.result.digest);
  });

  test('--from warms up on earlier bars, --to cuts the future off without a trace', async () => {
    const whole = await lists(HAV, ...SHORT);
    const part = await lists(HAV, '--from', '2011-03-07', '--to', '2011-06-30');
    expect(part.result).toMatchObject({ from: '2011-03-07', to: '2011-06-30' });
    const dates = part.decisions.map((one) => one['date'] as string);
    expect([dates[0], dates.at(-1)]).toEqual(['2011-03-07', '2011-06-30']);
    expect(part.equity.map((one) => one['date'])).toEqual(dates);
    const among = whole.decisions.filter((one) => dates.includes(one['date'] as string));
    expect(figures(part.decisions)).toEqual(figures(among));
  });

  test("--bars takes the place of the desk's data, with adj_close or without", async () => {
    const { equity } = await lists(HAV, ...SHORT);
    const dates = equity.map((one) => one['date'] as string);
    const plain = dailyCsv(join(folder, 'QQQ.csv'), dates, 5);
    const adjusted = dailyCsv(join(folder, 'QQQ-adj.csv'), dates, 5, { adjClose: true });
    const { decisions, result } = await lists(HAV, '--bars', `QQQ=${plain.file}`, ...SHORT);
    expect(decisions.map(({ date, facts }) => [date, (facts as Json)['close']])).toEqual(
      plain.closes,
    );
    expect(await digestOf(HAV, '--bars', `QQQ=${adjusted.file}`, ...SHORT)).toBe(result.digest);
  });

  test('--bars takes intraday bars by time in UTC or by timestamp in New York', async () => {
    const [utc, local] = ['time', 'timestamp'].map((column) => join(folder, `SPY-${column}.csv`));
    const closes = intradayCsv(utc as string, '2024-03-08', 'time');
    intradayCsv(local as string, '2024-03-08', 'timestamp');
    const [one, two] = await Promise.all(
      [utc, local].map((file) => lists(desk('ma-crossover'), '--bars', `SPY=${file}`)),
    );
    expect(one?.decisions.map(({ facts }) => (facts as Json)['price'])).toEqual(closes);
    expect(one?.decisions[0]?.['at']).toBe('2024-03-08T14:35:00.000Z');
    expect(one?.decisions.at(-1)?.['at']).toBe('2024-03-08T21:00:00.000Z');
    expect(two?.result.digest).toBe(one?.result.digest);
  });

  test('--report writes one page that loads nothing from anywhere', async () => {
    const page = join(folder, 'page.html');
    await done(['backtest', HAV, ...SHORT, '--report', page]);
    const html = textOf(page);
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html).toContain('<svg');
    expect(html).toContain('2011-12-30');
    const loads = [
      /<(?:script|img|iframe|link|source|use|image)\b[^>]*\b(?:src|href|srcset)\s*=/gi,
      /@import/gi,
      /url\(\s*["']?(?!#|data:)/gi,
      /\b(?:fetch|XMLHttpRequest|WebSocket|EventSource|import)\s*\(/g,
      /\b(?:src|href|action)\s*=\s*["']?(?:https?:)?\/\//gi,
    ];
    expect(loads.flatMap((load) => html.match(load) ?? [])).toEqual([]);
  });

  test('without --json it tells a person equity, figures and digest', async () => {
    const out = await done(['backtest', HAV, ...SHORT]);
    for (const label of ['Final equity', 'Sharpe ratio', 'Max drawdown', 'Decisions', 'Digest']) {
      expect(out).toContain(label);
    }
    expect(out).toContain('Synthetic prices');
  });
});

describe('bars of other symbols than the desk has', () => {
  test('are refused: a misspelt symbol would be traded on invented prices', async () => {
    const { file } = dailyCsv(join(folder, 'QQQQ.csv'), ['2010-01-04', '2010-01-05'], 5);
    const message = await refused(['backtest', HAV, '--bars', `QQQQ=${file}`, '--json'], 2);
    expect(message).toContain('QQQQ');
  });
});
