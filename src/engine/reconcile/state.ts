import type { DateText, Instant, Money } from '../../base/index.ts';
import { ZERO } from '../../base/index.ts';
import type { OrderSeen } from '../input.ts';
import type { State } from '../state.ts';

/**
 * What a difference is, by what can be seen of it: ours and not at the broker; at the broker and
 * not ours, in a symbol of a book; both, with other counts; cash; in a symbol that no book has;
 * counts in the ratio of a split; option contracts that are gone; so many at once that it may be
 * another account.
 */
export type DifferenceClass =
  | 'missing'
  | 'phantom'
  | 'quantity'
  | 'cash'
  | 'external'
  | 'corporateAction'
  | 'assignment'
  | 'account';

/** One thing in which the broker's account and the ledgers differ. */
export interface Difference {
  readonly class: DifferenceClass;
  /** Null for cash and for the account as a whole. */
  readonly symbol: string | null;
  /** Signed shares or contracts; micro-dollars of cash; how many symbols for the account. */
  readonly ours: number;
  readonly theirs: number;
}

/** A difference that one reading showed and another must confirm. */
export interface Sighting extends Difference {
  /** The first of the readings in a row that show it, with these figures. */
  readonly since: Instant;
}

/** What a person must decide before its symbol trades again, or, without one, before any risk. */
export interface Question {
  /** Counted up: "q1". */
  readonly id: string;
  readonly class: DifferenceClass | 'symbolChange' | 'activity';
  readonly symbol: string | null;
  readonly ours: number;
  readonly theirs: number;
  readonly at: Instant;
  readonly text: string;
}

/**
 * A symbol in which nothing is sent until a reading agrees; or ever, where `to` is its new name.
 */
export interface Freeze {
  readonly symbol: string;
  readonly reason: string;
  readonly to?: string;
}

/** Cash differences accepted under the policy, by trading day and month. */
export interface Absorbed {
  readonly date: DateText;
  readonly day: Money;
  readonly month: Money;
}

/** What is known of the account beside the ledgers. Plain JSON. */
export interface ReconcileState {
  /** The life that has reconciled the account; before that nothing leaves (invariant 28). */
  epoch: number;
  /** When the account is to be read next, and how often in a row that proved nothing. */
  due: Instant | null;
  fruitless: number;
  /** How often in a row it was asked for and did not come. */
  unanswered: number;
  /** When the newest fill was booked: a broker's positions may lag it (F032). */
  filledAt: Instant;
  /** Differences waiting for a second reading, cash last. */
  seen: Sighting[];
  questions: Question[];
  /** How many questions were ever asked. */
  asked: number;
  frozen: Freeze[];
  /** Orders that rest at the broker and are none of ours. */
  orders: OrderSeen[];
  absorbed: Absorbed;
  /** What the broker let be bought for at the newest reading; null where it never told. */
  power: PowerSeen | null;
}

/** A reading of buying power, and what our books said then: they tell what became of it since. */
export interface PowerSeen {
  readonly amount: Money;
  readonly cash: Money;
  /** Cash that orders under way could take. */
  readonly reserved: Money;
}

export const newReconcileState = (): ReconcileState => ({
  epoch: 0,
  due: null,
  fruitless: 0,
  unanswered: 0,
  filledAt: 0 as Instant,
  seen: [],
  questions: [],
  asked: 0,
  frozen: [],
  orders: [],
  absorbed: { date: '' as DateText, day: ZERO, month: ZERO },
  power: null,
});

export const isReconciled = ({ reconcile, epoch }: State): boolean => reconcile.epoch === epoch;

/**
 * Why nothing may be sent in `symbol`, or null: a question on it is open, a difference waits for
 * its second reading, or it is frozen. An emergency exit and a repair pass all the same: they close
 * what the broker shows.
 */
export function blockReason({ reconcile }: State, symbol: string): string | null {
  const { frozen, questions, seen } = reconcile;
  for (const one of questions) {
    if (one.symbol === symbol || one.class === 'account') return `question ${one.id}: ${one.text}`;
  }
  for (const one of frozen) if (one.symbol === symbol) return one.reason;
  for (const one of seen) if (one.symbol === symbol) return 'a difference is being confirmed';
  return null;
}
