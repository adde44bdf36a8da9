import type { Facts } from '../../strategy/index.ts';
import type { Params } from './params.ts';

/** The strategy written a second time, day by day from its formulas over whole arrays. */

const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

const average = (xs: readonly number[], n: number) => (xs.length < n ? null : mean(xs.slice(-n)));

function deviation(xs: readonly number[]): number {
  if (xs.every((x) => x === xs[0])) return 0;
  const center = mean(xs);
  return Math.sqrt(xs.reduce((sum, x) => sum + (x - center) ** 2, 0) / (xs.length - 1));
}

function weighted(xs: readonly number[]): number {
  const sum = xs.reduce((total, x, i) => total + (i + 1) * x, 0);
  return sum / ((xs.length * (xs.length + 1)) / 2);
}

const volumeRatio = (previous: number, volume: number, symmetric: boolean): number => {
  if (!(volume > 0) || Number.isNaN(previous)) return 1;
  return previous / (symmetric ? volume : Math.max(previous, volume));
};

/** Price, velocity and innovation of each bar; matrices written out. */
function kalman(closes: readonly number[], volumes: readonly number[], p: Params) {
  let [x, v] = [closes[0]!, 0];
  let [a, b, c, d] = [1, 0, 0, 1];
  return closes.map((y, i) => {
    if (i === 0) return { x, v, e: Number.NaN };
    const [a1, b1] = [a + c + (b + d) + p.process_noise_1, b + d];
    const [c1, d1] = [c + d, d + p.process_noise_2];
    const ratio = volumeRatio(volumes[i - 1]!, volumes[i]!, p.symmetric_volume_adjustment);
    const noise = p.measurement_noise * ratio;
    const [k0, k1] = [a1 / (a1 + noise), c1 / (a1 + noise)];
    const e = y - (x + v);
    [x, v] = [x + v + k0 * e, v + k1 * e];
    [a, b, c, d] = [(1 - k0) * a1, (1 - k0) * b1, c1 - k1 * a1, d1 - k1 * b1];
    return { x, v, e };
  });
}

function strengths(innovations: readonly number[], p: Params): number[] {
  const n = Math.min(p.osc_smoothness, 20);
  const oscillator: number[] = [];
  const firsts: number[] = [];
  return innovations.map((e, i) => {
    const sizes = innovations
      .slice(1, i + 1)
      .slice(-500)
      .map(Math.abs);
    if (i === 0 || sizes.length < Math.min(p.strength_smoothness, 500)) return 0;
    const m = Math.max(...sizes);
    oscillator.push(m === 0 ? 0 : (100 * e) / m);
    if (oscillator.length < n) return 0;
    const first = weighted(oscillator.slice(-n));
    firsts.push(first);
    const kept = firsts.slice(-20);
    if (!p.double_smoothing || kept.length < p.strength_smoothness) return first;
    return weighted(kept.slice(-p.strength_smoothness));
  });
}

function volatility(closes: readonly number[], p: Params) {
  const returns = closes.slice(1).map((close, i) => Math.log(close / closes[i]!));
  const n = p.realized_vol_window;
  const sigmas = returns.map((_, i) =>
    i + 1 < n ? Number.NaN : deviation(returns.slice(i + 1 - n, i + 1)) * Math.sqrt(252),
  );
  return closes.map((_, i) => {
    const past = sigmas.slice(0, i).filter((sigma) => !Number.isNaN(sigma));
    const baseline = past.slice(-p.vol_baseline_window);
    const [sigma, before] = [past.at(-1), past.at(-1 - p.vol_crush_lookback)];
    const [mu, sd] = [mean(baseline), deviation(baseline)];
    const change = before ? (sigma! - before) / before : null;
    return { sigma, mu, sd, z: sd <= 1e-12 * mu ? 0 : (sigma! - mu) / sd, change };
  });
}

type Six = [number, number, number, number, number, number];

function weightsOf(cell: number, bond: string | null, p: Params) {
  const table = [[], [0.6, 0.4], [0, 1], [0.2, 0.8], [0, 0], [0, 0.5], [0, 0]];
  const [tqqq = 0, qqq = 0] = table[cell]!;
  let [psq, tmf, tmv] = [0, 0, 0];
  const defensive = cell === 5 ? 0.5 : 1;
  if (cell === 6 && p.use_inverse_hedge) psq = Math.min(0.5, p.w_PSQ_max);
  else if (cell > 3 && p.allow_treasury && bond !== null) {
    const b = Math.min(0.4 * defensive, p.max_bond_weight);
    [tmf, tmv] = bond === 'Bull' ? [b, 0] : [0, b];
  }
  const cash = 1 - tqqq - qqq - psq - tmf - tmv;
  const k = p.leverage_scalar;
  const parts = [k * tqqq, k * qqq, k * psq, tmf, tmv, cash];
  const total = parts.reduce((a, b) => a + b, 0);
  const [w_tqqq, w_qqq, w_psq, w_tmf, w_tmv, w_cash] = parts.map((part) => part / total) as Six;
  return { w_tqqq, w_qqq, w_psq, w_tmf, w_tmv, w_cash };
}

function bondsOf(closes: readonly number[], p: Params) {
  const slow = average(closes, p.bond_sma_slow);
  const fast = slow === null ? null : average(closes, p.bond_sma_fast);
  const bond_trend = slow === null ? null : above(fast!, slow) ? 'Bull' : 'Bear';
  return { bond_n: closes.length, bond_sma_fast: fast, bond_sma_slow: slow, bond_trend };
}

/** Means of cents differ by more than this, or not at all. */
const above = (a: number, b: number) => a > b + 1e-9;

const TRENDS = ['BullStrong', 'Sideways', 'BearStrong'];

/** Averages and trend class of each day, a crush not yet counted. */
function trends(closes: readonly number[], volumes: readonly number[], p: Params) {
  const filter = kalman(closes, volumes, p);
  const innovations = filter.map(({ e }) => e);
  return strengths(innovations, p).map((trend_strength, i) => {
    const t_norm = Math.max(-1, Math.min(1, trend_strength / p.T_max));
    const known = closes.slice(0, i + 1);
    const [sma_fast, sma_slow] = [average(known, p.sma_fast), average(known, p.sma_slow)];
    const bullish = above(sma_fast ?? 0, sma_slow ?? 0);
    let trend_raw = 'Sideways';
    if (t_norm > p.t_norm_bull_thresh && bullish) trend_raw = 'BullStrong';
    if (t_norm < p.t_norm_bear_thresh && !bullish) trend_raw = 'BearStrong';
    const { x: kalman_price, v: kalman_velocity } = filter[i]!;
    return { kalman_price, kalman_velocity, trend_strength, t_norm, sma_fast, sma_slow, trend_raw };
  });
}

/** The figures of each day; `bondCloses[i]` are the treasury closes known on day `i`. */
export function referenceFacts(
  closes: readonly number[],
  volumes: readonly number[],
  bondCloses: readonly (readonly number[])[],
  p: Params,
): Facts[] {
  const trend = trends(closes, volumes, p);
  const vol = volatility(closes, p);
  const start = Math.max(p.sma_slow, p.vol_baseline_window + p.realized_vol_window);
  let state: 'Low' | 'High' = 'Low';
  let last: readonly number[] = [0, 0, 0, 0, 0];
  return closes.map((_, i) => {
    if (i + 1 < start) return {};
    const { z, change, sigma, mu, sd } = vol[i]!;
    if (z > p.upper_thresh_z) state = 'High';
    if (z < p.lower_thresh_z) state = 'Low';
    const crush = change !== null && change < p.vol_crush_threshold;
    if (crush) state = 'Low';
    const raw = trend[i]!.trend_raw;
    const trend_state = crush && raw === 'BearStrong' ? 'Sideways' : raw;
    const cell = TRENDS.indexOf(trend_state) * 2 + (state === 'Low' ? 1 : 2);
    const bonds = bondsOf(bondCloses[i]!, p);
    const weights = weightsOf(cell, bonds.bond_trend, p);
    const wanted = Object.values(weights).slice(0, 5);
    const distance = last.reduce((sum, w, j) => sum + Math.abs(wanted[j]! - w), 0);
    const moves = distance > p.rebalance_threshold + 1e-12;
    if (moves) last = wanted;
    const risk = { sigma_t: sigma!, vol_mean: mu, vol_std: sd, z_score: z, vol_change: change };
    const called = { vol_crush: Number(crush), trend_state, vol_state: state, cell };
    const answer = { weight_deviation: distance, rebalance: Number(moves) };
    return { ...trend[i]!, ...risk, ...called, ...bonds, ...weights, ...answer };
  });
}
