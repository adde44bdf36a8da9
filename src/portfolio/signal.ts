import { type Money, type Price, ratio, unitsIn } from '../base/index.ts';

/** Which signals of a file are worth an order, and how large. */
export interface SignalFilters {
  /** A signal with a lower confidence is skipped; one without any passes. */
  readonly minConfidence: number;
  /** A signal that expects less is skipped, in basis points; one without an expectation passes. */
  readonly minProfitBps: number;
  /** Loss accepted per signal, percent of equity. */
  readonly riskPct: number;
  /** No second fill in a symbol within this time. */
  readonly cooldownMs: number;
  /** Most that one order may be worth, percent of equity. */
  readonly notionalPctMax: number;
}

/** An order that somebody wishes at an instant, as a file or another program tells it. */
export interface Signal {
  readonly symbol: string;
  readonly at: number;
  readonly side: 'buy' | 'sell';
  /** Shares wanted at most; a part of a share counts as none. */
  readonly quantity: number;
  /** 0 to 1, null where it is not given. */
  readonly confidence: number | null;
  /** Fraction of the price, null where it is not given. */
  readonly expectedProfit: number | null;
}

const BPS = 10_000;
const MILLION = 1_000_000;

/** Why a signal is skipped, or null when it passes. `sinceFillMs` is null before any fill. */
export function signalRefusal(
  signal: Signal,
  filters: SignalFilters,
  sinceFillMs: number | null,
): string | null {
  const { confidence, expectedProfit } = signal;
  if (!(signal.quantity > 0)) return `quantity ${signal.quantity} is not above zero`;
  if (confidence !== null && !(confidence >= filters.minConfidence)) {
    return `confidence ${confidence} is below ${filters.minConfidence}`;
  }
  if (expectedProfit !== null && !(expectedProfit * BPS >= filters.minProfitBps)) {
    return `expected profit ${expectedProfit * BPS} bps is below ${filters.minProfitBps}`;
  }
  if (sinceFillMs !== null && sinceFillMs < filters.cooldownMs) {
    return `last fill was ${sinceFillMs} ms ago, cooldown is ${filters.cooldownMs} ms`;
  }
  return null;
}

/**
 * Shares for a signal, rounded down: its own quantity, cut to the risk (equity x risk over a loss
 * per share of the least expected profit, at least 1 bp; one share always passes) and to the
 * largest notional at `price`. 0: not even one.
 */
export function sizeSignal(
  wanted: number,
  market: { equity: Money; price: Price },
  filters: SignalFilters,
): number {
  const { equity, price } = market;
  const largest = ratio(equity, Math.round(filters.notionalPctMax * BPS), 100 * BPS, 'down');
  const byNotional = unitsIn(largest as Money, price, 'down');
  const most = Math.max(0, Math.min(Math.floor(wanted), byNotional));
  const risk = ratio(equity, Math.round(filters.riskPct * BPS), 100 * BPS, 'down');
  const lossPpm = price * Math.round(Math.max(filters.minProfitBps, 1) * 100);
  if (lossPpm * most <= risk * MILLION) return most;
  return Math.min(most, Math.max(1, ratio(risk, MILLION, lossPpm, 'down')));
}
