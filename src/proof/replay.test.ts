import { describe, expect, test } from 'vitest';
import type { DateText, Instant, Money, Price } from '../base/index.ts';
import {
  entriesOf,
  type Input,
  type JournalRecord,
  newState,
  type Setup,
  step,
} from '../engine/index.ts';
import { BUILT_IN_TRAITS } from '../engine/index.ts';
import { RowView } from '../market/index.ts';
import { NO_COSTS } from '../portfolio/index.ts';
import { defineStrategy, type StrategyDefinition, trade, z } from '../strategy/index.ts';
import { replayRun } from './replay.ts';

const DAY_MS = 86_400_000;
const LIMITS = {
  positionPctMax: 100,
  cashReservePctMin: 0,
  leverageMax: 1,
  buyingPowerPctMax: 100,
  orderNotionalMax: 1e12 as Money,
  ordersPerDayMax: 10,
  dailyLossPctMax: 100,
  drawdownPctMax: 100,
  shortSelling: false,
};

/** A desk that buys `shares` of SPY on each day's bar. */
function buyer(shares: number): Setup {
  const strategy = defineStrategy({
    name: 'buyer',
    version: '1',
    params: z.strictObject({}),
    universe: () => ['SPY'],
    subscriptions: () => [{ symbol: 'SPY', timeframe: '1d', warmup: 1, trigger: true }],
    create: () => ({
      onBar: () => {},
      decide: () => trade([{ symbol: 'SPY', side: 'buy', quantity: shares }], 'it is a day'),
      facts: () => ({ shares }),
    }),
  }) as unknown as StrategyDefinition;
  const book = {
    name: 'one',
    strategy,
    params: {},
    capital: 1e11 as Money,
    slot: { kind: 'every-bar' as const },
    restart: null,
    sizing: 'changed-targets' as const,
    thresholdPct: 0,
    limits: LIMITS,
    signals: null,
  };
  return {
    desk: 'd',
    account: 'a',
    series: [{ symbol: 'SPY', timeframe: '1d', adjustment: 'all' }],
    books: [book],
    limits: LIMITS,
    costs: NO_COSTS,
    slippage: { warningPct: 0.3, exceededPct: 0.5, abortPct: 1 },
    dataLimits: { corporateActionPct: 20, lookbackDays: 5, quoteAgeMsMax: 60_000 },
    orderTimeoutMs: 3_600_000,
    sendWithinMs: 5_000,
    broker: BUILT_IN_TRAITS,
    fenceMs: 30_000,
    record: 'all',
  };
}

function bar(day: number): Input {
  const at = (day * DAY_MS) as Instant;
  const price = 100_000_000 as Price;
  const row = {
    symbol: 'SPY',
    at,
    day,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 1,
  };
  return { kind: 'bars', at, bars: [new RowView(row)], series: [0], decide: 'every-bar' };
}

/** What a journal holds after `days` days. */
function recorded(setup: Setup, days: number): JournalRecord[] {
  const state = newState(setup);
  const entries = [];
  for (let day = 19_000; day < 19_000 + days; day++) {
    const input = bar(day);
    entries.push(...entriesOf(input, step(setup, state, input)));
  }
  const text = JSON.stringify(entries.map((entry, i) => ({ ...entry, seq: i + 1, hash: '' })));
  return JSON.parse(text) as JournalRecord[];
}

describe('replay', () => {
  test('the same code gives every effect anew, byte for byte', () => {
    const replayed = replayRun(buyer(5), recorded(buyer(5), 3), null);
    expect(replayed).toMatchObject({ inputs: 3, decisions: 3, orders: 1, difference: null });
  });

  test('other code is told where it first differs, with both texts', () => {
    const { difference } = replayRun(buyer(6), recorded(buyer(5), 3), null);
    expect(difference).toMatchObject({ seq: 2, date: '2022-01-08' });
    expect(difference?.found).toContain('"shares":6');
    expect(difference?.wanted).toContain('"shares":5');
  });

  test('an effect that one side lacks is a difference', () => {
    const records = recorded(buyer(5), 2).filter((record) => record.seq !== 3);
    expect(replayRun(buyer(5), records, null).difference?.wanted).not.toBeUndefined();
    const last = recorded(buyer(5), 1).slice(0, -1);
    expect(replayRun(buyer(5), last, null).difference).toMatchObject({ wanted: null });
  });

  test('it stops after the date asked for', () => {
    const until = '2022-01-09' as DateText;
    expect(replayRun(buyer(5), recorded(buyer(5), 5), until)).toMatchObject({ inputs: 2 });
  });

  test('an input that the engine cannot take is a difference, not a crash', () => {
    const records = recorded(buyer(5), 2);
    const late = records.find((record) => record.seq > 2 && record.kind === 'input');
    expect(late).toBeDefined();
    Object.assign(late?.body as object, { at: 5 });
    expect(replayRun(buyer(5), records, null).difference?.found).toContain('the engine fails');
  });
});
