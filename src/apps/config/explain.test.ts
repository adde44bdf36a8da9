import { describe, expect, test } from 'vitest';
import { deskOf, edited, SAMPLE_DESK } from './desk.fixture.ts';
import { describeDesk, deskHash, deskJsonSchema } from './explain.ts';

describe('the hash of a desk', () => {
  test('is the same for another spelling in another folder', () => {
    const respelt = edited('slippage_abort_pct: 1.0', 'slippage_abort_pct: 1')
      .replace('capital: 100000', "capital: '100000.00'")
      .replace('# A desk for tests.\n', '');
    expect(deskHash(deskOf(respelt, { path: '/x/desk.yaml' }))).toBe(deskHash(deskOf(SAMPLE_DESK)));
  });

  test('is another one for another figure, default or not', () => {
    const hash = deskHash(deskOf(SAMPLE_DESK));
    expect(deskHash(deskOf(edited('lookback_days: 5', 'lookback_days: 6')))).not.toBe(hash);
    expect(deskHash(deskOf(edited('fast: 20', 'fast: 21')))).not.toBe(hash);
    expect(deskHash(deskOf(edited('  lookback_days: 5\n', '')))).toBe(hash);
  });
});

test('a description tells the limits in dollars, a book its own only where they differ', () => {
  const lines = describeDesk(deskOf(SAMPLE_DESK));
  expect(lines[0]).toMatch(
    /^Desk "sample-desk": capital \$100,000\.00, configuration [0-9a-f]{12}$/,
  );
  expect(lines.slice(1)).toEqual([
    'Data QQQ: 1d bars of "data/QQQ.csv", adjustment all',
    'Data TQQQ: synthetic, each day 3 times QQQ',
    'Data SPY: synthetic 1d bars 2015-01-02 to 2024-12-31, seed 7',
    'Data VIX: synthetic 1d bars 2015-01-02 to 2024-12-31, seed 9',
    'Data AAPL: sample prices "aapl"',
    'Data IWM: 1d bars from yahoo, adjustment all',
    'Data DIA: 1d bars of "data/DIA.csv", adjustment raw',
    'Costs expected: slippage 0.1 % of price, fee $0.01 a share and 0.2 % of notional',
    'Desk limit, one symbol: at most 90 % = $90,000.00',
    'Desk limit, cash reserve: at least 5 % = $5,000.00',
    'Desk limit, gross exposure: at most 3 x equity = $300,000.00',
    'Desk limit, buys: at most 95 % of the cash that is there',
    'Desk limit, one order: at most $100,000.00',
    'Desk limit, orders a day: at most 100',
    'Desk limit, loss of a day that halts: 4 % = $4,000.00',
    'Desk limit, drawdown that halts: 20 % = $20,000.00',
    'Desk limit, short selling: not allowed',
    'Desk limit, shares of one order: at most 100000',
    'Desk limit, percent of a limit price from the market: at most 5',
    'Desk limit, orders: at most 50 a second, 200 a minute, 5 alike a minute',
    'Desk limit, orders rejected in a row that halt: 5',
    'Rules: none set, the broker alone applies them',
    'Book "trend": sample-trend, 60 % = $60,000.00, close - 5m, all-targets from 5 % of equity',
    'Book "trend" limit, one symbol: at most 80 % = $48,000.00',
    'Book "trend" limit, one order: at most $60,000.00',
    'Book "ticks": signals of "signals.jsonl", 30 % = $30,000.00, every bar, changed-targets',
  ]);
});

test('a limit that is off says so', () => {
  const lines = describeDesk(deskOf(edited('daily_loss_pct_max: 4', 'daily_loss_pct_max: 100')));
  expect(lines).toContain('Desk limit, loss of a day that halts: off (100 %)');
});

test('the JSON Schema for editors knows every key, its range, and forbids others', () => {
  const schema = deskJsonSchema() as {
    properties: Record<string, { properties: Record<string, object>; required?: string[] }>;
    additionalProperties: boolean;
    required: string[];
  };
  expect(schema.additionalProperties).toBe(false);
  expect(schema.required).toEqual(['version', 'name', 'capital', 'data', 'books', 'limits']);
  expect(schema.properties['limits']?.required).toHaveLength(9);
  expect(schema.properties['limits']?.properties['position_pct_max']).toMatchObject({
    type: 'number',
    minimum: 1,
    maximum: 100,
  });
});
