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
    'Broker: the built-in one in a process of its own at http://127.0.0.1:7777',
    'Broker: open orders hold their cash and shares',
    'Broker: 25 % of orders fill in up to 4 pieces, one each 2 s',
    'Orders: leave within 6 s or not at all; an emergency exit waits 20 s for proof, and goes on ' +
      'at the next open where the market is closed',
    'Approvals: needed for opening; free: reducing, protective, flatten; 45 min to answer, void ' +
      'when the price moves 0.8 %',
    'Account: compared with the books every 10 min; unexplained cash of $0.02 a day and $0.50 a ' +
      'month is let pass, positions may lag a fill by 90 s',
    'Books: opposite orders meet inside the desk; at each close cash moves towards trend 66.67 ' +
      '%, ticks 33.33 %',
    'Book "trend": sample-trend, 60 % = $60,000.00, close - 5m, all-targets from 5 % of equity',
    'Book "trend" limit, one symbol: at most 80 % = $48,000.00',
    'Book "trend" limit, one order: at most $60,000.00',
    'Book "trend" guard: stop 7 % = $3,360.00 of the largest position, target 21 %, closed after ' +
      '40 sessions, at a loss after 15, watched here, closed by 3 prices that agree, short ' +
      'options without cover bought back after 90 s',
    'Book "trend", orders older than 60 min: market cancel, limit reprice up to 2 times, stop ' +
      'carry, stop limit cancel',
    'Book "ticks": signals of "signals.jsonl", 30 % = $30,000.00, every bar, changed-targets',
    'Book "ticks" approvals: needed for reducing, protective, flatten; free: opening',
    'Book "ticks" guard: only what its orders bring',
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
