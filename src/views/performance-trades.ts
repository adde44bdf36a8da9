import {
  add,
  BadInput,
  type DateText,
  DAY_MS,
  type Instant,
  type Money,
  type Price,
  ratio,
  subtract,
  times,
  ZERO,
} from '../base/index.ts';
import { instrumentOf } from '../market/index.ts';
import { found, type Outcome, type Outcomes, unless } from './performance-figures.ts';
import type { FillRecord, RunRecord } from './record.ts';
import { mean } from './statistics.ts';

/** What one order opened and one order closed, matched first in, first out within a book. */
export interface ClosedTrade {
  readonly book: string;
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly quantity: number;
  readonly openDate: DateText;
  readonly openedAt: Instant;
  readonly closeDate: DateText;
  readonly closedAt: Instant;
  /** Fees of both sides, each shared by quantity; above zero was paid. */
  readonly fees: Money;
  /** After fees; below zero is a loss. */
  readonly pnl: Money;
}

/** Units of the underlying in one unit; 1 for a text that is no known kind of symbol. */
export function multiplierOf(symbol: string): number {
  try {
    return instrumentOf(symbol).multiplier;
  } catch (error) {
    if (error instanceof BadInput) return 1;
    throw error;
  }
}

/** Unclosed quantity of a fill, with what is left of its fee. */
interface Piece {
  readonly fill: FillRecord;
  quantity: number;
  fee: Money;
}

/** Takes `quantity` off the piece; its share of the fee, so that all shares sum to the fee. */
function take(piece: Piece, quantity: number): Money {
  const fee = ratio(piece.fee, quantity, piece.quantity, 'half-even') as Money;
  piece.quantity -= quantity;
  piece.fee = subtract(piece.fee, fee);
  return fee;
}

function tradeOf(lot: Piece, closing: Piece, quantity: number): ClosedTrade {
  const { fill } = lot;
  const fees = add(take(lot, quantity), take(closing, quantity));
  const long = fill.side === 'buy';
  const move = (long ? closing.fill.price - fill.price : fill.price - closing.fill.price) as Price;
  return {
    book: fill.book,
    symbol: fill.symbol,
    side: long ? 'long' : 'short',
    quantity,
    openDate: fill.date,
    openedAt: fill.at,
    closeDate: closing.fill.date,
    closedAt: closing.fill.at,
    fees,
    pnl: subtract(times(move, quantity, multiplierOf(fill.symbol)), fees),
  };
}

const merged = (first: ClosedTrade, next: ClosedTrade): ClosedTrade => ({
  ...first,
  quantity: first.quantity + next.quantity,
  closeDate: next.closeDate,
  closedAt: next.closedAt,
  fees: add(first.fees, next.fees),
  pnl: add(first.pnl, next.pnl),
});

/** Closed trades by closing time, and signed quantity still open by symbol, from fills alone. */
export function closedTrades(fills: readonly FillRecord[]): {
  trades: ClosedTrade[];
  open: Map<string, number>;
} {
  const lotsOf = new Map<string, Piece[]>();
  const trades = new Map<string, ClosedTrade>();
  const open = new Map<string, number>();
  for (const fill of fills) {
    const account = JSON.stringify([fill.book, fill.symbol]);
    const lots = lotsOf.get(account) ?? [];
    lotsOf.set(account, lots);
    const piece: Piece = { fill, quantity: fill.quantity, fee: fill.fee };
    for (const lot of closable(lots, piece)) {
      const trade = tradeOf(lot, piece, Math.min(lot.quantity, piece.quantity));
      const key = JSON.stringify([account, lot.fill.order, fill.order]);
      const before = trades.get(key);
      trades.set(key, before ? merged(before, trade) : trade);
    }
    if (piece.quantity > 0) lots.push(piece);
    const signed = fill.side === 'buy' ? fill.quantity : -fill.quantity;
    open.set(fill.symbol, (open.get(fill.symbol) ?? 0) + signed);
  }
  return { trades: [...trades.values()].sort((a, b) => a.closedAt - b.closedAt), open };
}

/** Oldest lots of the other side while the piece has quantity left; drops those used up. */
function* closable(lots: Piece[], piece: Piece): Generator<Piece> {
  while (piece.quantity > 0 && lots[0] && lots[0].fill.side !== piece.fill.side) {
    yield lots[0];
    if (lots[0].quantity === 0) lots.shift();
  }
}

/**
 * Closed trades of the symbols whose fills explain the last position, and the symbols left out:
 * a split, an assignment or shares brought in change a position without a fill.
 */
export function explainedTrades(run: RunRecord): { trades: ClosedTrade[]; leftOut: string[] } {
  const { trades, open } = closedTrades(run.fills);
  const held = run.equity.at(-1)?.positions ?? {};
  const leftOut = [...open.keys()]
    .filter((symbol) => open.get(symbol) !== heldOf(held, symbol))
    .sort();
  return { trades: trades.filter((trade) => !leftOut.includes(trade.symbol)), leftOut };
}

const heldOf = (positions: Readonly<Record<string, number>>, symbol: string): number =>
  Object.hasOwn(positions, symbol) ? (positions[symbol] as number) : 0;

type TradeKey =
  | 'trades'
  | 'tradesPnl'
  | 'winRate'
  | 'profitFactor'
  | 'averageWin'
  | 'averageLoss'
  | 'payoffRatio'
  | 'expectancy'
  | 'largestWin'
  | 'largestLoss'
  | 'winStreak'
  | 'lossStreak'
  | 'holdingDays';

/** Figures of closed trades; a P&L of exactly 0 is neither win nor loss, and counts as a trade. */
export function tradeFigures(
  trades: readonly ClosedTrade[],
  leftOut: readonly string[],
): Outcomes<TradeKey> {
  const pnls = trades.map((trade) => trade.pnl);
  const wins = pnls.filter((pnl) => pnl > 0);
  const losses = pnls.filter((pnl) => pnl < 0);
  const [won, lost] = [sum(wins), sum(losses)];
  const none = trades.length === 0 ? 'no closed trade' : null;
  const noWin = none ?? (wins.length === 0 ? 'no winning trade' : null);
  const noLoss = none ?? (losses.length === 0 ? 'no losing trade' : null);
  const outcomes: Outcomes<TradeKey> = {
    trades: found(trades.length),
    tradesPnl: found(sum(pnls)),
    winRate: unless(none, () => (100 * wins.length) / trades.length),
    profitFactor: unless(noLoss, () => won / -lost),
    averageWin: unless(noWin, () => average(won, wins.length)),
    averageLoss: unless(noLoss, () => average(lost, losses.length)),
    payoffRatio: unless(noWin ?? noLoss, () => won / wins.length / (-lost / losses.length)),
    expectancy: unless(none, () => average(sum(pnls), pnls.length)),
    largestWin: unless(noWin, () => wins.reduce((a, b) => (b > a ? b : a), ZERO)),
    largestLoss: unless(noLoss, () => losses.reduce((a, b) => (b < a ? b : a), ZERO)),
    winStreak: unless(none, () => streak(pnls, (pnl) => pnl > 0)),
    lossStreak: unless(none, () => streak(pnls, (pnl) => pnl < 0)),
    holdingDays: unless(none, () => mean(trades.map((t) => (t.closedAt - t.openedAt) / DAY_MS))),
  };
  return leftOut.length === 0 ? outcomes : cautioned(outcomes, leftOut);
}

function cautioned(outcomes: Outcomes<TradeKey>, leftOut: readonly string[]): Outcomes<TradeKey> {
  const note = `without ${leftOut.join(', ')}: fills do not explain what is held`;
  const entries = Object.entries(outcomes) as [TradeKey, Outcome][];
  return Object.fromEntries(
    entries.map(([key, outcome]) => [
      key,
      { ...outcome, note: outcome.note ? `${outcome.note}; ${note}` : note },
    ]),
  ) as unknown as Outcomes<TradeKey>;
}

const sum = (amounts: readonly Money[]): Money => amounts.reduce(add, ZERO);

const average = (total: Money, count: number): Money =>
  ratio(total, 1, count, 'half-even') as Money;

function streak(pnls: readonly Money[], counts: (pnl: Money) => boolean): number {
  let [best, now] = [0, 0];
  for (const pnl of pnls) {
    now = counts(pnl) ? now + 1 : 0;
    best = Math.max(best, now);
  }
  return best;
}
