import { z } from '../../strategy/index.ts';
import { symbolParam, timeframeParam, windowParam } from '../params.ts';

/** The threshold is taken in whole millionths, so that a change equal to it is no crossing. */
export const MILLION = 1_000_000;

export const params = z.strictObject({
  symbol: symbolParam('SPY').describe('the one symbol traded'),
  timeframe: timeframeParam('5m').describe('how long one bar is'),
  lookback: windowParam(10).describe('bars over which the change is taken'),
  threshold: z
    .number()
    .min(1 / MILLION)
    .max(0.5)
    .default(0.002)
    .describe('change that counts, fraction'),
  qty: z.int().positive().max(MILLION).default(10).describe('shares of one signal'),
});

export type Params = z.output<typeof params>;
