import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Money, Price } from '../base/index.ts';
import type { OrderWish } from '../strategy/index.ts';
import { planOrders, type PlanningBook, planTargets, weightsHeld } from './plan.ts';

const usd = (dollars: number) => Math.round(dollars * 1e6) as Money;
const at = (dollars: number) => Math.round(dollars * 1e6) as Price;

const UNIVERSE = ['TQQQ', 'QQQ', 'PSQ', 'TMF', 'TMV'];
const PRICES = { TQQQ: at(50), QQQ: at(400), PSQ: at(10), TMF: at(40), TMV: at(30) };

/** A book of $100,000 that holds nothing and was never asked for anything, but for `more`. */
const bookOf = (more: Partial<PlanningBook> = {}): PlanningBook => ({
  method: 'changed-targets',
  thresholdPct: 5,
  universe: UNIVERSE,
  lastTargets: {},
  equity: usd(100_000),
  held: {},
  prices: PRICES,
  ...more,
});
const allTargets = (more: Partial<PlanningBook> = {}) => bookOf({ method: 'all-targets', ...more });

describe('changed targets (strategies.md 1.9)', () => {
  test('reductions come before raises, each in the order of the universe', () => {
    const lastTargets = { TQQQ: 0.1, QQQ: 0.5, PSQ: 0.1, TMV: 0.2 };
    const held = { TQQQ: 200, QQQ: 125, PSQ: 1_000, TMV: 600 };
    const wanted = { TMV: 0.1, TMF: 0.2, QQQ: 0.4, TQQQ: 0.2, PSQ: 0 };
    const { legs, targets, notes } = planTargets(wanted, bookOf({ lastTargets, held }));
    expect(legs).toEqual([
      { kind: 'weight', symbol: 'QQQ', weight: 0.4 },
      { kind: 'weight', symbol: 'PSQ', weight: 0 },
      { kind: 'weight', symbol: 'TMV', weight: 0.1 },
      { kind: 'weight', symbol: 'TQQQ', weight: 0.2 },
      { kind: 'weight', symbol: 'TMF', weight: 0.2 },
    ]);
    expect(targets).toEqual(wanted);
    expect(notes).toEqual([]);
  });

  test('a target that is as it was is not traded, however far the position drifted', () => {
    const book = bookOf({ lastTargets: { QQQ: 0.5, TMF: 0.1 }, held: { QQQ: 10, TMF: 2_000 } });
    expect(planTargets({ QQQ: 0.5, TMF: 0.1 }, book).legs).toEqual([]);
  });

  test('what is held and not wanted is sold, whatever the last target was', () => {
    const exit = { kind: 'weight', symbol: 'QQQ', weight: 0 };
    for (const lastTargets of [{}, { QQQ: 0 }, { QQQ: 0.5 }]) {
      expect(planTargets({}, bookOf({ lastTargets, held: { QQQ: 1 } })).legs).toEqual([exit]);
    }
    expect(planTargets({}, bookOf({ held: { QQQ: -1 } })).legs).toEqual([exit]);
  });

  test('what is neither held nor wanted is left alone, though it was wanted', () => {
    expect(planTargets({}, bookOf({ lastTargets: { QQQ: 0.5 } })).legs).toEqual([]);
  });

  test('a holding outside the universe is sold after the universe’s own reductions', () => {
    const book = bookOf({ held: { GLD: 5, QQQ: 10 }, prices: { ...PRICES, GLD: at(180) } });
    expect(planTargets({}, book).legs.map((leg) => leg.symbol)).toEqual(['QQQ', 'GLD']);
  });

  test('cash is no leg', () => {
    expect(planTargets({ CASH: 1 }, bookOf())).toEqual({
      legs: [],
      targets: { TQQQ: 0, QQQ: 0, PSQ: 0, TMF: 0, TMV: 0 },
      notes: [],
    });
  });
});

describe('targets that cannot be', () => {
  test('one worth less than one share counts as 0, and says so', () => {
    const book = bookOf({ equity: usd(1_000) });
    const { legs, targets, notes } = planTargets({ QQQ: 0.399, TQQQ: 0.05 }, book);
    expect(legs.map((leg) => leg.symbol)).toEqual(['TQQQ']);
    expect(targets).toMatchObject({ QQQ: 0, TQQQ: 0.05 });
    expect(notes).toEqual(['QQQ: less than one share, target 0']);
    expect(planTargets({ QQQ: 0.4 }, book).targets).toMatchObject({ QQQ: 0.4 });
  });

  test('one worth less than one share closes what is held', () => {
    const book = bookOf({ equity: usd(1_000), lastTargets: { QQQ: 0.5 }, held: { QQQ: 1 } });
    expect(planTargets({ QQQ: 0.3 }, book).legs).toEqual([
      { kind: 'weight', symbol: 'QQQ', weight: 0 },
    ]);
  });

  const { QQQ: _, ...noPrice } = PRICES;
  const unheld = { prices: noPrice, lastTargets: { QQQ: 0.5 } };

  test.each(['changed-targets', 'all-targets'] as const)(
    'one without a price counts as 0 when nothing is held (%s)',
    (method) => {
      const { legs, targets, notes } = planTargets({ QQQ: 0.5 }, bookOf({ ...unheld, method }));
      expect([legs, targets['QQQ'], notes]).toEqual([[], 0, ['QQQ: no price, target 0']]);
    },
  );

  test.each(['changed-targets', 'all-targets'] as const)(
    'one without a price that is held is left as it is: no price is no reason to sell (%s)',
    (method) => {
      for (const lastTargets of [{}, { QQQ: 0.5 }]) {
        const book = bookOf({ prices: noPrice, lastTargets, method, held: { QQQ: 100 } });
        const { legs, targets, notes } = planTargets({ QQQ: 0.6 }, book);
        expect([legs, notes]).toEqual([[], ['QQQ: no price, left as it is']]);
        expect(targets['QQQ']).toBe(lastTargets.QQQ ?? 0);
      }
    },
  );

  test.each(['changed-targets', 'all-targets'] as const)(
    'an exit is planned without a price too, so that somebody hears of it (%s)',
    (method) => {
      const book = bookOf({ prices: noPrice, method, held: { QQQ: 100 } });
      expect(planTargets({}, book).legs).toMatchObject([{ symbol: 'QQQ' }]);
    },
  );

  test('a weight of all but a rest of rounding above 1 is planned', () => {
    for (const method of ['changed-targets', 'all-targets'] as const) {
      expect(planTargets({ QQQ: 1 + 2 ** -52 }, bookOf({ method })).legs).toHaveLength(1);
    }
  });

  test('without equity everything is closed', () => {
    const book = { held: { QQQ: 10, TMF: 5 }, lastTargets: { QQQ: 1 } };
    for (const equity of [usd(0), usd(-5)]) {
      const { legs } = planTargets({ QQQ: 1 }, bookOf({ ...book, equity }));
      expect(legs.map((leg) => leg.kind === 'weight' && leg.weight)).toEqual([0, 0]);
    }
  });
});

describe('all targets', () => {
  test('every gap that is worth the threshold is worked, sales first', () => {
    const held = { QQQ: 200, TMF: 100, TQQQ: 100 };
    const { legs, notes } = planTargets({ QQQ: 0.5, TMF: 0.2, TQQQ: 0.07 }, allTargets({ held }));
    expect(legs).toEqual([
      { kind: 'shares', symbol: 'QQQ', target: 125 },
      { kind: 'shares', symbol: 'TMF', target: 500 },
    ]);
    expect(notes).toEqual(['TQQQ: 40 shares are below the threshold']);
  });

  test('an exit is never filtered, be it ever so small', () => {
    const { legs, notes } = planTargets({}, allTargets({ held: { PSQ: 1, QQQ: -1 } }));
    expect(legs).toEqual([
      { kind: 'shares', symbol: 'PSQ', target: 0 },
      { kind: 'shares', symbol: 'QQQ', target: 0 },
    ]);
    expect(notes).toEqual([]);
  });

  test('what is held at its target is left alone', () => {
    expect(planTargets({ QQQ: 0.5 }, allTargets({ held: { QQQ: 125 } })).legs).toEqual([]);
  });
});

const weight = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.2, noNaN: true }));
const perSymbol = (value: fc.Arbitrary<number>) =>
  fc.dictionary(fc.constantFrom(...UNIVERSE), value, { noNullPrototype: true });
const anyBook = fc.record({
  method: fc.constantFrom('changed-targets' as const, 'all-targets' as const),
  thresholdPct: fc.integer({ min: 0, max: 20 }),
  lastTargets: perSymbol(weight),
  held: perSymbol(fc.integer({ min: -50, max: 500 })),
  equity: fc.integer({ min: 0, max: 500_000 }).map(usd),
});

describe('any plan', () => {
  test('reductions come before raises, a symbol has one leg, and no exit is missing', () => {
    fc.assert(
      fc.property(perSymbol(weight), anyBook, (wanted, drawn) => {
        const book = bookOf(drawn);
        const { legs, targets } = planTargets(wanted, book);
        const symbols = legs.map((leg) => leg.symbol);
        expect(new Set(symbols).size).toBe(symbols.length);
        const raises = legs.map((leg) => {
          if (leg.kind === 'shares') return leg.target > (book.held[leg.symbol] ?? 0);
          return leg.kind === 'weight' && leg.weight > (book.lastTargets[leg.symbol] ?? 0);
        });
        const ofExits = legs.map((leg) => (book.held[leg.symbol] ?? 0) < 0);
        const inOrder = raises.every(
          (raise, i) => raise || ofExits[i] || !raises.slice(0, i).includes(true),
        );
        expect(book.method === 'all-targets' || inOrder).toBe(true);
        const exits = UNIVERSE.filter((one) => targets[one] === 0 && (book.held[one] ?? 0) !== 0);
        expect(exits.filter((one) => !symbols.includes(one))).toEqual([]);
      }),
    );
  });

  test('planning again what was just planned, with the same shares, asks for exits only', () => {
    fc.assert(
      fc.property(perSymbol(weight), anyBook, (wanted, drawn) => {
        const book = bookOf({ ...drawn, method: 'changed-targets' });
        const { targets } = planTargets(wanted, book);
        const again = planTargets(wanted, { ...book, lastTargets: targets });
        expect(again.targets).toEqual(targets);
        expect(again.legs.every((leg) => leg.kind === 'weight' && leg.weight === 0)).toBe(true);
      }),
    );
  });
});

const wish = (symbol: string, side: OrderWish['side'], quantity = 1): OrderWish => ({
  symbol,
  side,
  quantity,
});

describe('wished orders', () => {
  test('sells come first, otherwise their order stays', () => {
    const wishes = [wish('A', 'buy'), wish('B', 'sell'), wish('C', 'buy'), wish('D', 'sell')];
    expect(planOrders(wishes).map((leg) => leg.symbol)).toEqual(['B', 'D', 'A', 'C']);
    expect(planOrders([])).toEqual([]);
  });

  test('every term of a wish is kept', () => {
    const limited: OrderWish = { ...wish('A', 'buy', 7), limitPrice: at(12) };
    expect(planOrders([limited])).toEqual([{ kind: 'order', ...limited }]);
  });
});

describe('weights held', () => {
  test('are notional over equity, below zero when short, of what is held and has a price', () => {
    const held = { QQQ: 125, TMF: -250, PSQ: 0, GLD: 5 };
    expect(weightsHeld(held, PRICES, usd(100_000))).toEqual({ QQQ: 0.5, TMF: -0.1 });
    expect(weightsHeld(held, PRICES, usd(0))).toEqual({});
  });
});

describe('wished orders with more than a limit', () => {
  test('keep every term of theirs, and nothing else', () => {
    const legs = [
      { symbol: 'QQQ   240119C00400000', side: 'buy', ratio: 1, extra: 1 },
      { symbol: 'QQQ   240119C00410000', side: 'sell', ratio: 1, extra: 2 },
    ] as const;
    const more = {
      stopPrice: at(410),
      timeInForce: 'gtc',
      bracket: { stopPrice: at(390), targetPrice: at(450), extra: 3 },
    } as const;
    const wished = { symbol: 'QQQ', side: 'buy', quantity: 1, limitPrice: at(411) } as const;
    const [leg, spread] = planOrders([
      { ...wished, ...more, extra: 4 } as OrderWish,
      { ...wished, legs },
    ]);
    const { bracket } = more;
    const kept = { stopPrice: bracket.stopPrice, targetPrice: bracket.targetPrice };
    expect(leg).toEqual({ kind: 'order', ...wished, ...more, bracket: kept });
    const plain = legs.map(({ symbol, side, ratio }) => ({ symbol, side, ratio }));
    expect(spread).toEqual({ kind: 'order', ...wished, legs: plain });
  });

  test.each([
    { bracket: { stopPrice: at(390) } },
    { bracket: { targetPrice: at(450) } },
    { stopPrice: at(410) },
    { timeInForce: 'day' },
  ] as const)('leave out what is left out: %j', (more) => {
    const wished = { symbol: 'QQQ', side: 'buy', quantity: 1 } as const;
    expect(planOrders([{ ...wished, ...more }])).toEqual([{ kind: 'order', ...wished, ...more }]);
  });
});
