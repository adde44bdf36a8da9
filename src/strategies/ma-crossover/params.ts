import { z } from '../../strategy/index.ts';
import { refuse, symbolParam, timeframeParam, windowParam } from '../params.ts';

/**
 * Means and bars by name. What the same presets say of confidence, edge, risk, cooldown and
 * positions limits orders, not signals: that belongs to a desk's limits.
 */
export const PRESETS = {
  intraday: { fast: 5, slow: 20, timeframe: '5m' },
  swing: { fast: 10, slow: 50, timeframe: '1h' },
  weekly: { fast: 5, slow: 20, timeframe: '1d' },
  monthly: { fast: 20, slow: 60, timeframe: '1d' },
} as const;

const names = Object.keys(PRESETS) as (keyof typeof PRESETS)[];

const full = z
  .strictObject({
    preset: z
      .enum(names)
      .default('intraday')
      .describe('fast, slow and timeframe not given themselves'),
    symbol: symbolParam('SPY').describe('the one symbol traded'),
    timeframe: timeframeParam('5m').describe('how long one bar is'),
    fast: windowParam(5).describe('mean of closes, bars; below slow'),
    slow: windowParam(20).describe('mean of closes, bars'),
    qty: z.int().positive().max(1_000_000).default(10).describe('shares of one signal'),
  })
  .superRefine((p, context) => {
    const message = `"${p.fast}" is not below slow "${p.slow}"`;
    refuse(context, [{ broken: p.fast >= p.slow, param: 'fast', message }]);
  });

/** `input` with what its preset says under what it says itself. */
function withPreset(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('preset' in input)) return input;
  const preset = PRESETS[input.preset as keyof typeof PRESETS];
  return preset === undefined ? input : { ...preset, ...input };
}

export const params = z.preprocess(withPreset, full);

export type Params = z.output<typeof full>;
