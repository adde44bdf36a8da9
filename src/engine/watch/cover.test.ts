import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Price } from '../../base/index.ts';
import { newLedger, postFill } from '../../ledger/index.ts';
import type { ExecutionId } from '../../orders/index.ts';
import { dollars, priced, wish } from '../desk.fixture.ts';
import { watchWakeAt } from './watch.ts';
import { uncoveredIn } from './cover.ts';
import { FIRST, OWN, SHORT, type WatchDesk, watchDesk } from './watch.fixture.ts';
import { DEFAULT_WATCH } from './policy.ts';

const CALL = (strike: number, expiry = '240119') => occ(strike, expiry, 'C');
const PUT = (strike: number, expiry = '240119') => occ(strike, expiry, 'P');
const occ = (strike: number, expiry: string, right: string) =>
  `A     ${expiry}${right}${String(strike * 1_000).padStart(8, '0')}`;

const COVER = { deadlineMs: 60_000, repairsMax: 3, cash: false };

function ledgerOf(held: Readonly<Record<string, number>>, cash = 0) {
  const ledger = newLedger('one', dollars(1_000_000));
  for (const [symbol, quantity] of Object.entries(held)) {
    const multiplier = symbol.length > 12 ? 100 : 1;
    postFill(ledger, { symbol, multiplier, quantity, price: 1_000_000 as Price, fee: dollars(0) });
  }
  ledger.cash = dollars(cash);
  return ledger;
}

describe('cover of short contracts (invariant 15)', () => {
  test.each([
    ['nothing', { [CALL(100)]: -2 }, { [CALL(100)]: 2 }],
    ['a long call, whatever its strike', { [CALL(100)]: -2, [CALL(110)]: 2 }, {}],
    ['too few of them', { [CALL(100)]: -2, [CALL(110)]: 1 }, { [CALL(100)]: 1 }],
    ['one that ends later', { [CALL(100)]: -1, [CALL(110, '240216')]: 1 }, {}],
    [
      'one that ends before',
      { [CALL(100, '240216')]: -1, [CALL(110)]: 1 },
      { [CALL(100, '240216')]: 1 },
    ],
    ['the other right', { [CALL(100)]: -1, [PUT(90)]: 1 }, { [CALL(100)]: 1 }],
    ['shares', { [CALL(100)]: -2, A: 250 }, {}],
    ['shares of part of it', { [CALL(100)]: -2, A: 199 }, { [CALL(100)]: 1 }],
    ['shares for a put', { [PUT(100)]: -1, A: 100 }, { [PUT(100)]: 1 }],
    ['shares once', { [CALL(100)]: -1, [CALL(105)]: -1, A: 100 }, { [CALL(105)]: 1 }],
  ] as const)('by %s', (_, held, uncovered) => {
    expect(Object.fromEntries(uncoveredIn(ledgerOf(held), COVER))).toEqual(uncovered);
  });

  test('by cash, where the policy says so, the most contracts that it can', () => {
    const held = { [PUT(100)]: -1, [PUT(50)]: -2 };
    const cash = { ...COVER, cash: true };
    expect(uncoveredIn(ledgerOf(held, 20_000), cash).size).toBe(0);
    expect([...uncoveredIn(ledgerOf(held, 19_999), cash)]).toEqual([[PUT(100), 1]]);
    expect([...uncoveredIn(ledgerOf(held, 0), cash).values()]).toEqual([2, 1]);
  });

  test('is never more than the shorts, nor less than what no long could cover', () => {
    const counts = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(counts, ([a = 0, b = 0, c = 0, d = 0]) => {
        const held = Object.entries({
          [CALL(100)]: a,
          [CALL(110)]: b,
          [CALL(100, '240216')]: c,
          [CALL(110, '240216')]: d,
        }).filter(([, quantity]) => quantity !== 0);
        const open = uncoveredIn(ledgerOf(Object.fromEntries(held)), COVER);
        const sum = [...open.values()].reduce((all, one) => all + one, 0);
        const shorts = held.reduce((all, [, quantity]) => all + Math.max(0, -quantity), 0);
        const longs = held.reduce((all, [, quantity]) => all + Math.max(0, quantity), 0);
        expect(sum).toBeLessThanOrEqual(shorts);
        expect(sum).toBeGreaterThanOrEqual(shorts - longs);
      }),
    );
  });
});

const [SHORT_LEG, LONG_LEG] = [CALL(100), CALL(110)];
const spread = wish({
  symbol: 'A',
  side: 'buy',
  quantity: 2,
  limitPrice: -1_000_000 as Price,
  legs: [
    { symbol: SHORT_LEG, side: 'sell', ratio: 1 },
    { symbol: LONG_LEG, side: 'buy', ratio: 1 },
  ],
});

let executions = 0;

function fillLeg(desk: WatchDesk, symbol: string, quantity: number) {
  const executionId = `leg${++executions}` as ExecutionId;
  const fill = { executionId, quantity, price: priced(2), fee: dollars(0), symbol };
  const order = desk.intents.find(({ legs }) => legs !== undefined)!.clientOrderId;
  desk.report({ kind: 'fill', order, fill });
}

function spreadDesk(watch = { ...OWN, cover: COVER }): WatchDesk {
  const desk = watchDesk([spread], watch, { limits: SHORT }, { limits: SHORT });
  desk.bars(FIRST);
  desk.acceptAll();
  return desk;
}

describe('a spread of which only the short leg fills (F011)', () => {
  test('is one order with a signed net price', () => {
    expect(spreadDesk().newest()).toMatchObject({
      symbol: 'A',
      quantity: 2,
      pricing: { type: 'limit', limitPrice: -1_000_000 },
      legs: [
        { symbol: SHORT_LEG, side: 'sell', ratio: 1 },
        { symbol: LONG_LEG, side: 'buy', ratio: 1 },
      ],
    });
  });

  test('has a deadline, then is bought back, and the rest of it is canceled', () => {
    const desk = spreadDesk();
    fillLeg(desk, SHORT_LEG, 2);
    expect(desk.alerts).toContain('coverMissing');
    desk.wait(59_999);
    expect(desk.intents).toHaveLength(1);
    desk.wait(1);
    expect(desk.newest()).toMatchObject({ purpose: 'repair', side: 'buy', symbol: SHORT_LEG });
    expect(desk.newest().quantity).toBe(2);
    const told = desk.of('alert').find(({ code }) => code === 'coverRepair');
    expect(told?.severity).toBe('CRITICAL');
    expect(desk.canceling).toHaveLength(1);
    desk.wait(30_000);
    expect(desk.intents).toHaveLength(2);
    desk.fill(desk.newest(), 2);
    expect(desk.state.watch.uncovered).toEqual([]);
  });

  test('is left alone when the long leg comes in time', () => {
    const desk = spreadDesk();
    fillLeg(desk, SHORT_LEG, 2);
    fillLeg(desk, LONG_LEG, 1);
    expect(desk.state.watch.uncovered[0]?.quantity).toBe(1);
    fillLeg(desk, LONG_LEG, 1);
    expect(desk.state.watch.uncovered).toEqual([]);
    desk.wait(120_000);
    expect(desk.orders).toHaveLength(1);
  });

  test('is tried so often and no more; then new risk stops', () => {
    const desk = spreadDesk();
    fillLeg(desk, SHORT_LEG, 2);
    for (let i = 0; i < 6; i++) {
      desk.wait(60_000);
      const order = desk.newest();
      if (order.purpose === 'repair' && desk.state.orders.live.has(order.clientOrderId)) {
        desk.report({ kind: 'rejected', order: order.clientOrderId, reason: 'no' });
      }
    }
    const repairs = desk.intents.filter(({ purpose }) => purpose === 'repair');
    expect(repairs).toHaveLength(3);
    expect(desk.alerts).toContain('coverNotRepaired');
    expect(desk.state.halt).toBe('NO_NEW_RISK');
    expect(watchWakeAt(desk.setup, desk.state)).toBeNull();
  });

  test('waits for the account to be reconciled', () => {
    const desk = spreadDesk();
    fillLeg(desk, SHORT_LEG, 2);
    desk.state.reconcile.epoch = -1;
    desk.wait(61_000);
    expect(desk.intents).toHaveLength(1);
    desk.state.reconcile.epoch = 0;
    desk.wait(10_000);
    expect(desk.intents).toHaveLength(2);
  });

  test('is not looked at where the policy says so', () => {
    const desk = spreadDesk({ ...DEFAULT_WATCH, cover: null } as never);
    fillLeg(desk, SHORT_LEG, 2);
    desk.wait(120_000);
    expect(desk.intents).toHaveLength(1);
  });
});
