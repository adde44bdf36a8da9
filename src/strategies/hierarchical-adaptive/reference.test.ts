import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MICROS } from '../../base/index.ts';
import type { Facts } from '../../strategy/index.ts';
import { Player } from '../play.fixture.ts';
import { walk } from '../series.fixture.ts';
import { hierarchicalAdaptive } from './index.ts';
import { params, type Params } from './params.ts';
import { referenceFacts } from './reference.fixture.ts';

/** Windows so short that all cells come up within a few hundred days. */
const short = fc.record({
  measurement_noise: fc.constantFrom(1, 30, 2000),
  osc_smoothness: fc.integer({ min: 1, max: 25 }),
  strength_smoothness: fc.integer({ min: 1, max: 22 }),
  T_max: fc.constantFrom(10, 50),
  symmetric_volume_adjustment: fc.boolean(),
  double_smoothing: fc.boolean(),
  sma_fast: fc.integer({ min: 2, max: 6 }),
  sma_slow: fc.integer({ min: 7, max: 40 }),
  realized_vol_window: fc.integer({ min: 2, max: 8 }),
  vol_baseline_window: fc.integer({ min: 2, max: 20 }),
  vol_crush_lookback: fc.integer({ min: 1, max: 25 }),
  vol_crush_threshold: fc.constantFrom(-0.15, -0.6),
  leverage_scalar: fc.constantFrom(0.5, 1, 1.2),
  use_inverse_hedge: fc.boolean(),
  w_PSQ_max: fc.constantFrom(0.3, 0.5, 0.9),
  allow_treasury: fc.boolean(),
  bond_sma_fast: fc.integer({ min: 1, max: 4 }),
  bond_sma_slow: fc.integer({ min: 5, max: 30 }),
  max_bond_weight: fc.constantFrom(0, 0.25, 0.6),
  rebalance_threshold: fc.constantFrom(0.025, 0.5),
});

function reference(p: Params, seed: number): { found: Facts[]; wanted: Facts[] } {
  const qqq = walk({ symbol: 'QQQ', seed, length: 600 });
  const tlt = walk({ symbol: 'TLT', seed: seed + 1, length: 600, holes: 0.1 });
  const played = new Player(hierarchicalAdaptive, p).play([qqq, tlt]);
  const known = Array.from(qqq.end, (at) =>
    Array.from(tlt.close.subarray(0, tlt.end.filter((end) => end <= at).length), (x) => x / MICROS),
  );
  const closes = Array.from(qqq.close, (micros) => micros / MICROS);
  const wanted = referenceFacts(closes, Array.from(qqq.volume), known, p);
  return { found: played.map(({ facts }) => facts), wanted };
}

/** Whether two figures agree to 1e-7; a z of a baseline that hardly moves is known less well. */
function agree(found: Facts, wanted: Facts, name: string): boolean {
  const [a, b] = [found[name], wanted[name]];
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  const { vol_mean: mean, vol_std: spread } = wanted;
  const moves = name === 'z_score' && Number(spread) > 0;
  const noise = moves ? 1e-14 * (Number(mean) / Number(spread)) : 0;
  return Math.abs(a - b) <= 1e-7 * Math.max(1, Math.abs(b)) + noise;
}

test('every figure is that of the formulas computed anew for each day', () => {
  fc.assert(
    fc.property(short, fc.integer({ min: 0, max: 2 ** 31 }), (given, seed) => {
      const { found, wanted } = reference(params.parse(given), seed);
      const wrong = wanted.flatMap((row, day) =>
        Object.keys(row)
          .filter((name) => !agree(found[day]!, row, name))
          .map((name) => `day ${day} ${name}: found ${found[day]![name]}, wanted ${row[name]}`),
      );
      expect(wrong.slice(0, 5)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test('the generated days visit all six cells, crushes and both bond trends', () => {
  const small = { sma_fast: 3, sma_slow: 10, realized_vol_window: 5, vol_baseline_window: 10 };
  const p = params.parse({ ...small, bond_sma_fast: 2, bond_sma_slow: 6, T_max: 10 });
  const seen = new Set(
    [1, 2, 3].flatMap((seed) =>
      reference(p, seed).found.flatMap((facts) => [
        facts['cell'],
        facts['bond_trend'],
        facts['vol_crush'] === 1 ? 'crush' : 'none',
      ]),
    ),
  );
  for (const kind of [1, 2, 3, 4, 5, 6, 'Bull', 'Bear', 'crush']) expect(seen).toContain(kind);
});
