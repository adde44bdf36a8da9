import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DateText, Instant, Price } from '../base/index.ts';
import { intentOf } from './order.fixture.ts';
import { clientOrderId, type Intent, type IntentId, intentId, type Pricing } from './request.ts';
import { termsProblem } from './terms.ts';

const ID = intentId('my-book', '2024-01-05' as DateText, 12);

/** An intent with nothing wrong, unless `terms` say otherwise. */
const saneOf = (terms: Partial<Intent> = {}): Intent =>
  intentOf({ id: ID, clientOrderId: clientOrderId('a', 3, ID), book: 'my-book', ...terms });

const at = (micros: number) => micros as Price;
const limit = (micros: number): Pricing => ({ type: 'limit', limitPrice: at(micros) });
const legs = [
  { symbol: 'A', side: 'buy', ratio: 1 },
  { symbol: 'B', side: 'sell', ratio: 2 },
] as const;
const group = 'g';

describe('terms that are sane (invariants 12, 19)', () => {
  test.each<[string, Partial<Intent>]>([
    ['a market order', {}],
    ['a limit on a cent', { pricing: limit(1_010_000) }],
    ['a limit below a dollar on its finer tick', { pricing: limit(999_900) }],
    ['a stop', { pricing: { type: 'stop', stopPrice: at(90_000_000) } }],
    ['a stop-limit', { pricing: { type: 'stopLimit', stopPrice: at(2e6), limitPrice: at(1e6) } }],
    ['legs at a net price paid', { legs, pricing: limit(120_000) }],
    ['legs at a net price received', { legs, pricing: limit(-120_000), expectedPrice: at(-5) }],
    ['legs at no price', { legs, pricing: limit(0), expectedPrice: at(0) }],
    [
      'a stop of a link',
      { link: { group, role: 'stop' }, pricing: { type: 'stop', stopPrice: at(1e6) } },
    ],
    ['a target of a link', { link: { group, role: 'target' }, pricing: limit(1e6) }],
    ['a replacement', { replaces: 'pl-000000-e1-x' as never }],
  ])('%s', (_, terms) => expect(termsProblem(saneOf(terms))).toBeNull());
});

describe('terms that are not', () => {
  test.each<[string, Partial<Intent>]>([
    ['its id is not', { id: 'x' as IntentId }],
    ['its id is not', { date: '2024-01-06' as DateText }],
    ['its id is not', { book: 'book' }],
    ['its id is not', { book: '' }],
    ['client order id "c-1"', { clientOrderId: 'c-1' as never }],
    ['client order id', { clientOrderId: `${clientOrderId('a', 3, ID)}0` as never }],
    ['client order id', { clientOrderId: clientOrderId('a', 3, `x-${ID}` as IntentId) }],
    ['symbol ""', { symbol: '' }],
    ['symbol " SPY"', { symbol: ' SPY' }],
    ['it replaces itself', { replaces: clientOrderId('a', 3, ID) }],
    ['quantity "0"', { quantity: 0 }],
    ['quantity "-1"', { quantity: -1 }],
    ['quantity "1.5"', { quantity: 1.5 }],
    ['quantity "NaN"', { quantity: Number.NaN }],
    ['quantity "Infinity"', { quantity: Number.POSITIVE_INFINITY }],
    ['its instant "NaN"', { at: Number.NaN as Instant }],
    ['expected price "0"', { expectedPrice: at(0) }],
    ['expected price "NaN"', { expectedPrice: at(Number.NaN) }],
    ['expected price "0.5"', { legs, expectedPrice: at(0.5) }],
    ['limit price "0"', { pricing: limit(0) }],
    ['limit price "-1000000"', { pricing: limit(-1e6) }],
    ['limit price "NaN"', { pricing: limit(Number.NaN) }],
    ['limit price "1005000" is not on its tick', { pricing: limit(1_005_000) }],
    ['limit price "999950" is not on its tick', { pricing: limit(999_950) }],
    ['limit price "125000" is not on its tick', { legs, pricing: limit(125_000) }],
    ['limit price "0" is not whole', { legs, pricing: limit(-0) }],
    ['stop price "1.5"', { pricing: { type: 'stop', stopPrice: at(1.5) } }],
    ['limit price "5"', { pricing: { type: 'stopLimit', stopPrice: at(1e6), limitPrice: at(5) } }],
    ['stop price "5"', { pricing: { type: 'stopLimit', stopPrice: at(5), limitPrice: at(1e6) } }],
    ['is out of range', { pricing: limit(1e14), quantity: 1_000 }],
    ['"1" legs', { legs: legs.slice(0, 1) }],
    ['"0" legs', { legs: [] }],
    ['"5" legs', { legs: ['A', 'B', 'C', 'D', 'E'].map((symbol) => ({ ...legs[0], symbol })) }],
    ['two legs are the same', { legs: [legs[0], { ...legs[0], side: 'sell' }] }],
    ['leg "B" of ratio "0"', { legs: [legs[0], { ...legs[1], ratio: 0 }] }],
    ['leg "B" of ratio "1.5"', { quantity: 2, legs: [legs[0], { ...legs[1], ratio: 1.5 }] }],
    ['leg "B"', { legs: [legs[0], { ...legs[1], ratio: Number.MAX_SAFE_INTEGER }] }],
    ['leg ""', { legs: [legs[0], { ...legs[1], symbol: '' }] }],
    ['multiples of "2"', { legs: [{ ...legs[0], ratio: 4 }, legs[1]] }],
    ['cannot be a stop', { legs, pricing: { type: 'stop', stopPrice: at(1e6) } }],
    [
      'cannot be a stop',
      { legs, pricing: { type: 'stopLimit', stopPrice: at(1e6), limitPrice: at(1e6) } },
    ],
    ['its link has no name', { link: { group: '', role: 'stop' } }],
    ['cannot be linked', { legs, link: { group, role: 'stop' } }],
    ['linked as a stop and is none', { link: { group, role: 'stop' } }],
    ['linked as a target', { link: { group, role: 'target' } }],
  ])('%s', (problem, terms) => {
    expect(termsProblem(saneOf(terms))).toContain(problem);
  });

  test('no number but a whole one on its tick is ever a price', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer()), (price) => {
        const sane = termsProblem(saneOf({ pricing: limit(price), quantity: 1 })) === null;
        const tick = price < 1_000_000 ? 100 : 10_000;
        const whole = Number.isSafeInteger(price) && price > 0 && price % tick === 0;
        expect(sane).toBe(whole);
      }),
    );
  });

  test('every id the desk makes is of the right shape, whatever the book is called', () => {
    const name = fc.stringMatching(/^[a-z0-9-]{1,40}$/);
    fc.assert(
      fc.property(name, fc.nat(), fc.integer({ min: 1, max: 1e6 }), (book, epoch, count) => {
        const id = intentId(book, '2024-01-05' as DateText, count);
        const named = { id, book, clientOrderId: clientOrderId('acct', epoch, id) };
        expect(termsProblem(saneOf(named))).toBeNull();
      }),
    );
  });
});
