import { instrumentOf } from '../market/index.ts';
import { type Timeframe, z } from '../strategy/index.ts';

/** Twenty years of sessions: no window of a built-in strategy is longer. */
const WINDOW_MAX = 5_000;

function isTicker(text: string): boolean {
  try {
    return instrumentOf(text).kind !== 'option';
  } catch {
    return false;
  }
}

/** A ticker such as "QQQ" or "BRK.B". */
export const symbolParam = (fallback: string) =>
  z.string().refine(isTicker, 'wanted a symbol in capital letters such as "QQQ"').default(fallback);

/** A count of bars, `min` to twenty years. */
export const windowParam = (fallback: number, min = 1) =>
  z.int().min(min).max(WINDOW_MAX).default(fallback);

/** A finite number above zero. */
export const positiveParam = (fallback: number) => z.number().positive().default(fallback);

/** Adds an issue under the parameter of each rule between parameters that is broken. */
export function refuse(
  context: z.RefinementCtx,
  rules: readonly { broken: boolean; param: string; message: string }[],
): void {
  for (const { broken, param, message } of rules) {
    if (broken) context.addIssue({ code: 'custom', path: [param], message });
  }
}

const TIMEFRAMES = [
  '1s', '5s', '10s', '15s', '30s',
  '1m', '2m', '3m', '5m', '10m', '15m', '30m',
  '1h', '2h', '4h', '1d',
] as const satisfies readonly Timeframe[]; // prettier-ignore

/** How long one bar is: "5m", "1h", "1d". */
export const timeframeParam = (fallback: (typeof TIMEFRAMES)[number]) =>
  z.enum(TIMEFRAMES).default(fallback);
