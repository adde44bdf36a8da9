import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instant, Price } from '../base/index.ts';
import { type ListedOrder, matchByTerms, verifyTerms } from './match.ts';
import { intentOf } from './order.fixture.ts';
import { newOrder, type Order } from './order.ts';
import type { ClientOrderId, Intent } from './request.ts';

const at = (dollars: number) => (dollars * 1e6) as Price;
const LIMIT: Intent = intentOf({ pricing: { type: 'limit', limitPrice: at(99) } });
const NOBODY: ReadonlySet<string> = new Set();

/** The broker's order that is `LIMIT`, unless `other` says otherwise. */
const listedOf = (other: Partial<ListedOrder> = {}): ListedOrder => ({
  venueOrderId: 'v-1',
  clientOrderId: null,
  symbol: 'SPY',
  side: 'buy',
  quantity: 100,
  filled: 0,
  type: 'limit',
  limitPrice: at(99),
  stopPrice: null,
  timeInForce: 'day',
  enteredAt: 0 as Instant,
  ...other,
});

const orderOf = (watermark: readonly string[] | null = [], intent = LIMIT): Order => ({
  ...newOrder(intent),
  watermark,
});

const OTHERS: readonly [term: string, other: Partial<ListedOrder>][] = [
  ['client order id', { clientOrderId: 'c-2' as ClientOrderId }],
  ['legs', { legs: [{ symbol: 'SPY', side: 'buy', ratio: 1 }] }],
  ['symbol', { symbol: 'QQQ' }],
  ['side', { side: 'sell' }],
  ['quantity', { quantity: 99 }],
  ['type', { type: 'other' }],
  ['limit price', { limitPrice: at(99.01) }],
  ['limit price', { limitPrice: null }],
  ['stop price', { stopPrice: at(98) }],
  ['time in force', { timeInForce: 'gtc' }],
];

describe('terms', () => {
  test('that are the same have no difference, partly filled or not, with our id or none', () => {
    expect(verifyTerms(LIMIT, listedOf({ filled: 40 }))).toBeNull();
    expect(verifyTerms(LIMIT, listedOf({ clientOrderId: LIMIT.clientOrderId }))).toBeNull();
  });

  test.each(OTHERS)('another %s is found out (F003)', (term, other) => {
    expect(verifyTerms(LIMIT, listedOf(other))).toContain(`: ${term} is "`);
    expect(matchByTerms(orderOf(), [listedOf(other)], NOBODY)).toEqual({ kind: 'none' });
  });

  test('a stop and a stop-limit compare their own prices', () => {
    const stop = intentOf({ pricing: { type: 'stop', stopPrice: at(98) } });
    const resting = { type: 'stop', limitPrice: null, stopPrice: at(98) } as const;
    expect(verifyTerms(stop, listedOf(resting))).toBeNull();
    expect(verifyTerms(stop, listedOf({ ...resting, stopPrice: at(97) }))).toContain('stop price');
    const both = intentOf({
      pricing: { type: 'stopLimit', stopPrice: at(98), limitPrice: at(97) },
    });
    expect(verifyTerms(both, listedOf({ ...resting, type: 'stopLimit' }))).toContain('limit price');
  });

  test('legs compare in any order; what the broker calls the whole does not matter', () => {
    const legs = [
      { symbol: 'A', side: 'buy', ratio: 1 },
      { symbol: 'B', side: 'sell', ratio: 2 },
    ] as const;
    const spread = intentOf({ legs });
    const found = { type: 'market', limitPrice: null, symbol: '', side: 'other' } as const;
    expect(verifyTerms(spread, listedOf({ ...found, legs: legs.toReversed() }))).toBeNull();
    const other = [legs[0], { ...legs[1], ratio: 1 }];
    expect(verifyTerms(spread, listedOf({ ...found, legs: other }))).toContain('legs is');
    expect(verifyTerms(spread, listedOf(found))).toContain('legs is');
  });
});

describe('matching by terms', () => {
  test('finds the one order that is new, ours by its terms and not bound', () => {
    const listed = ['v-1', 'v-2', 'v-3'].map((venueOrderId) => listedOf({ venueOrderId }));
    expect(matchByTerms(orderOf(['v-1']), listed, new Set(['v-3']))).toEqual({
      kind: 'one',
      venueOrderId: 'v-2',
    });
  });

  test('says none where all are old, bound or others', () => {
    const listed = [listedOf(), listedOf({ venueOrderId: 'v-2' })];
    expect(matchByTerms(orderOf(['v-1']), listed, new Set(['v-2']))).toEqual({ kind: 'none' });
    expect(matchByTerms(orderOf(null), [], NOBODY)).toEqual({ kind: 'none' });
  });

  test('does not guess between two, nor without a watermark', () => {
    const listed = [listedOf(), listedOf({ venueOrderId: 'v-2' })];
    expect(matchByTerms(orderOf(), listed, NOBODY)).toEqual({
      kind: 'ambiguous',
      candidates: ['v-1', 'v-2'],
    });
    expect(matchByTerms(orderOf(null), [listedOf()], NOBODY)).toEqual({
      kind: 'ambiguous',
      candidates: ['v-1'],
    });
  });

  test('takes an order that is listed twice for one', () => {
    expect(matchByTerms(orderOf(), [listedOf(), listedOf()], NOBODY).kind).toBe('one');
  });

  test('never binds an order that was there before, is bound, or differs', () => {
    const ids = fc.constantFrom<string[]>('v-1', 'v-2', 'v-3', 'v-4', 'v-5');
    const listed = fc.array(
      fc.tuple(ids, fc.constantFrom({}, ...OTHERS.map(([, other]) => other))),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(listed, fc.array(ids), fc.array(ids), (drawn, before, bound) => {
        const orders = drawn.map(([venueOrderId, other]) => listedOf({ ...other, venueOrderId }));
        const match = matchByTerms(orderOf(before), orders, new Set(bound));
        const ours = drawn.filter(
          ([id, other]) =>
            !before.includes(id) && !bound.includes(id) && Object.keys(other).length === 0,
        );
        const distinct = new Set(ours.map(([id]) => id));
        const kind = distinct.size === 0 ? 'none' : distinct.size === 1 ? 'one' : 'ambiguous';
        expect(match.kind).toBe(kind);
        const found = match.kind === 'one' ? [match.venueOrderId] : [];
        expect(found.every((id) => distinct.has(id))).toBe(true);
      }),
    );
  });
});
