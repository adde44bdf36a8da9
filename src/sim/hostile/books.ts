import { add, type Instant, type Money, negate, subtract, times } from '../../base/index.ts';
import { signOf } from '../../orders/index.ts';
import { multiplierOf } from '../contract.ts';
import type { ActivityView, ExecutionView } from './views.ts';

/** An execution as it is in truth. */
export interface TrueExecution extends ExecutionView {
  /** The broker's id of its order. */
  readonly order: string;
  /** Taken back: it counts no longer. */
  busted: boolean;
  /** The execution that replaced it, where it was corrected. */
  correctedBy: string | null;
}

/** A change of cash or shares that no execution made. */
export interface TrueFlow {
  readonly id: string;
  readonly at: Instant;
  readonly type: ActivityView['type'];
  readonly amount: Money;
  readonly symbol: string | null;
  /** Signed shares that came; below zero went. */
  readonly shares: number;
}

interface Moved {
  readonly at: Instant;
  readonly symbol: string;
  readonly shares: number;
}

/** What the broker holds for us, and all that brought it about. */
export class HostileBooks {
  cash: Money;
  readonly openingCash: Money;
  readonly positions: Map<string, number> = new Map();
  readonly executions: Map<string, TrueExecution> = new Map();
  readonly flows: TrueFlow[] = [];
  readonly #lagMaxMs: number;
  #recent: Moved[] = [];

  constructor(cash: Money, lagMaxMs: number) {
    this.cash = cash;
    this.openingCash = cash;
    this.#lagMaxMs = lagMaxMs;
  }

  book(execution: TrueExecution): void {
    this.executions.set(execution.executionId, execution);
    this.#apply(execution, 1, execution.at);
  }

  /** Takes an execution back, whole. */
  bust(execution: TrueExecution, at: Instant): void {
    execution.busted = true;
    this.#apply(execution, -1, at);
  }

  flow(flow: TrueFlow): void {
    this.flows.push(flow);
    this.cash = add(this.cash, flow.amount);
    if (flow.symbol !== null && flow.shares !== 0) this.#move(flow.symbol, flow.shares, flow.at);
  }

  #apply(execution: TrueExecution, way: 1 | -1, at: Instant): void {
    const { symbol, side, price, quantity, fee } = execution;
    const shares = way * signOf(side) * quantity;
    const paid = times(price, shares, multiplierOf(symbol));
    this.cash = subtract(subtract(this.cash, paid), way === 1 ? fee : negate(fee));
    this.#move(symbol, shares, at);
  }

  #move(symbol: string, shares: number, at: Instant): void {
    const after = (this.positions.get(symbol) ?? 0) + shares;
    if (after === 0) this.positions.delete(symbol);
    else this.positions.set(symbol, after);
    this.#recent.push({ at, symbol, shares });
    if (this.#recent.length < 256) return;
    this.#recent = this.#recent.filter((moved) => moved.at >= at - this.#lagMaxMs);
  }

  /** Signed shares by symbol as they were at `asOf`, at most the longest lag ago; flat left out. */
  positionsAt(asOf: Instant): Record<string, number> {
    const held = Object.fromEntries(this.positions);
    for (const { at, symbol, shares } of this.#recent) {
      if (at > asOf) held[symbol] = (held[symbol] ?? 0) - shares;
    }
    for (const symbol of Object.keys(held)) if (held[symbol] === 0) delete held[symbol];
    return held;
  }
}
