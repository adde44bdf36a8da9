import type { DateText, Money } from '../base/index.ts';
import { addDays } from '../base/index.ts';
import { nextSession, previousSession } from '../market/index.ts';

/** Proceeds of sales that are not settled yet. */
export interface Unsettled {
  /** First date on which they are. */
  readonly settles: DateText;
  readonly amount: Money;
}

/** Shares that were paid with proceeds not settled at the time. */
export interface UnsettledShares {
  readonly settles: DateText;
  readonly quantity: number;
}

/**
 * What the dated rules ask of the past of the account. Plain JSON; each part is dropped when the
 * last rule that could ask for it no longer does: five sessions, 30 days, settlement.
 */
export interface RuleState {
  /** Symbols in which a position was opened or raised on `openedOn`. */
  openedOn: DateText;
  opened: string[];
  /** A date for each day trade, oldest first. */
  dayTrades: DateText[];
  /** Newest sale at a loss by symbol. */
  lossSales: Record<string, DateText>;
  unsettled: Unsettled[];
  unsettledShares: Record<string, UnsettledShares>;
}

export const newRuleState = (): RuleState => ({
  openedOn: '' as DateText,
  opened: [],
  dayTrades: [],
  lossSales: {},
  unsettled: [],
  unsettledShares: {},
});

export const DAY_TRADE_SESSIONS = 5;
export const WASH_SALE_DAYS = 30;

/** One fill of the account as the rules see it. */
export interface RuleFill {
  readonly date: DateText;
  readonly symbol: string;
  /** Signed shares, above zero bought, and signed shares of the account before it. */
  readonly quantity: number;
  readonly before: number;
  /** Unsigned price x quantity x multiplier. */
  readonly notional: Money;
  /** Realized by it, after fees; 0 where it closed nothing. */
  readonly pnl: Money;
  /** Cash of the account after it. */
  readonly cashAfter: Money;
}

/** Counts a fill: openings and day trades, sales at a loss, and what is not settled. */
export function noteRuleFill(rules: RuleState, fill: RuleFill): void {
  forget(rules, fill.date);
  const { symbol, quantity, before, date } = fill;
  const closes = before !== 0 && Math.sign(before) !== Math.sign(quantity);
  const crosses = closes && Math.abs(quantity) > Math.abs(before);
  if (closes && rules.opened.includes(symbol)) {
    rules.dayTrades.push(date);
    rules.opened = rules.opened.filter((one) => one !== symbol);
  }
  if ((!closes || crosses) && !rules.opened.includes(symbol)) rules.opened.push(symbol);
  if (closes && fill.pnl < 0) rules.lossSales[symbol] = date;
  if (quantity < 0) noteSale(rules, fill);
  else noteBuy(rules, fill);
}

function noteSale(rules: RuleState, { date, symbol, quantity, notional }: RuleFill): void {
  const settles = settlementOf(date);
  const last = rules.unsettled.at(-1);
  if (last?.settles === settles) {
    const amount = (last.amount + notional) as Money;
    rules.unsettled[rules.unsettled.length - 1] = { settles, amount };
  } else rules.unsettled.push({ settles, amount: notional });
  const shares = rules.unsettledShares[symbol];
  if (shares === undefined) return;
  const left = shares.quantity + quantity;
  if (left > 0) rules.unsettledShares[symbol] = { ...shares, quantity: left };
  else delete rules.unsettledShares[symbol];
}

/** Where settled cash did not pay all of a buy, its shares wait for the newest proceeds. */
function noteBuy(rules: RuleState, { symbol, quantity, date, cashAfter }: RuleFill): void {
  if (settledCash(rules, cashAfter, date) >= 0) return;
  const settles = rules.unsettled.at(-1)?.settles ?? settlementOf(date);
  const before = rules.unsettledShares[symbol]?.quantity ?? 0;
  rules.unsettledShares[symbol] = { settles, quantity: before + quantity };
}

/** Cash without the proceeds of sales that are not settled on `date`. */
export function settledCash(rules: RuleState, cash: Money, date: DateText): Money {
  let sum: number = cash;
  for (const { settles, amount } of rules.unsettled) if (settles > date) sum -= amount;
  return sum as Money;
}

/** Shares of `symbol` that were paid with what is not settled on `date`. */
export function unsettledShares(rules: RuleState, symbol: string, date: DateText): number {
  const shares = rules.unsettledShares[symbol];
  return shares === undefined || shares.settles <= date ? 0 : shares.quantity;
}

/** Day trades of the five sessions that end with `date`. */
export function dayTradesUntil(rules: RuleState, date: DateText): number {
  if (rules.dayTrades.length === 0) return 0;
  const first = sessionsBack(date, DAY_TRADE_SESSIONS - 1);
  return rules.dayTrades.filter((one) => one >= first && one <= date).length;
}

/** Whether a position in `symbol` was opened or raised on `date`. */
export const openedOn = (rules: RuleState, symbol: string, date: DateText): boolean =>
  rules.openedOn === date && rules.opened.includes(symbol);

function sessionsBack(date: DateText, count: number): DateText {
  let day = date;
  for (let i = 0; i < count; i++) day = previousSession(day).date;
  return day;
}

/** How many sessions after a trade it is settled, from which date on. */
interface SettlementCycle {
  readonly from: DateText;
  readonly sessions: number;
}

/** Newest first. Source: Exchange Act Rule 15c6-1 and its amendments. */
const CYCLES: readonly SettlementCycle[] = [
  { from: '2024-05-28' as DateText, sessions: 1 },
  { from: '2017-09-05' as DateText, sessions: 2 },
  { from: '1995-06-07' as DateText, sessions: 3 },
];
const FIRST_CYCLE: SettlementCycle = { from: '1968-02-09' as DateText, sessions: 5 };

/** The cycle that trades of `date` settle by. */
export const cycleOn = (date: DateText): SettlementCycle =>
  CYCLES.find(({ from }) => date >= from) ?? FIRST_CYCLE;

/** First date on which a trade of `date` is settled. */
export function settlementOf(date: DateText): DateText {
  let day = date;
  for (let left = cycleOn(date).sessions; left > 0; left--) day = nextSession(day).date;
  return day;
}

/** Drops what no rule asks for any more on `date`. */
function forget(rules: RuleState, date: DateText): void {
  if (rules.openedOn === date) return;
  rules.openedOn = date;
  rules.opened = [];
  const first = sessionsBack(date, DAY_TRADE_SESSIONS);
  rules.dayTrades = rules.dayTrades.filter((one) => one >= first);
  const oldest = addDays(date, -WASH_SALE_DAYS);
  for (const [symbol, sold] of Object.entries(rules.lossSales)) {
    if (sold < oldest) delete rules.lossSales[symbol];
  }
  rules.unsettled = rules.unsettled.filter(({ settles }) => settles > date);
  for (const [symbol, { settles }] of Object.entries(rules.unsettledShares)) {
    if (settles <= date) delete rules.unsettledShares[symbol];
  }
}
