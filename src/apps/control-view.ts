import { add, formatInstant, formatMoney, type Money, times, ZERO } from '../base/index.ts';
import {
  accountEquity,
  accountPositions,
  exitIsOver,
  markOf,
  type Setup,
  type State,
} from '../engine/index.ts';
import { feeOf, slippedPrice } from '../portfolio/index.ts';
import { type ApprovalRequest, approvalText } from '../risk/index.ts';

/** A request as a person sees it before saying yes. */
export interface RequestView {
  readonly id: string;
  readonly hash: string;
  readonly planHash: string;
  readonly text: string;
  readonly expiresAt: string;
}

/** What a person must see of a desk before and after a command. Plain JSON. */
export interface ControlView {
  readonly desk: string;
  readonly account: string;
  readonly stage: string;
  readonly at: string;
  readonly halt: string;
  readonly haltReason: string | null;
  readonly stopped: readonly { readonly book: string; readonly reason: string }[];
  readonly equity: string;
  /** Positions that closing everything would close, external ones too. */
  readonly positions: readonly {
    readonly symbol: string;
    readonly quantity: number;
    readonly notional: string | null;
  }[];
  /** What fees and slippage of closing them would be, as configured; null: a price is missing. */
  readonly closingCost: string | null;
  readonly live: readonly string[];
  readonly requests: readonly RequestView[];
  /** The newest ended requests, newest last. */
  readonly ended: readonly { readonly id: string; readonly outcome: string; readonly by: string }[];
  readonly questions: readonly { readonly id: string; readonly text: string }[];
  readonly exit: {
    readonly over: boolean;
    readonly phase: string;
    readonly outcome: string | null;
    readonly lines: readonly string[];
  } | null;
}

/** An account as people know it: without what tells two journals of it apart. */
export function accountText(account: string): string {
  const [broker = '', name = '', ...rest] = account.split(':');
  if (rest.length === 0) return account;
  return name.startsWith('…') ? `${broker} ${name}` : `${broker} prices, built-in broker`;
}

const ENDED_SHOWN = 20;

/** The desk as people see it at a command. `stage` is how far it is trusted, in its own words. */
export function controlView(setup: Setup, state: State, stage: string): ControlView {
  const held = Object.entries(accountPositions(state));
  return {
    desk: setup.desk,
    account: accountText(setup.account),
    stage,
    at: formatInstant(state.at),
    halt: state.halt,
    haltReason: state.haltReason,
    stopped: state.books.flatMap(({ setup: { name: book }, stopped }) =>
      stopped === null ? [] : [{ book, reason: stopped }],
    ),
    equity: formatMoney(accountEquity(state)),
    positions: held.map(([symbol, quantity]) => {
      const mark = markOf(state, symbol);
      const notional = mark === undefined ? null : formatMoney(times(mark, Math.abs(quantity)));
      return { symbol, quantity, notional };
    }),
    closingCost: closingCost(setup, state, held),
    live: [...state.orders.live.values()].map(({ intent, status, filled }) => {
      const { clientOrderId: id, side, quantity, symbol } = intent;
      return `${id}: ${side} ${quantity} ${symbol}, ${filled} filled, ${status}`;
    }),
    requests: state.approvals.open.map((request) => requestView(request, stage)),
    ended: state.approvals.ended
      .slice(-ENDED_SHOWN)
      .map(({ id, outcome, by }) => ({ id, outcome, by })),
    questions: state.reconcile.questions.map(({ id, text }) => ({ id, text })),
    exit: exitView(state),
  };
}

function requestView(request: ApprovalRequest, stage: string): RequestView {
  const { id, hash, plan, expiresAt } = request;
  const text = approvalText(request, `Stage ${stage}`);
  return { id, hash, planHash: plan?.hash ?? hash, text, expiresAt: formatInstant(expiresAt) };
}

function closingCost(
  { costs }: Setup,
  state: State,
  held: readonly (readonly [symbol: string, quantity: number])[],
): string | null {
  let cost: Money = ZERO;
  for (const [symbol, quantity] of held) {
    const mark = markOf(state, symbol);
    if (mark === undefined) return null;
    const side = quantity > 0 ? 'sell' : 'buy';
    const price = slippedPrice(mark, side, costs);
    const shares = Math.abs(quantity);
    const lost = Math.abs(times(price, shares) - times(mark, shares)) as Money;
    cost = add(cost, add(lost, feeOf(price, shares, costs)));
  }
  return formatMoney(cost);
}

function exitView(state: State): ControlView['exit'] {
  const { flatten } = state;
  if (flatten === null) return null;
  const lines = Object.values(flatten.lines).map(({ symbol, found, left, problem }) => {
    const why = problem === null ? '' : `: ${problem}`;
    return `${symbol}: ${found} found, ${left} left${why}`;
  });
  const { phase, outcome } = flatten;
  const told = [...lines, ...flatten.reasons.filter((reason) => !reason.includes(' left'))];
  return { over: exitIsOver(state), phase, outcome, lines: told };
}
