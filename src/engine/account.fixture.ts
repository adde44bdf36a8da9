import type { Instant, Money } from '../base/index.ts';
import {
  addIntent,
  applyReport,
  type ClientOrderId,
  type Intent,
  type IntentId,
  type Order,
} from '../orders/index.ts';
import { bookOf, date, Desk, dollars, priced, saying, setupOf } from './desk.fixture.ts';
import type { Effect } from './effect.ts';
import type { AccountSeen, Activity, CommandInput, OrderSeen } from './input.ts';
import { BUILT_IN_TRAITS } from './ports.ts';
import type { Setup } from './setup.ts';

/** A desk whose books have traded on the second of January: each holds 500 A and $50,000. */
export class AccountDesk extends Desk {
  #activities = 0;
  #readings: AccountSeen = { cash: dollars(0), positions: {} };

  constructor(names: readonly string[] = ['one'], setup: Partial<Setup> = {}) {
    super(
      setupOf(
        names.map((name) => bookOf(name, saying())),
        { broker: { ...BUILT_IN_TRAITS, settleMs: 2_000, pollMs: 5_000 }, ...setup },
      ),
    );
    this.bars('2024-01-02', { A: 100, B: 50 }, 'none');
    names.forEach((_, book) => {
      const [quantity, price] = [500, priced(100)];
      this.happens({ type: 'transferInKind', book, symbol: 'A', quantity, price });
      this.happens({ type: 'transfer', book, amount: dollars(-50_000) });
    });
    this.#readings = this.agreeing();
  }

  happens(what: Activity, id = `a${++this.#activities}`): readonly Effect[] {
    return this.take({ kind: 'activity', at: this.state.at, id, ...what });
  }

  /** What a broker that agrees with the ledgers shows now. */
  agreeing(): AccountSeen {
    const positions: Record<string, number> = {};
    let cash = 0;
    for (const { ledger } of [...this.state.books, this.state.external]) {
      cash += ledger.cash;
      for (const { symbol, quantity } of ledger.positions.values()) {
        const held = (positions[symbol] ?? 0) + quantity;
        if (held === 0) delete positions[symbol];
        else positions[symbol] = held;
      }
    }
    return { cash: cash as Money, positions };
  }

  /** One reading, after `ms`; without a figure it is as the reading before. */
  see(account: Partial<AccountSeen> = {}, ms = 0): readonly Effect[] {
    this.#readings = { ...this.#readings, ...account };
    const at = (this.state.at + ms) as Instant;
    return this.take({ kind: 'account', at, account: this.#readings });
  }

  /** Two readings that say the same, as far apart as it takes. */
  confirm(account: Partial<AccountSeen>, ms = 5_000): readonly Effect[] {
    return [...this.see(account), ...this.see({}, ms)];
  }

  answer(choice: 'adopt' | 'ignore' | 'flatten', book: number | null = null, question?: string) {
    const input: CommandInput = {
      kind: 'command',
      at: this.state.at,
      by: 'ada',
      command: 'answer',
      question: question ?? this.state.reconcile.questions.at(-1)?.id ?? 'none',
      choice,
      book,
    };
    return this.take(input);
  }

  /** An order as the gate would have let it pass, at the broker. */
  working(
    wish: Partial<Intent> = {},
    status: 'working' | 'inFlight' | 'unknown' = 'working',
  ): Order {
    const number = this.state.orders.live.size + this.state.orders.done.size + 1;
    const id = `one-2024-01-02-${number}` as IntentId;
    const order = addIntent(this.state.orders, {
      id,
      clientOrderId: `pl-${id}` as ClientOrderId,
      book: 'one',
      symbol: 'A',
      side: 'sell',
      quantity: 100,
      pricing: { type: 'market' },
      timeInForce: 'day',
      purpose: 'rebalance',
      expectedPrice: priced(100),
      at: this.state.at,
      date: date('2024-01-02'),
      ...wish,
    });
    order.attempts = 1;
    order.sentAt = this.state.at;
    const base = { order: order.intent.clientOrderId, at: this.state.at };
    const venueOrderId = `v${number}`;
    if (status === 'working')
      applyReport(this.state.orders, { ...base, kind: 'accepted', venueOrderId });
    if (status === 'unknown')
      applyReport(this.state.orders, { ...base, kind: 'unknown', reason: 'cut' });
    return order;
  }

  /** Books, external last, as text: equal when no ledger changed. */
  get ledgers(): string {
    const books = [...this.state.books, this.state.external];
    return JSON.stringify(books.map(({ ledger }) => [ledger, [...ledger.positions.values()]]));
  }

  /** Open questions in words. */
  get asked(): string[] {
    return this.state.reconcile.questions.map(
      ({ id, class: kind, symbol }) => `${id} ${kind} ${symbol ?? '-'}`,
    );
  }
}

export const restingOf = (wish: Partial<OrderSeen> = {}): OrderSeen => ({
  venueOrderId: 'x1',
  clientOrderId: null,
  symbol: 'Z',
  side: 'buy',
  quantity: 7,
  filled: 0,
  ...wish,
});
