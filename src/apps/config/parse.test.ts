import { describe, expect, test } from 'vitest';
import type { StrategyDefinition } from '../../strategy/index.ts';
import { defineStrategy, hold, z } from '../../strategy/index.ts';
import {
  deskOf,
  edited,
  errorOf,
  errorsIn,
  SAMPLE_APPROVALS,
  SAMPLE_DESK,
  SAMPLE_TREND,
} from './desk.fixture.ts';
import { formatConfigErrors } from './error.ts';
import { deskFile, parseDesk, strategyFiles } from './parse.ts';

describe('a desk', () => {
  test('comes out with exact money, whole milliseconds, millionths and slots', () => {
    const desk = deskOf(SAMPLE_DESK, { path: 'my/desk.yaml' });
    expect(desk).toMatchObject({
      folder: 'my',
      capital: 100_000_000_000,
      simulator: {
        costs: { slippagePpm: 1_000, feePerShare: 10_000, feePpm: 2_000 },
        delayMs: { min: 200, max: 1_500 },
      },
      execution: { orderTimeoutMs: 3_600_000, fenceMs: 30_000 },
      dataChecks: { corporateActionPct: 20, lookbackDays: 5, quoteAgeMsMax: 60_000 },
    });
    expect(desk.books[0]).toMatchObject({
      schedule: { kind: 'session', anchor: 'close', offsetMs: -300_000 },
      history: { kind: 'restart', bars: 250 },
      sizing: 'all-targets',
    });
  });

  test('without its optional keys has the defaults of the manual', () => {
    const lines = SAMPLE_DESK.split('\n');
    const from = (key: string) => lines.findIndex((line) => line.startsWith(key));
    const [start, end] = [from('simulator:'), from('books:')];
    const text = [...lines.slice(0, start), ...lines.slice(end)].join('\n');
    const desk = deskOf(edited(SAMPLE_APPROVALS, '', text));
    expect(desk.simulator).toEqual({
      seed: 1,
      fill: 'close',
      costs: { slippagePpm: 500, feePerShare: 0, feePpm: 0 },
      delayMs: { min: 100, max: 800 },
      rejectionPct: 0,
      randomSlippageBps: 0,
      url: null,
      reserve: false,
      partialFills: null,
    });
    expect(desk.execution).toEqual({
      slippage: { warningPct: 0.3, exceededPct: 0.5, abortPct: 1 },
      orderTimeoutMs: 3_600_000,
      fenceMs: 30_000,
      sendWithinMs: 5_000,
      flattenWithinMs: 15_000,
      flattenAtOpen: false,
    });
    expect(desk).toMatchObject({ approvals: null, crossing: 'refuse', capitalRule: 'fixed' });
    expect(desk.reconcile).toEqual({
      cashToleranceDay: 10_000,
      cashToleranceMonth: 10_000,
      lagMs: 120_000,
      everyMs: 300_000,
    });
    expect(desk.dataChecks).toEqual({
      corporateActionPct: 20,
      lookbackDays: 5,
      quoteAgeMsMax: 60_000,
    });
  });

  test('gives each book its own limits in place of those of the desk', () => {
    const [trend, ticks] = deskOf(SAMPLE_DESK).books;
    expect(trend?.limits).toMatchObject({ positionPctMax: 80, orderNotionalMax: 60_000_000_000 });
    expect(trend?.limits).toMatchObject({ cashReservePctMin: 5, shortSelling: false });
    const { limits, rules } = deskOf(SAMPLE_DESK);
    expect(rules).toBeNull();
    expect(limits).toMatchObject(ticks?.limits ?? {});
    const ofDesk = Object.keys(limits).filter((name) => !Object.hasOwn(ticks?.limits ?? {}, name));
    expect(ofDesk.sort()).toEqual([
      'identicalOrdersPerMinuteMax',
      'ordersPerMinuteMax',
      'ordersPerSecondMax',
      'rejectsInARowMax',
    ]);
  });

  test('takes an amount of dollars to the last of its digits', () => {
    expect(deskOf(edited('capital: 100000', 'capital: 9999999.999999')).capital).toBe(
      9_999_999_999_999,
    );
    expect(deskOf(edited('capital: 100000', "capital: '12345.678901'")).capital).toBe(
      12_345_678_901,
    );
    expect(errorOf('capital: 100000', 'capital: 0.1234567').key).toBe('capital');
  });

  test('finds its files in its folder', () => {
    const desk = deskOf(SAMPLE_DESK, { path: '/desks/a/desk.yaml' });
    expect(deskFile(desk, 'data/QQQ.csv')).toBe('/desks/a/data/QQQ.csv');
    expect(deskFile(desk, '/data/QQQ.csv')).toBe('/data/QQQ.csv');
  });
});

test('all errors are told at once, in the order of the file', () => {
  let text = SAMPLE_DESK;
  const wrong: [string, string, string][] = [
    ['name: sample-desk', 'nmae: sample-desk', 'nmae'],
    ['benchmark: QQQ', 'benchmark: 5', 'benchmark'],
    ['factor: 3', 'factor: 30', 'data.TQQQ.synthetic.factor'],
    ['slippage_pct: 0.1', 'slippage_pct: 10', 'simulator.slippage_pct'],
    ['slippage_abort_pct: 1.0', 'slippage_abort_pct: 0.4', 'execution.slippage_abort_pct'],
    ['fast: 20', 'fast: x', 'books.0.params.fast'],
    ['slow: 100', 'slwo: 100', 'books.0.params.slwo'],
    ['schedule: every bar', 'schedule: noon', 'books.1.schedule'],
    ['drawdown_pct_max: 20', 'drawdown_pct_max: ${DRAWDOWN}', 'limits.drawdown_pct_max'],
    ['short_selling: false', 'short_selling: never', 'limits.short_selling'],
  ];
  for (const [from, to] of wrong) text = edited(from, to, text);
  const keys = errorsIn(text).map((error) => error.key);
  expect(keys).toEqual(['name', ...wrong.map(([, , key]) => key)]);
});

describe('a strategy of a file', () => {
  const text = edited('strategy: sample-trend', 'strategy: { file: strategies/mine.ts }');

  test('is named, so that it can be loaded first', () => {
    expect(strategyFiles(text, { path: 'desk.yaml', env: {} })).toEqual(['strategies/mine.ts']);
    const sets = ['books.0.strategy.file=${DIR}/other.ts'];
    const options = { path: 'desk.yaml', env: { DIR: 'here' }, sets };
    expect(strategyFiles(text, options)).toEqual(['here/other.ts']);
    expect(strategyFiles('books: [', options)).toEqual([]);
    expect(strategyFiles(SAMPLE_DESK, { path: 'desk.yaml', env: {} })).toEqual([]);
  });

  test('has its parameters checked when it is there', () => {
    const asked: string[] = [];
    const ofFile = (file: string) => {
      asked.push(file);
      return SAMPLE_TREND;
    };
    const strategies = { builtIn: [], ofFile };
    const origin = deskOf(text, { strategies }).books[0]?.origin;
    expect(asked).toEqual(['strategies/mine.ts']);
    expect(origin).toMatchObject({
      checked: true,
      strategy: { kind: 'file', file: 'strategies/mine.ts' },
    });
    const error = errorsIn(edited('fast: 20', 'fast: 1', text), { strategies });
    expect(error.map(({ key }) => key)).toEqual(['books.0.params.fast']);
  });

  test('is refused when the file holds none', () => {
    const strategies = { builtIn: [], ofFile: () => undefined };
    expect(formatConfigErrors(errorsIn(text, { strategies }))).toBe(
      'desk.yaml:70:23: books.0.strategy.file: found "strategies/mine.ts", wanted a file ' +
        'that exports a strategy made by defineStrategy',
    );
  });

  test('leaves its parameters unchecked, and says so, when files are not looked at', () => {
    const origin = deskOf(text, { strategies: { builtIn: [] } }).books[0]?.origin;
    expect(origin).toMatchObject({ checked: false, params: { fast: 20 } });
  });
});

function sulky(): never {
  throw new Error('no symbols today');
}

const refusalWith = (definition: Partial<StrategyDefinition>) => {
  const builtIn = [{ ...SAMPLE_TREND, ...definition } as StrategyDefinition];
  return formatConfigErrors(errorsIn(SAMPLE_DESK, { strategies: { builtIn } }));
};

describe('a strategy that misbehaves', () => {
  test('by throwing is refused with its own words', () => {
    expect(refusalWith({ universe: sulky })).toBe(
      'desk.yaml:77:7: books.0.params: found a map, wanted parameters the strategy accepts ' +
        '(no symbols today)',
    );
  });

  test('by parameters that have no canonical text is refused', () => {
    const params = z
      .object({})
      .loose()
      .transform(() => ({ at: Number.NaN }));
    expect(refusalWith({ params })).toContain('"NaN" has no canonical JSON');
  });

  test('by waiting inside its schema is refused', () => {
    const params = z
      .object({})
      .loose()
      .refine(async () => false);
    expect(refusalWith({ params })).toContain('books.0.params: found a map, wanted parameters');
  });
});

test('a strategy without any parameters in the desk gets its defaults', () => {
  const text = SAMPLE_DESK.replace(/ {4}params:\n(?: {6}.*\n)+/, '');
  expect(deskOf(text).books[0]?.origin).toMatchObject({
    params: { symbol: 'QQQ', fast: 20, slow: 100, bands: { upper: 1 } },
  });
});

test('a nested spelling of parameters is left to the strategy that knows it', () => {
  const params = z.preprocess(
    (value) => ({ fast: (value as { engine?: { quick?: unknown } }).engine?.quick }),
    z.strictObject({ fast: z.int() }),
  );
  const nested = defineStrategy({
    name: 'sample-trend',
    version: '1',
    params,
    universe: () => ['QQQ'],
    subscriptions: () => [{ symbol: 'QQQ', timeframe: '1d', warmup: 1, trigger: true }],
    create: () => ({ onBar: () => {}, decide: () => hold(''), facts: () => ({}) }),
  }) as unknown as StrategyDefinition;
  const strategies = { builtIn: [nested] };
  const text = SAMPLE_DESK.replace(
    / {4}params:\n(?: {6}.*\n)+/,
    '    params: { engine: { quick: 7 } }\n',
  );
  expect(deskOf(text, { strategies }).books[0]?.origin).toMatchObject({ params: { fast: 7 } });
  const wrong = errorsIn(text.replace('quick: 7', 'quick: x'), { strategies });
  expect(formatConfigErrors(wrong)).toBe(
    'desk.yaml:76:5: books.0.params.fast: found nothing, wanted a number',
  );
});

describe('a book of signals', () => {
  test('has the usual filters where it sets none', () => {
    const text = SAMPLE_DESK.replace(/ {4}signal_filters:\n(?: {6}.*\n)+/, '');
    expect(deskOf(text).books[1]?.signalFilters).toEqual({
      minConfidence: 0.6,
      minProfitBps: 3,
      riskPct: 1,
      cooldownMs: 100,
      notionalPctMax: 10,
    });
  });

  test('has no parameters, and a book of a strategy no filters', () => {
    expect(
      errorOf('    signals: signals.jsonl', '    signals: signals.jsonl\n    params: { x: 1 }'),
    ).toMatchObject({
      key: 'books.1.params',
      wanted: 'none beside "signals"',
    });
    expect(
      errorOf('    sizing: all-targets', '    sizing: all-targets\n    signal_filters: {}'),
    ).toMatchObject({
      key: 'books.0.signal_filters',
      wanted: 'none beside "strategy"',
    });
  });
});

test('a refused desk is no desk', () => {
  const options = { path: 'desk.yaml', env: {}, strategies: { builtIn: [] } };
  expect(parseDesk(SAMPLE_DESK, options)).toMatchObject({ ok: false });
});
