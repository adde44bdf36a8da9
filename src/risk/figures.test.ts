import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Money } from '../base/index.ts';
import { type Changes, FLAT, gateOf, gates, usd } from './gate.fixture.ts';
import { review } from './review.ts';

const codeOf = (changes: Changes) => review(gateOf(changes))?.code ?? null;
const SELL = { side: 'sell' as const };
const HOLDS_10 = { held: 10, cash: usd(9_000) };
const SHORTS = { shortSelling: true };

const NASTY = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  undefined,
  null,
  '5',
  {},
] as unknown as number[];

describe('absence blocks (invariant 18)', () => {
  const figures = [
    'equity',
    'cash',
    'reserved',
    'held',
    'pendingBuys',
    'otherExposure',
    'fundFactor',
  ] as const;
  test.each(figures)('a buy without "%s" of the book or of the account', (name) => {
    for (const value of NASTY) {
      const wrong = { ...FLAT, [name]: value };
      expect(review(gateOf({ gate: { book: wrong } }))).not.toBeNull();
      expect(review(gateOf({ gate: { account: wrong } }))).not.toBeNull();
    }
  });

  test.each(['reserved', 'pendingBuys', 'pendingSells', 'otherExposure', 'fundFactor'] as const)(
    'a buy with "%s" below zero',
    (name) => {
      const refusal = review(gateOf({ standing: { [name]: -1 } }));
      expect(refusal).toMatchObject({ code: 'figureMissing', found: `book: ${name} -1` });
    },
  );

  test.each([
    'positionPctMax',
    'cashReservePctMin',
    'leverageMax',
    'buyingPowerPctMax',
    'orderNotionalMax',
    'ordersPerDayMax',
  ] as const)('a buy without the limit "%s"', (name) => {
    for (const value of NASTY) {
      expect(codeOf({ limits: { [name]: value } })).not.toBeNull();
      expect(codeOf({ accountLimits: { [name]: value } })).not.toBeNull();
    }
  });

  test.each(['net', 'netUp', 'netDown', 'otherPositions', 'pendingPrice'] as const)(
    'a buy without "%s"',
    (name) => {
      for (const value of NASTY) {
        expect(codeOf({ standing: { [name]: value } })).not.toBeNull();
        expect(review(gateOf({ gate: { account: { ...FLAT, [name]: value } } }))).not.toBeNull();
      }
    },
  );

  test('a limit that may be left out, and is no number, refuses', () => {
    for (const name of ['positionMax', 'netExposureMax', 'positionsMax', 'orderQuantityMax']) {
      for (const value of [Number.NaN, -1, null, '5']) {
        expect(codeOf({ limits: { [name]: value } })).not.toBeNull();
        expect(codeOf({ accountLimits: { [name]: value } })).not.toBeNull();
      }
    }
    expect(codeOf({ standing: { brokerPower: Number.NaN as Money } })).toBe('figureMissing');
  });

  test.each(['quantity', 'expectedPrice', 'worstPrice', 'worstCost', 'multiplier'] as const)(
    'an order without "%s"',
    (name) => {
      for (const value of NASTY) expect(codeOf({ proposal: { [name]: value } })).not.toBeNull();
    },
  );

  test('a cost below the notional is one that nobody has worked out', () => {
    expect(review(gateOf({ proposal: { worstCost: usd(0) } }))).toEqual({
      code: 'figureMissing',
      found: 'worst cost 0',
      limit: 'every figure known',
    });
    expect(codeOf({ proposal: { worstCost: (usd(1_000) - 1) as Money } })).toBe('figureMissing');
    const contract = { multiplier: 100, quantity: 1, worstCost: usd(100) };
    expect(codeOf({ proposal: contract })).toBe('figureMissing');
  });

  test('a reduction whose quantities are not known', () => {
    for (const value of NASTY) {
      expect(codeOf({ proposal: SELL, standing: { held: value } })).not.toBeNull();
      const sale = { proposal: SELL, standing: { ...HOLDS_10, pendingSells: value } };
      expect(codeOf(sale)).toBe('oversell');
      expect(codeOf({ ...sale, limits: SHORTS })).toBe('figureMissing');
    }
  });

  test('counts and times that are not known', () => {
    for (const value of [Number.NaN, undefined] as number[]) {
      expect(codeOf({ gate: { ordersToday: value } })).toBe('ordersPerDayAboveLimit');
      expect(codeOf({ gate: { fenceMs: value } })).toBe('sessionFence');
    }
    expect(codeOf({ gate: { ordersToday: null as unknown as number } })).not.toBeNull();
    expect(codeOf({ gate: { bookStopped: undefined as unknown as null } })).toBe('bookStopped');
  });

  test('the name of what is missing is told', () => {
    expect(review(gateOf({ standing: { equity: Number.NaN as Money } }))?.found).toBe(
      'book: equity NaN',
    );
    const { leverageMax: _, ...rest } = gateOf().bookLimits;
    expect(review(gateOf({ gate: { accountLimits: rest as never } }))?.found).toContain('account');
  });

  test('no gate, however absurd, makes it throw', () => {
    const nasty = fc.constantFrom(...NASTY, -1, 0, 1e300, Number.MAX_SAFE_INTEGER);
    const key = fc.constantFrom(
      'quantity',
      'expectedPrice',
      'worstPrice',
      'worstCost',
      'multiplier',
    );
    const figure = fc.constantFrom(...figures);
    fc.assert(
      fc.property(gates, key, figure, nasty, nasty, (gate, term, name, a, b) => {
        const proposal = { ...gate.proposal, [term]: a };
        const refusal = review({ ...gate, proposal, book: { ...gate.book, [name]: b } });
        expect(refusal === null || typeof refusal.found === 'string').toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
