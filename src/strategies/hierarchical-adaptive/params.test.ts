import { describe, expect, test } from 'vitest';
import { hierarchicalAdaptive } from './index.ts';
import { params } from './params.ts';

const NESTED = {
  universe: {
    signal_symbol: 'QQQ',
    bull_symbol: 'TQQQ',
    bond_signal: 'TLT',
    bull_bond: 'TMF',
    bear_bond: 'TMV',
  },
  trend_engine: {
    equity_fast_sma: 40,
    equity_slow_sma: 140,
    bond_fast_sma: 20,
    bond_slow_sma: 60,
    kalman_model: 'velocity_v3.5',
  },
  volatility_engine: {
    short_window: 21,
    long_window: 126,
    z_upper: 1.0,
    z_lower: 0.2,
    vol_crush_threshold: -0.15,
  },
  allocation: {
    leverage_scalar: 1.0,
    inverse_hedge: false,
    safe_haven_active: true,
    max_bond_weight: 0.4,
  },
};

const messages = (input: unknown): string[] =>
  params
    .safeParse(input)
    .error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];

describe('the flat spelling', () => {
  test('has the published defaults', () => {
    expect(params.parse({})).toEqual({
      signal_symbol: 'QQQ',
      core_long_symbol: 'QQQ',
      leveraged_long_symbol: 'TQQQ',
      inverse_hedge_symbol: 'PSQ',
      treasury_trend_symbol: 'TLT',
      bull_bond_symbol: 'TMF',
      bear_bond_symbol: 'TMV',
      measurement_noise: 2000,
      process_noise_1: 0.01,
      process_noise_2: 0.01,
      osc_smoothness: 15,
      strength_smoothness: 15,
      T_max: 50,
      symmetric_volume_adjustment: false,
      double_smoothing: false,
      sma_fast: 40,
      sma_slow: 140,
      t_norm_bull_thresh: 0.2,
      t_norm_bear_thresh: -0.3,
      realized_vol_window: 21,
      vol_baseline_window: 126,
      upper_thresh_z: 1,
      lower_thresh_z: 0.2,
      vol_crush_threshold: -0.15,
      vol_crush_lookback: 5,
      leverage_scalar: 1,
      use_inverse_hedge: false,
      w_PSQ_max: 0.5,
      allow_treasury: true,
      bond_sma_fast: 20,
      bond_sma_slow: 60,
      max_bond_weight: 0.4,
      rebalance_threshold: 0.025,
      execution_time: 'close',
      compat: 'none',
    });
  });

  test.each([
    ['measurement_noise', 0],
    ['process_noise_1', 0],
    ['process_noise_2', -1],
    ['osc_smoothness', 0],
    ['strength_smoothness', 2.5],
    ['T_max', 0],
    ['sma_fast', 140],
    ['t_norm_bull_thresh', 0],
    ['t_norm_bear_thresh', 0],
    ['realized_vol_window', 1],
    ['upper_thresh_z', 0.2],
    ['vol_crush_threshold', 0],
    ['vol_crush_lookback', 0],
    ['leverage_scalar', 0.49],
    ['leverage_scalar', 1.51],
    ['w_PSQ_max', 0],
    ['w_PSQ_max', 1.01],
    ['bond_sma_fast', 60],
    ['max_bond_weight', -0.1],
    ['max_bond_weight', 1.1],
    ['rebalance_threshold', 0],
    ['execution_time', 'noon'],
    ['signal_symbol', 'qqq'],
    ['treasury_trend_symbol', 'QQQ'],
    ['bear_bond_symbol', 'TMF'],
    ['leveraged_long_symbol', ''],
  ])('refuses %s "%s" by its name', (param, value) => {
    expect(messages({ [param]: value }).map((text) => text.split(':')[0])).toContain(param);
  });

  test.each(['open', '15min_after_open', '15min_before_close', 'close', '5min_before_close'])(
    'takes execution_time "%s"',
    (execution_time) => {
      expect(params.parse({ execution_time }).execution_time).toBe(execution_time);
    },
  );
});

describe('the nested spelling', () => {
  test('means the same as the flat one', () => {
    expect(params.parse(NESTED)).toEqual(params.parse({}));
  });

  test('carries every value over', () => {
    const nested = {
      universe: {
        signal_symbol: 'SPY',
        bull_symbol: 'UPRO',
        bond_signal: 'IEF',
        bull_bond: 'TYD',
        bear_bond: 'TYO',
      },
      trend_engine: { equity_fast_sma: 5, equity_slow_sma: 9, bond_fast_sma: 3, bond_slow_sma: 7 },
      volatility_engine: {
        short_window: 6,
        long_window: 30,
        z_upper: 2,
        z_lower: 1.5,
        vol_crush_threshold: -0.2,
      },
      allocation: {
        leverage_scalar: 1.1,
        inverse_hedge: true,
        safe_haven_active: false,
        max_bond_weight: 0.3,
      },
    };
    expect(params.parse(nested)).toEqual(
      params.parse({
        signal_symbol: 'SPY',
        core_long_symbol: 'SPY',
        leveraged_long_symbol: 'UPRO',
        treasury_trend_symbol: 'IEF',
        bull_bond_symbol: 'TYD',
        bear_bond_symbol: 'TYO',
        sma_fast: 5,
        sma_slow: 9,
        bond_sma_fast: 3,
        bond_sma_slow: 7,
        realized_vol_window: 6,
        vol_baseline_window: 30,
        upper_thresh_z: 2,
        lower_thresh_z: 1.5,
        vol_crush_threshold: -0.2,
        leverage_scalar: 1.1,
        use_inverse_hedge: true,
        allow_treasury: false,
        max_bond_weight: 0.3,
      }),
    );
  });

  test('may leave sections out', () => {
    expect(params.parse({ allocation: { leverage_scalar: 1.2 } }).leverage_scalar).toBe(1.2);
  });

  test('is refused beside the flat one, by the name of the stray key', () => {
    expect(messages({ ...NESTED, sma_fast: 40 })).toEqual([
      'sma_fast: stands beside "universe": use the flat or the nested spelling, not both',
    ]);
  });

  test('is refused with an unknown key, by section and key', () => {
    const trend_engine = { equity_fast_sma: 40, toString: 1 };
    expect(messages({ trend_engine })).toEqual([
      'trend_engine.toString: Unrecognized key: "toString"',
    ]);
    expect(messages({ universe: 'QQQ' })).toEqual(['universe: wanted an object']);
  });

  test('is bound by the same rules', () => {
    expect(messages({ trend_engine: { equity_fast_sma: 150 } })).toEqual([
      'sma_fast: "150" is not below sma_slow "140"',
    ]);
  });
});

const subscriptions = (input: unknown) => hierarchicalAdaptive.subscriptions(params.parse(input));

const universe = (input: unknown) => hierarchicalAdaptive.universe(params.parse(input));

describe('what is asked for', () => {
  test('the signal is asked for as long as its averages and baseline need', () => {
    expect(subscriptions({})).toEqual([
      { symbol: 'QQQ', timeframe: '1d', warmup: 150, trigger: true },
      { symbol: 'TLT', timeframe: '1d', warmup: 60 },
    ]);
    expect(subscriptions({ vol_baseline_window: 200 })[0]).toMatchObject({ warmup: 221 });
  });

  test('the treasury is wanted only where there is data when it is not allowed', () => {
    const asked = subscriptions({ allow_treasury: false });
    expect(asked.filter(({ optional }) => optional !== true).map((one) => one.symbol)).toEqual([
      'QQQ',
    ]);
    expect(asked.find((one) => one.symbol === 'TLT')).toMatchObject({ optional: true, warmup: 0 });
  });

  test('only funds that the parameters allow are in the universe, in the order of trading', () => {
    expect(universe({})).toEqual(['TQQQ', 'QQQ', 'TMF', 'TMV']);
    expect(universe({ use_inverse_hedge: true, allow_treasury: false })).toEqual([
      'TQQQ',
      'QQQ',
      'PSQ',
    ]);
  });
});
