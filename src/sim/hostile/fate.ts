import { HOUR_MS, MINUTE_MS, type Price, SECOND_MS } from '../../base/index.ts';
import type { TrueExecution } from './books.ts';
import type { VenueEvent } from './news.ts';
import type { TrueOrder } from './order.ts';
import type { Dice } from './settings.ts';

const FATE_MS = [10 * SECOND_MS, 24 * HOUR_MS] as const;
const ABSURD_MS = [MINUTE_MS, 10 * MINUTE_MS] as const;

/** Ten times the market, or a tenth of it. */
export function absurdPrice(dice: Dice, n: number, market: Price): Price {
  const up = dice.draw('absurdUp', n) < 0.5;
  return (up ? market * 10 : Math.max(1, Math.round(market / 10))) as Price;
}

export interface Fate {
  readonly afterMs: number;
  readonly event: VenueEvent;
}

/**
 * Whether the `n`th execution is taken back or changed later, and when; null: it stays as it is.
 * `market` is what its price should have been, where it is absurd: that is always corrected.
 */
export function fateOf(
  dice: Dice,
  n: number,
  { order, execution }: { readonly order: TrueOrder; readonly execution: TrueExecution },
  market: Price | null,
): Fate | null {
  const { quantity, price } = execution;
  if (market !== null) {
    const afterMs = dice.wait('correctionMs', n, ABSURD_MS);
    const changed = { price: market, quantity, certain: true };
    return { afterMs, event: { kind: 'correct', order, execution, ...changed } };
  }
  if (dice.happens('bust', n)) {
    return { afterMs: dice.wait('bustMs', n, FATE_MS), event: { kind: 'bust', order, execution } };
  }
  if (!dice.happens('correction', n)) return null;
  const by = dice.draw('correctionBy', n);
  const less = by < 0.3 && quantity > 1;
  const changed = {
    price: (less ? price : Math.max(1, Math.round(price * (0.99 + 0.02 * by)))) as Price,
    quantity: less ? quantity - 1 : quantity,
    certain: false,
  };
  const afterMs = dice.wait('correctionMs', n, FATE_MS);
  return { afterMs, event: { kind: 'correct', order, execution, ...changed } };
}
