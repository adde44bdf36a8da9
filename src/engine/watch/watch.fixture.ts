import type { Instant } from '../../base/index.ts';
import { nextSession, RowView, sessionOn } from '../../market/index.ts';
import type { ClientOrderId, Intent, Order } from '../../orders/index.ts';
import type { Decision, OrderWish } from '../../strategy/index.ts';
import { bookOf, Desk, priced, saying, setupOf, WIDE, wish } from '../desk.fixture.ts';
import type { BookSetup, Setup } from '../setup.ts';
import { watchWakeAt } from './watch.ts';
import { DEFAULT_WATCH, type WatchPolicy } from './policy.ts';

/** Every position has a stop 8 % below its cost, and no target. */
export const STOPS: WatchPolicy = { ...DEFAULT_WATCH, stopRequired: true };
/** The same, watched here and not at the broker. */
export const OWN: WatchPolicy = { ...STOPS, brokerHeld: false };

export const FIRST = '2024-01-03';
export const SECOND = '2024-01-04';

/** A desk with guarded positions; what the broker says is said by the test. */
export class WatchDesk extends Desk {
  get live(): Order[] {
    return [...this.state.orders.live.values()];
  }

  get protecting(): Order[] {
    return this.live.filter(({ intent }) => intent.purpose === 'protect');
  }

  /** Live orders in words: side, shares left, symbol, how priced. */
  get resting(): string[] {
    return this.live.map(({ intent, filled, status }) => {
      const { side, quantity, symbol, pricing } = intent;
      const at = 'stopPrice' in pricing ? ` @${pricing.stopPrice / 1e6}` : limitText(pricing);
      const ends = status === 'canceling' ? ' (canceling)' : '';
      return `${side} ${quantity - filled} ${symbol} ${pricing.type}${at}${ends}`;
    });
  }

  accept(id: ClientOrderId): this {
    this.report({ kind: 'accepted', order: id, venueOrderId: `v-${id}` });
    return this;
  }

  acceptAll(): this {
    for (const { intent, status } of this.live) {
      if (status === 'inFlight') this.accept(intent.clientOrderId);
    }
    return this;
  }

  /** The broker proves the end of everything that was asked to end. */
  proveCancels(): this {
    for (let left = this.canceling; left.length > 0; left = this.canceling) {
      for (const { intent } of left) {
        this.report({ kind: 'canceled', order: intent.clientOrderId, reason: 'asked' });
      }
    }
    return this;
  }

  get canceling(): Order[] {
    return this.live.filter(({ status }) => status === 'canceling');
  }

  newest(): Intent {
    return this.intents.at(-1) as Intent;
  }

  get guard() {
    return this.state.watch.guards[0];
  }

  /**
   * A's price moves, `ms` after the last thing that happened; after a close, in the next session.
   */
  mark(price: number, ms = 1_000): this {
    const session = sessionOn(this.state.date);
    const isOver = session !== undefined && this.state.at >= session.close;
    const { open, day } = isOver ? nextSession(session.date) : { open: 0, day: this.state.day };
    const at = (Math.max(this.state.at, open) + ms) as Instant;
    const ends = { open: priced(price), high: priced(price), low: priced(price) };
    const row = { symbol: 'A', at, day, ...ends, close: priced(price), volume: 1 };
    this.take({ kind: 'bars', at, bars: [new RowView(row)], series: [0], decide: 'every-bar' });
    return this;
  }

  /** Lets time pass as the runner does: up to `ms`, by each instant at which the watch wants it. */
  wait(ms: number): this {
    const until = this.state.at + ms;
    for (let i = 0; i < 1_000; i++) {
      const wake = watchWakeAt(this.setup, this.state);
      if (wake === null || wake > until) break;
      this.pass(Math.max(0, wake - this.state.at));
    }
    this.pass(until - this.state.at);
    return this;
  }
}

const limitText = (pricing: Intent['pricing']): string =>
  'limitPrice' in pricing ? ` @${pricing.limitPrice / 1e6}` : '';

/** A desk of one guarded book that says `decisions`. */
export const watchDesk = (
  decisions: readonly Decision[],
  watch: WatchPolicy | null = STOPS,
  setup: Partial<Setup> = {},
  book: Partial<BookSetup> = {},
): WatchDesk =>
  new WatchDesk(
    setupOf([bookOf('one', saying(...decisions), { ...(watch && { watch }), ...book })], setup),
  );

/** Limits under which shares may be sold short. */
export const SHORT = { ...WIDE, shortSelling: true, leverageMax: 10, positionPctMax: 1_000 };

export const buyA = (quantity = 100) => ({ symbol: 'A', side: 'buy', quantity }) as const;
export const sellA = (quantity = 100) => ({ symbol: 'A', side: 'sell', quantity }) as const;

/** Holds 100 A at 100 with a working stop at 92. */
export function guarded(...next: readonly OrderWish[]): WatchDesk {
  const desk = watchDesk([wish(buyA()), ...next.map((one) => wish(one))]);
  desk.bars(FIRST);
  desk.fill(desk.newest());
  return desk.acceptAll();
}
