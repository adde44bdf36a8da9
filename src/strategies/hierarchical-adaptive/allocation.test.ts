import { describe, expect, test } from 'vitest';
import { type Cell, cellOf, deviation, mixOf, targetsOf, trendClass } from './allocation.ts';
import { params } from './params.ts';

const p = params.parse({});

describe('trend class', () => {
  test.each([
    { tNorm: 0.21, bullish: true, wanted: 'BullStrong' },
    { tNorm: 0.2, bullish: true, wanted: 'Sideways' },
    { tNorm: 0.9, bullish: false, wanted: 'Sideways' },
    { tNorm: -0.3, bullish: false, wanted: 'Sideways' },
    { tNorm: -0.31, bullish: false, wanted: 'BearStrong' },
    { tNorm: -0.9, bullish: true, wanted: 'Sideways' },
  ])('$tNorm with a bullish structure $bullish is $wanted', ({ tNorm, bullish, wanted }) => {
    expect(trendClass(tNorm, bullish, p)).toBe(wanted);
  });

  test('cells count trend by trend, Low before High', () => {
    const cells = (['BullStrong', 'Sideways', 'BearStrong'] as const).flatMap((trend) =>
      (['Low', 'High'] as const).map((vol) => cellOf(trend, vol)),
    );
    expect(cells).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

const weights = (cell: Cell, bonds: 'Bull' | 'Bear' | null, given: object = {}) => {
  const mix = mixOf(cell, bonds, params.parse(given));
  const { leveraged, core, inverse, bullBond, bearBond, cash } = mix;
  return [leveraged, core, inverse, bullBond, bearBond, cash].map((x) => Number(x.toFixed(9)));
};

describe('weights of a cell', () => {
  test.each([
    { cell: 1, bonds: 'Bull', given: {}, wanted: [0.6, 0.4, 0, 0, 0, 0] },
    { cell: 2, bonds: 'Bull', given: {}, wanted: [0, 1, 0, 0, 0, 0] },
    { cell: 3, bonds: 'Bear', given: {}, wanted: [0.2, 0.8, 0, 0, 0, 0] },
    { cell: 4, bonds: 'Bull', given: {}, wanted: [0, 0, 0, 0.4, 0, 0.6] },
    { cell: 4, bonds: null, given: {}, wanted: [0, 0, 0, 0, 0, 1] },
    { cell: 5, bonds: 'Bear', given: {}, wanted: [0, 0.5, 0, 0, 0.2, 0.3] },
    { cell: 5, bonds: 'Bear', given: { allow_treasury: false }, wanted: [0, 0.5, 0, 0, 0, 0.5] },
    { cell: 6, bonds: 'Bear', given: {}, wanted: [0, 0, 0, 0, 0.4, 0.6] },
    { cell: 6, bonds: 'Bear', given: { use_inverse_hedge: true }, wanted: [0, 0, 0.5, 0, 0, 0.5] },
    {
      cell: 6,
      bonds: 'Bull',
      given: { use_inverse_hedge: true, w_PSQ_max: 0.3 },
      wanted: [0, 0, 0.3, 0, 0, 0.7],
    },
    {
      cell: 6,
      bonds: 'Bull',
      given: { use_inverse_hedge: true, w_PSQ_max: 0.9 },
      wanted: [0, 0, 0.5, 0, 0, 0.5],
    },
  ] as const)('cell $cell with bonds $bonds and $given', ({ cell, bonds, given, wanted }) => {
    expect(weights(cell, bonds, given)).toEqual(wanted);
  });

  test('more than four tenths of the defensive share never go to bonds', () => {
    expect(weights(4, 'Bull', { max_bond_weight: 0.6 })).toEqual([0, 0, 0, 0.4, 0, 0.6]);
    expect(weights(4, 'Bull', { max_bond_weight: 0.25 })).toEqual([0, 0, 0, 0.25, 0, 0.75]);
  });

  test('the leverage scalar changes nothing in fully invested cells, and shifts the others', () => {
    for (const cell of [1, 2, 3] as const) {
      expect(weights(cell, 'Bull', { leverage_scalar: 1.5 })).toEqual(weights(cell, 'Bull'));
    }
    expect(weights(5, 'Bull', { leverage_scalar: 1.2 })).toEqual(
      [0, 0.6 / 1.1, 0, 0.2 / 1.1, 0, 0.3 / 1.1].map((x) => Number(x.toFixed(9))),
    );
  });

  test('weights and cash add up to 1, none is below 0', () => {
    for (const cell of [1, 2, 3, 4, 5, 6] as const) {
      for (const scalar of [0.5, 1, 1.37]) {
        const mix = Object.values(mixOf(cell, 'Bear', params.parse({ leverage_scalar: scalar })));
        expect(mix.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        expect(Math.min(...mix)).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test('targets name every fund of the universe, zeros too', () => {
    expect(targetsOf(mixOf(2, 'Bull', p), p)).toEqual({ TQQQ: 0, QQQ: 1, TMF: 0, TMV: 0 });
  });
});

describe('deviation', () => {
  test('is the sum over both sides, missing weights being 0', () => {
    expect(deviation({ TQQQ: 0.6, QQQ: 0.4 }, {})).toBe(1);
    expect(deviation({ QQQ: 1, TMF: 0 }, { QQQ: 0.5, PSQ: 0.25 })).toBe(0.75);
  });

  test('has no noise of doubles', () => {
    expect(deviation({ A: 0.6, B: 0.4 }, { A: 0.2, B: 0.8 })).toBe(0.8);
    expect(deviation({ A: 0.3, B: 0.1 }, { A: 0.1, B: 0.3 })).toBe(0.4);
  });
});
