import { formatInstant, formatMoney, type Instant, type Money, toDollars } from '../base/index.ts';
import {
  accountCash,
  accountEquity,
  accountPositions,
  type DecisionRecord,
  type Effect,
  type FillRecord,
  type State,
} from '../engine/index.ts';

/** Columns of `live_trades.csv`, one schema for all stages. */
export const TRADE_COLUMNS =
  'Date,Time,Ticker,Action,Qty,Expected_Price,Fill_Price,Slippage_%,Value,Fee,' +
  'Reason,Mode,Order_ID,Book';

/** One fill as a row of `live_trades.csv`; times are UTC. */
export function tradeRow(fill: FillRecord, stage: string, reason: string): string {
  const at = formatInstant(fill.at);
  const expected = toDollars(fill.expectedPrice);
  const price = toDollars(fill.price);
  const slippage = (Math.abs(price - expected) / expected) * 100;
  return [
    fill.date,
    at.slice(11, 19),
    fill.symbol,
    fill.side.toUpperCase(),
    fill.quantity,
    formatMoney(fill.expectedPrice),
    formatMoney(fill.price),
    slippage.toFixed(4),
    (price * fill.quantity).toFixed(2),
    formatMoney(fill.fee),
    csvText(reason),
    stage.toUpperCase(),
    fill.order,
    fill.book,
  ].join(',');
}

/** Text as a CSV cell: quoted where it must be, and never a formula of a spreadsheet (F082). */
export function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Dollars rounded to cents, for files that programs of the former systems read. */
const cents = (amount: Money): number => Math.round(toDollars(amount) * 100) / 100;

export type UpdateKind = 'INIT' | 'TICK' | 'TRADE';

/** One line of `live_trading_equity.jsonl` and `live_trading_updates.jsonl`. */
export function updateLine(state: State, kind: UpdateKind, trades: number): string {
  const positions = accountPositions(state);
  const cash = accountCash(state);
  return JSON.stringify({
    timestamp: formatInstant(state.at),
    update_type: kind,
    cash: cents(cash),
    portfolio_value: cents(accountEquity(state)),
    buying_power: cents(Math.max(0, cash) as Money),
    positions: Object.keys(positions).length,
    trades_executed: trades,
  });
}

/** One line of `live_trading_trades.jsonl`. */
export function tradeLine(fill: FillRecord, decidedAt: Instant): string {
  return JSON.stringify({
    timestamp: formatInstant(fill.at),
    signal_timestamp: formatInstant(decidedAt),
    order_id: fill.order,
    symbol: fill.symbol,
    side: fill.side.toUpperCase(),
    qty: fill.quantity,
    filled_price: toDollars(fill.price),
    status: 'filled',
  });
}

/** `state.json`: what other programs read of the desk. A view; the journal is the truth. */
export function stateFile(
  state: State,
  head: { desk: string; stage: string; created: Instant },
  last: DecisionRecord | null,
) {
  const fact = (name: string) => last?.facts[name] ?? null;
  return {
    last_run: formatInstant(state.at),
    desk: head.desk,
    stage: head.stage,
    vol_state: fact('vol_state'),
    trend_state: fact('trend_state'),
    last_decision: last && { date: last.date, book: last.book, action: last.action, why: last.why },
    current_positions: accountPositions(state),
    account_equity: formatMoney(accountEquity(state)),
    account_cash: formatMoney(accountCash(state)),
    last_allocation: Object.assign({}, ...state.books.map((book) => book.lastTargets)),
    books: state.books.map((book) => ({
      name: book.setup.name,
      stopped: book.stopped,
      last_slot: book.slotDate,
      last_allocation: book.lastTargets,
    })),
    halt: state.halt,
    halt_reason: state.haltReason,
    metadata: { version: '1.0', created: formatInstant(head.created) },
  };
}

/** One line of the daily log, or null for what is not worth one. */
export function logLine(at: Instant, effect: Effect): string | null {
  const text = logText(effect);
  return text === null ? null : `${formatInstant(at)} ${text.replaceAll(/[\n\r]+/g, ' ')}`;
}

function logText(effect: Effect): string | null {
  switch (effect.kind) {
    case 'decision':
      return `DECISION ${effect.record.book} ${effect.record.action}: ${effect.record.why}`;
    case 'submit': {
      const { id, side, quantity, symbol } = effect.intent;
      return `ORDER ${id}: ${side} ${quantity} ${symbol}`;
    }
    case 'fill': {
      const { order, side, quantity, symbol, price, fee } = effect.record;
      const at = `at ${formatMoney(price)}, fee ${formatMoney(fee)}`;
      return `FILL ${order}: ${side} ${quantity} ${symbol} ${at}`;
    }
    case 'refused':
      return `REFUSED ${effect.intent} ${effect.symbol}: ${effect.refusal.code}`;
    case 'alert':
      return `${effect.severity} ${effect.code}: ${effect.text}`;
    case 'equity': {
      const { equity, cash } = effect.point;
      return `CLOSE equity ${formatMoney(equity)}, cash ${formatMoney(cash)}`;
    }
    default:
      return null;
  }
}
