import type { DateText, Instant, Money, Price } from '../base/index.ts';
import type { OrderLeg, Pricing, Purpose, Side } from '../orders/index.ts';
import type { RiskState } from './activity.ts';
import type { LossMarks } from './breaker.ts';
import type { HaltLevel, Limits } from './limits.ts';
import type { RuleSetup } from './rules.ts';

/** An order about to leave, at its worst price. */
export interface Proposal {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  /** The market when it was decided: what is held is valued at it. */
  readonly expectedPrice: Price;
  /**
   * What the order itself is valued at: the expected price with slippage, or the worse of limit or
   * stop price and market. Of several legs what the bought ones cost a unit if they fill alone.
   */
  readonly worstPrice: Price;
  /** All that a buy may cost, fees counted, so at least its notional; 0 for a sell. */
  readonly worstCost: Money;
  readonly multiplier: number;
  readonly purpose: Purpose;
  readonly pricing: Pricing;
  /** Of an order that fills as a whole; null for an order of one instrument. */
  readonly legs: readonly OrderLeg[] | null;
}

/** The book (or the account) as the checks see it. */
export interface Standing {
  readonly equity: Money;
  readonly cash: Money;
  /** Cash that orders under way may still take. */
  readonly reserved: Money;
  /** Signed shares held of the proposal's symbol. */
  readonly held: number;
  /** Unsigned shares that live buys and sells of the symbol may still bring. */
  readonly pendingBuys: number;
  readonly pendingSells: number;
  /** The highest price at which one of them counts; 0 where there is none. */
  readonly pendingPrice: number;
  /** Gross notional of all *other* symbols, pending orders counted, funds with their factor. */
  readonly otherExposure: Money;
  /** Factor of the proposal's symbol, unsigned. */
  readonly fundFactor: number;
  /**
   * Signed notional of every symbol, funds with factor and sign, and by how much live orders may
   * yet move it up and down, both unsigned. All 0 where no net limit is set.
   */
  readonly net: number;
  readonly netUp: number;
  readonly netDown: number;
  /** Other symbols that are held or being opened; 0 where they are not limited. */
  readonly otherPositions: number;
  /** What the broker says may be bought for; null where it did not say. */
  readonly brokerPower: Money | null;
}

/** All that the last gate looks at. `account` is `book` itself where a desk has one book. */
export interface GateInput {
  readonly proposal: Proposal;
  readonly book: Standing;
  readonly account: Standing;
  readonly bookLimits: Limits;
  readonly accountLimits: Limits;
  readonly bookName: string;
  readonly at: Instant;
  readonly date: DateText;
  readonly ordersToday: number;
  readonly accountOrdersToday: number;
  /** True where the order was counted before and is only looked at once more. */
  readonly again: boolean;
  readonly halt: HaltLevel;
  readonly bookStopped: string | null;
  /** Milliseconds from now to the last moment a session-bound order may leave; null: not bound. */
  readonly fenceMs: number | null;
  /** Whether the account was proven in this life. */
  readonly reconciled: boolean;
  /** Why nothing may trade in the symbol, or null. */
  readonly symbolBlocked: string | null;
  /** An order in the same underlying whose outcome nobody knows, or null. */
  readonly unknownOrder: string | null;
  /** A live order that this one could trade with, in words, or null. */
  readonly oppositeOrder: string | null;
  /** Short option contracts that this order would leave without cover. */
  readonly uncovered: number;
  readonly bookMarks: LossMarks;
  readonly accountMarks: LossMarks;
  readonly risk: RiskState;
  readonly rules: RuleSetup | null;
  /** -1 for a fund that moves against its index, else 1. */
  readonly fundSign: 1 | -1;
}

/** Our own no, with what was found and what the limit is. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly found: string;
  readonly limit: string;
}

export type RefusalCode =
  | 'halted'
  | 'bookStopped'
  | 'notReconciled'
  | 'symbolBlocked'
  | 'sessionFence'
  | 'quantityNotPositive'
  | 'priceMissing'
  | 'priceOutsideCollar'
  | 'stopOnWrongSide'
  | 'tickInvalid'
  | 'ordersPerDayAboveLimit'
  | 'exitRaisesPosition'
  | 'oversell'
  | 'oppositeOrder'
  | 'unknownOrder'
  | 'uncoveredShort'
  | 'figureMissing'
  | 'orderQuantityAboveLimit'
  | 'orderNotionalAboveLimit'
  | 'cashBelowReserve'
  | 'buyingPowerAboveLimit'
  | 'positionAboveLimit'
  | 'leverageAboveLimit'
  | 'netExposureAboveLimit'
  | 'positionsAboveLimit'
  | 'newPositionsAboveLimit'
  | 'lossLimit'
  | 'dayTradeRule'
  | 'intradayMarginRule'
  | 'washSaleRule'
  | 'settlementRule'
  | 'dayNotionalAboveLimit'
  | 'identicalOrdersAboveLimit'
  | 'ordersPerSecondAboveLimit'
  | 'ordersPerMinuteAboveLimit';

export type CheckFinding = Omit<Refusal, 'code'> | null;
/** `reduces` tells whether the order can only shrink the position, worked out once a review. */
export type Check = (gate: GateInput, reduces: boolean) => CheckFinding;
/** Asked of an order that may raise exposure, of the book and of the account alike. */
export type RaiseCheck = (
  proposal: Proposal,
  standing: Standing,
  limits: Limits,
  gate: GateInput,
) => CheckFinding;

export const no = (found: string, limit: string) => ({ found, limit });
