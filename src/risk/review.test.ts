import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Money } from '../base/index.ts';
import { at, type Changes, FLAT, gateOf, gates, UNBOUND, usd } from './gate.fixture.ts';
import { HALT_LEVELS, type HaltLevel } from './limits.ts';
import { BOUNDARIES, HOLDS_10, RULED, SELL, SHORTS } from './boundaries.fixture.ts';
import { reducesOnly } from './exposure.ts';
import type { RefusalCode } from './gate.ts';
import { CHECKS, review } from './review.ts';

const codeOf = (changes: Changes) => review(gateOf(changes))?.code ?? null;
const refusal = (changes: Changes) => review(gateOf(changes));
describe('the table of checks', () => {
  test('an order that the book can pay passes', () => expect(review(gateOf())).toBeNull());

  test.each(BOUNDARIES)('%s: "%s"', (_, code, passes, refused) => {
    expect(review(gateOf(passes))).toBeNull();
    expect(codeOf(refused)).toBe(code);
  });

  test('every code but those of missing figures and halts has its boundary', () => {
    const tested = new Set<string>(BOUNDARIES.map(([, code]) => code));
    const others = CHECKS.map(([code]) => code).filter((code) => !tested.has(code));
    expect(others.sort()).toEqual(['halted', 'figureMissing', ...RULED].sort());
    expect(new Set(CHECKS.map(([code]) => code)).size).toBe(CHECKS.length);
  });

  test('a refusal tells what was found and what the limit is', () => {
    expect(refusal({ limits: { positionPctMax: 5 } })).toEqual({
      code: 'positionAboveLimit',
      found: '1000.00',
      limit: '500.00',
    });
    expect(refusal({ proposal: { quantity: 101 } })).toEqual({
      code: 'cashBelowReserve',
      found: '-100.00 left',
      limit: '0.00',
    });
    expect(refusal({ limits: { leverageMax: 0.05 } })).toEqual({
      code: 'leverageAboveLimit',
      found: '0.100',
      limit: '0.050',
    });
    expect(refusal({ proposal: { ...SELL, quantity: 1 } })).toEqual({
      code: 'oversell',
      found: '1 shares',
      limit: '0 shares',
    });
    expect(refusal({ gate: { fenceMs: -250 } })).toEqual({
      code: 'sessionFence',
      found: '250 ms late',
      limit: 'before the fence',
    });
  });

  test('limits of the book and of the account both bind', () => {
    const wide = { ...UNBOUND, shortSelling: true };
    const bookOnly = new Set<RefusalCode>(['oversell', 'exitRaisesPosition']);
    for (const [, code, , refused] of BOUNDARIES) {
      if (refused.limits === undefined || bookOnly.has(code)) continue;
      const gate = gateOf(refused);
      expect(review({ ...gate, bookLimits: wide })?.code).toBe(code);
      expect(review({ ...gate, accountLimits: wide })?.code).toBe(code);
    }
  });

  test('the account’s own standing binds where the book’s does not', () => {
    const poor = { ...FLAT, cash: usd(500) };
    expect(review(gateOf({ gate: { account: poor } }))?.code).toBe('cashBelowReserve');
    const crowded = { ...FLAT, pendingBuys: 91 };
    expect(review(gateOf({ gate: { account: crowded } }))?.code).toBe('positionAboveLimit');
    const busy = { ...FLAT, otherExposure: usd(9_500) };
    expect(review(gateOf({ gate: { account: busy } }))?.code).toBe('leverageAboveLimit');
  });

  test('with costs, all can be invested at a limit of 100 %: what the cash pays passes', () => {
    // 600 of 1,000 shares' worth are held at $100; 399 more cost 39,944 at 0.1 % and a cent.
    const standing = { equity: usd(100_000), cash: usd(40_000), held: 600 };
    const proposal = { quantity: 399, worstPrice: at(100.1), worstCost: usd(399 * 100.11) };
    expect(codeOf({ standing, proposal })).toBeNull();
    expect(
      codeOf({ standing, proposal: { ...proposal, quantity: 400, worstCost: usd(40_044) } }),
    ).toBe('cashBelowReserve');
  });
});

describe('halts (invariant 16)', () => {
  const reducing: Changes = { proposal: SELL, standing: HOLDS_10 };
  test.each<[HaltLevel, boolean, boolean]>([
    ['NONE', true, true],
    ['NO_NEW_RISK', false, true],
    ['CANCEL_ONLY', false, false],
    ['STOP', false, false],
    ['none' as HaltLevel, false, false],
    ['' as HaltLevel, false, false],
    [undefined as unknown as HaltLevel, false, false],
    [null as unknown as HaltLevel, false, false],
  ])('at %s a raise passes: %s, a reduction: %s', (halt, raise, reduce) => {
    expect(codeOf({ gate: { halt } })).toBe(raise ? null : 'halted');
    expect(codeOf({ ...reducing, gate: { halt } })).toBe(reduce ? null : 'halted');
  });

  test('no level is forgotten', () => expect(HALT_LEVELS).toHaveLength(4));

  test('a sale that may cross zero is no reduction', () => {
    const gate = { halt: 'NO_NEW_RISK' as const };
    const limits = SHORTS;
    expect(codeOf({ proposal: { ...SELL, quantity: 11 }, standing: HOLDS_10, limits, gate })).toBe(
      'halted',
    );
    const both = { ...HOLDS_10, pendingSells: 1 };
    expect(codeOf({ proposal: SELL, standing: both, limits, gate })).toBe('halted');
  });
});

/** Any refusal but for what a reducing order may be refused for. */
const EXPOSURE: ReadonlySet<RefusalCode> = new Set([
  'figureMissing',
  'orderNotionalAboveLimit',
  'cashBelowReserve',
  'buyingPowerAboveLimit',
  'positionAboveLimit',
  'leverageAboveLimit',
]);

describe('reductions (F059)', () => {
  test('an order that only reduces passes all limits, breached or not known', () => {
    const nothing = Number.NaN as Money;
    const breached = { equity: usd(-5), cash: usd(-9_000), otherExposure: usd(1e9) };
    const absent = { equity: nothing, cash: nothing, reserved: nothing, otherExposure: nothing };
    const limits = { positionPctMax: 1, leverageMax: 0.1, orderNotionalMax: usd(1) };
    const none = { positionPctMax: Number.NaN, orderNotionalMax: nothing, leverageMax: Number.NaN };
    for (const [standing, bounds] of [
      [breached, limits],
      [absent, none],
    ] as const) {
      const sale = { proposal: SELL, standing: { ...standing, held: 1_000 }, limits: bounds };
      expect(codeOf(sale)).toBeNull();
      expect(codeOf({ standing: { ...standing, held: -1_000 }, limits: bounds })).toBeNull();
    }
  });

  test('no reduction is ever refused for exposure, and every raise of a breach is', () => {
    fc.assert(
      fc.property(gates, (gate) => {
        const code = review(gate)?.code;
        const raises = !reducesOnly(gate);
        expect(raises || code === undefined || !EXPOSURE.has(code)).toBe(true);
        const { book, proposal, bookLimits } = gate;
        const held = Math.abs(book.held) * proposal.expectedPrice * proposal.multiplier;
        const breached = held > (book.equity / 100) * bookLimits.positionPctMax;
        const grows = Math.sign(book.held) === (proposal.side === 'buy' ? 1 : -1);
        expect(raises && breached && grows && code === undefined).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
