import { describe, expect, test } from 'vitest';
import { type Bars, barsOfRows, type BarRow } from '../../market/index.ts';
import { Player } from '../play.fixture.ts';
import { walk } from '../series.fixture.ts';
import { hierarchicalAdaptive } from './index.ts';

const SHORT = {
  sma_fast: 3,
  sma_slow: 10,
  realized_vol_window: 5,
  vol_baseline_window: 10,
  bond_sma_fast: 2,
  bond_sma_slow: 6,
};
/** max(10, 5 + 10) closes. */
const FIRST = 15;

const qqq = (seed = 3, length = 120) => walk({ symbol: 'QQQ', seed, length });
const tlt = (seed = 4, length = 120) => walk({ symbol: 'TLT', seed, length });

/** Daily bars with the given closes in dollars. */
function flat(symbol: string, closes: readonly number[]): Bars {
  const model = walk({ symbol, seed: 1, length: closes.length });
  const rows = closes.map((dollars, i): BarRow => {
    const close = Math.round(dollars * 1e6) as BarRow['close'];
    const [at, day] = [model.end[i], model.day[i]] as [BarRow['at'], number];
    return { symbol, at, day, open: close, high: close, low: close, close, volume: 1_000 };
  });
  return barsOfRows(model, rows);
}

const FUNDS = ['TQQQ', 'QQQ', 'TMF', 'TMV'];

/** The day, from 0, on which the filter starts. */
const start = (given: object) =>
  new Player(hierarchicalAdaptive, { ...SHORT, ...given })
    .play([tlt(), qqq()])
    .findIndex(({ facts }) => facts['kalman_price'] !== null);

/** The figures of each day. */
const factsOf = (closes: readonly number[]) =>
  new Player(hierarchicalAdaptive, SHORT).play([flat('QQQ', closes)]).map((day) => day.facts);

describe('the first decision', () => {
  test('comes with the bar that fills averages and baseline, and takes up a position', () => {
    const played = new Player(hierarchicalAdaptive, SHORT).play([tlt(), qqq()]);
    const actions = played.map(({ decision }) => decision.action);
    expect(actions.slice(0, FIRST - 1)).toEqual(Array(FIRST - 1).fill('warmup'));
    expect(actions[FIRST - 1]).toBe('rebalance');
    expect(played[0]?.decision.why).toBe('Warming up: 1 of 15 bars of QQQ.');
  });

  test('the filter runs from the first bar; in the seed era from half of sma_slow + 20', () => {
    expect(start({})).toBe(0);
    expect(start({ compat: 'seed-era' })).toBe(14);
    expect(start({ compat: 'seed-era', allow_treasury: false })).toBe(29);
  });
});

describe('rebalancing', () => {
  test('happens only when the deviation is above the threshold, and says so', () => {
    const played = new Player(hierarchicalAdaptive, SHORT).play([tlt(), qqq()]);
    for (const { decision, facts } of played.slice(FIRST - 1)) {
      const above = (facts['weight_deviation'] as number) > 0.025;
      expect(decision.action).toBe(above ? 'rebalance' : 'hold');
      expect(decision.why).toContain(above ? '> 0.025' : '<= 0.025');
      expect(decision.why).toContain(`Cell ${facts['cell']} (${facts['trend_state']}, `);
    }
  });

  test('is measured against what was carried out last, not against what was wanted last', () => {
    const player = new Player(hierarchicalAdaptive, SHORT);
    player.play([tlt(), qqq()]);
    player.book.lastTargets = {};
    const { decision, facts } = player.decide(qqq().end[119] as never);
    expect(decision.action).toBe('rebalance');
    expect(facts['weight_deviation']).toBeCloseTo(1 - (facts['w_cash'] as number), 12);
  });

  test('names the funds, zeros too, and never cash', () => {
    const { decision } = new Player(hierarchicalAdaptive, SHORT).play([tlt(), qqq()]).at(-1)!;
    expect(Object.keys('targets' in decision ? decision.targets : {})).toEqual(FUNDS);
  });
});

describe('volatility', () => {
  test('a price that never moves has z 0, no change and stays Low', () => {
    const last = factsOf(Array(40).fill(100)).at(-1)!;
    expect(last).toMatchObject({ sigma_t: 0, z_score: 0, vol_change: null, vol_crush: 0 });
    expect(last).toMatchObject({ vol_state: 'Low', trend_state: 'Sideways', cell: 3, t_norm: 0 });
  });

  test('a jump makes it High, and it stays High between the two thresholds', () => {
    const calm = Array.from({ length: 30 }, (_, i) => 100 + (i % 2) * 0.1);
    const days = factsOf([...calm, 110, 100, 109, 101, 108]);
    expect(days[30]).toMatchObject({
      vol_state_prev: 'Low',
      vol_state_hyst: 'High',
      vol_state: 'High',
    });
    const between = days.filter(({ z_score: z }) => Number(z) >= 0.2 && Number(z) <= 1);
    for (const day of between.slice(-2)) expect(day['vol_state_hyst']).toBe(day['vol_state_prev']);
  });

  test('a crush makes it Low for good and takes BearStrong back to Sideways for the day', () => {
    const calm = Array.from({ length: 20 }, (_, i) => 100 - i * 0.5 + (i % 2) * 0.1);
    const storm = [80, 95, 70, 85, 60];
    const fall = Array.from({ length: 12 }, (_, i) => 58 - i * 2);
    const days = factsOf([...calm, ...storm, ...fall]);
    const crush = days.filter((day) => day['vol_crush'] === 1);
    expect(crush.length).toBeGreaterThan(0);
    for (const day of crush) {
      expect(day['vol_change']).toBeLessThan(-0.15);
      expect(day).toMatchObject({ vol_state: 'Low' });
      expect(day['trend_state']).not.toBe('BearStrong');
    }
    const next = days[days.indexOf(crush[0]!) + 1]!;
    expect(next['vol_state_prev']).toBe('Low');
  });
});

test('equal averages are neither bullish nor a rising bond', () => {
  const wave = Array.from({ length: 60 }, (_, i) => [0.1, 0.3, 0.2][i % 3]!);
  const given = { ...SHORT, sma_fast: 3, sma_slow: 12, bond_sma_fast: 3, bond_sma_slow: 6 };
  const player = new Player(hierarchicalAdaptive, { ...given, t_norm_bull_thresh: 1e-9 });
  for (const { facts } of player.play([flat('TLT', wave), flat('QQQ', wave)]).slice(20)) {
    expect(facts['sma_fast']).toBeCloseTo(facts['sma_slow'] as number, 12);
    expect(facts['trend_raw']).not.toBe('BullStrong');
    expect(facts['bond_trend']).toBe('Bear');
  }
});

test('an unknown volume is told as none', () => {
  const bars = flat('QQQ', [100, 101]);
  bars.volume.fill(Number.NaN);
  expect(new Player(hierarchicalAdaptive, SHORT).play([bars]).at(-1)?.facts['volume']).toBeNull();
});

const strengths = (given: object) =>
  new Player(hierarchicalAdaptive, { ...SHORT, osc_smoothness: 3, ...given })
    .play([qqq()])
    .map(({ facts }) => facts['trend_strength']);

test('the second smoothing reaches back over twenty strengths and no more', () => {
  const smoothed = (n: number) => strengths({ strength_smoothness: n, double_smoothing: true });
  expect(smoothed(20)).not.toEqual(strengths({ strength_smoothness: 20 }));
  expect(smoothed(21)).toEqual(strengths({ strength_smoothness: 21 }));
});
