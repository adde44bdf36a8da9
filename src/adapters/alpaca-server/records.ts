import type { DateText, Instant, Money, Price } from '../../base/index.ts';
import type { Side } from '../../orders/index.ts';

export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop';
export type OrderClass = '' | 'simple' | 'bracket' | 'oco' | 'oto' | 'mleg';
export type DeskTimeInForce = 'day' | 'gtc' | 'opg' | 'cls' | 'ioc' | 'fok';
export type PositionIntent = 'buy_to_open' | 'buy_to_close' | 'sell_to_open' | 'sell_to_close';

/** `held` waits for another order; `accepted` for the market; `pending_new` for its routing. */
export type DeskStatus =
  | 'accepted'
  | 'pending_new'
  | 'new'
  | 'held'
  | 'partially_filled'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'replaced'
  | 'rejected';

/** What a client wished for, checked for form: every term an order keeps. */
export interface Terms {
  /** The house's symbol; empty for an order of several legs. */
  readonly symbol: string;
  readonly side: Side | '';
  readonly quantity: number;
  readonly type: OrderType;
  readonly timeInForce: DeskTimeInForce;
  readonly limitPrice: Price | null;
  readonly stopPrice: Price | null;
  /** Distance of a trailing stop, in dollars or in millionths of a percent of the market. */
  readonly trailPrice: Price | null;
  readonly trailPercent: Price | null;
  readonly extendedHours: boolean;
  readonly orderClass: OrderClass;
  readonly intent: PositionIntent | null;
  /** Contracts of this leg for each unit of its order. */
  readonly ratio: number | null;
}

/** One order, or one leg of one. The desk alone changes it. */
export interface DeskOrder {
  readonly number: number;
  readonly id: string;
  readonly clientOrderId: string;
  terms: Terms;
  parent: string | null;
  legs: readonly string[];
  /** Number of the simulated broker in which it works; 0 until it was routed. */
  ticket: number;
  /** What it is for others in its group: one ends the other. */
  readonly role: 'stop' | 'target' | null;
  status: DeskStatus;
  filled: number;
  /** Sum of price times quantity of its fills, in micro-dollars. */
  paid: number;
  readonly createdAt: Instant;
  updatedAt: Instant;
  readonly expiresAt: Instant;
  filledAt: Instant | null;
  canceledAt: Instant | null;
  expiredAt: Instant | null;
  failedAt: Instant | null;
  replacedAt: Instant | null;
  readonly replaces: string | null;
  replacedBy: string | null;
  /** Equity that all of it binds while it works. */
  readonly reserved: Money;
  /** Best price since a trailing stop was taken in. */
  hwm: Price | null;
  /** What ended it, where that was not a fill. */
  reason: string | null;
}

/** A holding; flat ones are not kept. */
export interface Holding {
  readonly symbol: string;
  /** Above zero is long. */
  readonly quantity: number;
  /** What it cost, or brought in, unsigned. */
  readonly cost: Money;
  /** Exchange date on which it was last opened from flat. */
  readonly opened: DateText;
}

/** Executions and whatever else happened to the account. */
export interface DeskActivity {
  readonly id: string;
  /** The execution, which the stream names too; or the event. */
  readonly uuid: string;
  readonly number: number;
  readonly at: Instant;
  readonly type: string;
  readonly subType: string | null;
  readonly symbol: string | null;
  readonly quantity: number | null;
  readonly price: Price | null;
  readonly amount: Money | null;
  readonly perShare: Money | null;
  readonly description: string | null;
  readonly status: 'executed' | 'correct' | 'canceled';
  /** Of an execution. */
  readonly fill: FillOf | null;
}

export interface FillOf {
  readonly orderId: string;
  readonly side: Side;
  readonly cumulative: number;
  readonly left: number;
  readonly orderStatus: DeskStatus;
  readonly replaces: string | null;
}

/** Something to tell on `trade_updates`. The order is as it was right then. */
export interface DeskEvent {
  readonly event: string;
  readonly at: Instant;
  readonly number: number;
  readonly order: Readonly<Record<string, unknown>>;
  readonly more: Readonly<Record<string, unknown>>;
}

export const OPEN: ReadonlySet<DeskStatus> = new Set([
  'accepted',
  'pending_new',
  'new',
  'held',
  'partially_filled',
]);

export const isOpen = ({ status }: Pick<DeskOrder, 'status'>): boolean => OPEN.has(status);
export const leftOf = ({ terms, filled }: DeskOrder): number => terms.quantity - filled;
