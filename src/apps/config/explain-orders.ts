import { fractionOf, type Money } from '../../base/index.ts';
import {
  DEFAULT_STOP_LOSS_PCT,
  type LeftoverPolicy,
  type WatchPolicy,
} from '../../engine/index.ts';
import { type ClassRules, ORDER_CLASSES } from '../../risk/index.ts';
import type { BookConfig, Desk } from './desk.ts';
import { dollarText } from './field.ts';

const seconds = (ms: number): string => `${ms / 1_000} s`;
const minutes = (ms: number): string => `${ms / 60_000} min`;

/** How orders leave and are followed, who says yes to them, and how the books share the account. */
export const orderLines = (desk: Desk): string[] => [
  ...brokerLines(desk),
  leavingText(desk),
  approvalsText(desk),
  reconcileText(desk),
  ...(desk.books.length > 1 ? [sharingText(desk)] : []),
];

function brokerLines({ simulator: { url, reserve, partialFills } }: Desk): string[] {
  const reserves = reserve ? ['Broker: open orders hold their cash and shares'] : [];
  if (partialFills !== null) {
    const { sharePpm, pieces, everyMs } = partialFills;
    const share = `${sharePpm / 10_000} % of orders fill in up to ${pieces} pieces`;
    reserves.push(`Broker: ${share}, one each ${seconds(everyMs)}`);
  }
  if (url === null) return reserves;
  return [`Broker: the built-in one in a process of its own at ${url}`, ...reserves];
}

function leavingText({ execution }: Desk): string {
  const { sendWithinMs, flattenWithinMs, flattenAtOpen } = execution;
  const closed = flattenAtOpen ? 'goes on at the next open' : 'ends';
  return (
    `Orders: leave within ${seconds(sendWithinMs)} or not at all; an emergency exit waits ` +
    `${seconds(flattenWithinMs)} for proof, and ${closed} where the market is closed`
  );
}

/** "needed for opening; free: reducing, protective, flatten". */
function rulesText(rules: ClassRules): string {
  const needed = ORDER_CLASSES.filter((one) => rules[one] === 'required');
  const free = ORDER_CLASSES.filter((one) => rules[one] !== 'required');
  const asked = needed.length === 0 ? 'needed for nothing' : `needed for ${needed.join(', ')}`;
  return free.length === 0 ? asked : `${asked}; free: ${free.join(', ')}`;
}

function approvalsText({ approvals }: Desk): string {
  if (approvals === null) return 'Approvals: none needed, every order leaves without a person';
  const { rules, timeoutMs, driftPctMax } = approvals;
  const terms = `${minutes(timeoutMs)} to answer, void when the price moves ${driftPctMax} %`;
  return `Approvals: ${rulesText(rules)}; ${terms}`;
}

function reconcileText({ reconcile }: Desk): string {
  const { cashToleranceDay: day, cashToleranceMonth: month, lagMs, everyMs } = reconcile;
  const cash = `${dollarText(day)} a day and ${dollarText(month)} a month`;
  return (
    `Account: compared with the books every ${minutes(everyMs)}; unexplained cash of ${cash} is ` +
    `let pass, positions may lag a fill by ${seconds(lagMs)}`
  );
}

function sharingText({ crossing, capitalRule }: Desk): string {
  const meet =
    crossing === 'inside'
      ? 'opposite orders meet inside the desk'
      : 'an order that could trade with one of another book is refused';
  if (capitalRule === 'fixed') return `Books: ${meet}; each keeps what it has`;
  const shares = Object.entries(capitalRule.pctByBook).map(
    ([name, pct]) => `${name} ${Number(pct.toFixed(2))} %`,
  );
  return `Books: ${meet}; at each close cash moves towards ${shares.join(', ')}`;
}

/** What a book says of its own orders and positions. */
export function bookOrderLines(desk: Desk, book: BookConfig): string[] {
  const name = `Book "${book.name}"`;
  const rules = desk.approvals?.books[book.name];
  const guard = book.watch ? guardText(desk, book, book.watch) : 'only what its orders bring';
  return [
    ...(rules === undefined ? [] : [`${name} approvals: ${rulesText(rules)}`]),
    `${name} guard: ${guard}`,
    ...(book.leftover === null ? [] : [`${name}, ${leftoverText(desk, book.leftover)}`]),
  ];
}

/** The stop also in dollars: what it loses with all that one symbol may be worth (F084). */
function guardText(desk: Desk, book: BookConfig, watch: WatchPolicy): string {
  const { stopLossPct, stopRequired, takeProfitPct, holdDaysMax, holdDaysMaxAtLoss } = watch;
  const stopPct = stopLossPct ?? (stopRequired ? DEFAULT_STOP_LOSS_PCT : null);
  const parts = [
    stopPct === null ? 'no stop' : `stop ${stopPct} % = ${lossText(desk, book, stopPct)}`,
    ...(takeProfitPct === null ? [] : [`target ${takeProfitPct} %`]),
    ...(holdDaysMax === null ? [] : [`closed after ${holdDaysMax} sessions`]),
    ...(holdDaysMaxAtLoss === null ? [] : [`at a loss after ${holdDaysMaxAtLoss}`]),
    watch.brokerHeld ? 'held at the broker' : 'watched here',
    `closed by ${watch.confirmTicks} prices that agree`,
    ...coverParts(watch),
  ];
  return parts.join(', ');
}

function lossText({ capital }: Desk, { capitalPct, limits }: BookConfig, stopPct: number): string {
  const most = (capitalPct / 100) * (limits.positionPctMax / 100);
  const loss: Money = fractionOf(capital, (most * stopPct) / 100, 'half-even');
  return `${dollarText(loss)} of the largest position`;
}

const coverParts = ({ cover }: WatchPolicy): string[] =>
  cover === null
    ? ['short options without cover left alone']
    : [`short options without cover bought back after ${seconds(cover.deadlineMs)}`];

function leftoverText({ execution }: Desk, leftover: Required<LeftoverPolicy>): string {
  const { repricesMax, market, limit, stop, stopLimit } = leftover;
  const kinds = { market, limit, stop, 'stop limit': stopLimit };
  const words = Object.entries(kinds).map(([kind, rest]) =>
    rest === 'reprice' ? `${kind} ${rest} up to ${repricesMax} times` : `${kind} ${rest}`,
  );
  return `orders older than ${minutes(execution.orderTimeoutMs)}: ${words.join(', ')}`;
}
