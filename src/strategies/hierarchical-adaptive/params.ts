import { z } from '../../strategy/index.ts';
import { positiveParam, refuse, symbolParam, windowParam } from '../params.ts';
import { flatSpelling } from './nested.ts';

const EXECUTION_TIMES = [
  'open',
  '15min_after_open',
  '15min_before_close',
  'close',
  '5min_before_close',
] as const;

const flat = z
  .strictObject({
    signal_symbol: symbolParam('QQQ').describe('closes that decide trend and volatility'),
    core_long_symbol: symbolParam('QQQ').describe('unleveraged fund'),
    leveraged_long_symbol: symbolParam('TQQQ').describe('leveraged fund'),
    inverse_hedge_symbol: symbolParam('PSQ').describe('inverse fund of cell 6'),
    treasury_trend_symbol: symbolParam('TLT').describe('closes that decide the bond trend'),
    bull_bond_symbol: symbolParam('TMF').describe('bond fund while bonds rise'),
    bear_bond_symbol: symbolParam('TMV').describe('bond fund while they do not'),

    measurement_noise: positiveParam(2000).describe('Kalman R, squared dollars'),
    process_noise_1: positiveParam(0.01).describe('Kalman Q of the price'),
    process_noise_2: positiveParam(0.01).describe('Kalman Q of the velocity'),
    osc_smoothness: windowParam(15).describe(
      'weighted mean of the oscillator; capped at its buffer',
    ),
    strength_smoothness: windowParam(15).describe(
      'innovations before a first figure; capped at 500',
    ),
    T_max: positiveParam(50).describe('trend strength that counts as 1'),
    symmetric_volume_adjustment: z.boolean().default(false).describe('falling volume raises R too'),
    double_smoothing: z.boolean().default(false).describe('smooth the strength a second time'),

    sma_fast: windowParam(40).describe('signal average, bars; below sma_slow'),
    sma_slow: windowParam(140).describe('signal average, bars'),
    t_norm_bull_thresh: z.number().positive().default(0.2).describe('BullStrong above it'),
    t_norm_bear_thresh: z.number().negative().default(-0.3).describe('BearStrong below it'),

    realized_vol_window: windowParam(21, 2).describe('log returns in one volatility, bars'),
    vol_baseline_window: windowParam(126, 2).describe('volatilities in the baseline, bars'),
    upper_thresh_z: z.number().default(1).describe('High above it'),
    lower_thresh_z: z.number().default(0.2).describe('Low below it'),
    vol_crush_threshold: z.number().negative().default(-0.15).describe('fall that is a crush'),
    vol_crush_lookback: windowParam(5).describe('bars over which the fall is taken'),

    leverage_scalar: z.number().min(0.5).max(1.5).default(1).describe('factor of equity weights'),
    use_inverse_hedge: z.boolean().default(false).describe('hold the inverse fund in cell 6'),
    w_PSQ_max: z.number().positive().max(1).default(0.5).describe('most of the inverse fund'),
    allow_treasury: z.boolean().default(true).describe('bond funds in place of some cash'),
    bond_sma_fast: windowParam(20).describe('treasury average, bars; below bond_sma_slow'),
    bond_sma_slow: windowParam(60).describe('treasury average, bars'),
    max_bond_weight: z.number().min(0).max(1).default(0.4).describe('most of a bond fund'),

    rebalance_threshold: positiveParam(0.025).describe('sum of weight differences that is ignored'),
    execution_time: z
      .enum(EXECUTION_TIMES)
      .default('close')
      .describe('for the record; see schedule'),
    compat: z
      .enum(['none', 'seed-era'])
      .default('none')
      .describe('rules of the December 2025 code'),
  })
  .superRefine((p, context) => {
    refuse(context, [
      {
        broken: p.sma_fast >= p.sma_slow,
        param: 'sma_fast',
        message: `"${p.sma_fast}" is not below sma_slow "${p.sma_slow}"`,
      },
      {
        broken: p.bond_sma_fast >= p.bond_sma_slow,
        param: 'bond_sma_fast',
        message: `"${p.bond_sma_fast}" is not below bond_sma_slow "${p.bond_sma_slow}"`,
      },
      {
        broken: p.upper_thresh_z <= p.lower_thresh_z,
        param: 'upper_thresh_z',
        message: `"${p.upper_thresh_z}" is not above lower_thresh_z "${p.lower_thresh_z}"`,
      },
      {
        broken: p.signal_symbol === p.treasury_trend_symbol,
        param: 'treasury_trend_symbol',
        message: `"${p.treasury_trend_symbol}" is the signal symbol too`,
      },
      ...sameFundTwice(p),
    ]);
  });

/** Two roles in one fund would add up to one weight under one name. */
function sameFundTwice(p: Readonly<Record<string, unknown>>) {
  const roles = [
    'leveraged_long_symbol',
    'core_long_symbol',
    'inverse_hedge_symbol',
    'bull_bond_symbol',
    'bear_bond_symbol',
  ];
  return roles.map((param, i) => {
    const twin = roles.slice(0, i).find((other) => p[other] === p[param]);
    return { broken: twin !== undefined, param, message: `"${p[param]}" is ${twin} too` };
  });
}

/** Parameters in the flat spelling, or in the nested one of the first configuration files. */
export const params = z.preprocess(flatSpelling, flat);

export type Params = z.output<typeof flat>;
