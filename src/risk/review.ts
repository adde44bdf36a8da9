import {
  cashRefusal,
  checkLosses,
  leverageRefusal,
  netRefusal,
  notionalRefusal,
  onRaise,
  positionRefusal,
  positionsRefusal,
  powerRefusal,
  quantityRefusal,
} from './check-exposure.ts';
import {
  checkDay,
  checkDayNotional,
  checkIdentical,
  checkMinute,
  checkOpenings,
  checkSecond,
} from './check-rates.ts';
import {
  checkBlocked,
  checkCollar,
  checkCover,
  checkFence,
  checkHalt,
  checkOpposite,
  checkOversell,
  checkPrices,
  checkPurpose,
  checkQuantity,
  checkReconciled,
  checkStopped,
  checkStopSide,
  checkUnknown,
} from './check-terms.ts';
import { lossesOff } from './breaker.ts';
import { reducesOnly } from './exposure.ts';
import { missingFigure } from './figures.ts';
import type { Check, GateInput, Refusal, RefusalCode } from './gate.ts';
import type { Limits } from './limits.ts';
import {
  checkDayTrades,
  checkIntradayMargin,
  checkSettlement,
  checkTick,
  checkWashSale,
  type RuleSetup,
} from './rules.ts';

/** Whether limits and rules as they are set can make a check refuse at all. */
type Asked = (book: Limits, account: Limits, rules: RuleSetup | null) => boolean;

const limit =
  (...names: readonly (keyof Limits)[]): Asked =>
  (book, account) =>
    names.some((name) => book[name] !== undefined || account[name] !== undefined);
const ruled: Asked = (_book, _account, rules) => rules !== null;
const loss: Asked = (book, account) => !lossesOff(book) || !lossesOff(account);

/**
 * One function, one code; all of them run, in this order, but those of limits and rules that nobody
 * set. Each has the form "proven within the limit": a figure that is missing or not a number
 * refuses, and none of them throws. Rates come last: only an order that would leave is a step of a
 * loop.
 */
export const CHECKS: readonly (readonly [RefusalCode, Check, Asked?])[] = [
  ['halted', checkHalt],
  ['bookStopped', checkStopped],
  ['notReconciled', checkReconciled],
  ['symbolBlocked', checkBlocked],
  ['sessionFence', checkFence],
  ['quantityNotPositive', checkQuantity],
  ['priceMissing', checkPrices],
  ['priceOutsideCollar', checkCollar, limit('collarPct')],
  ['stopOnWrongSide', checkStopSide],
  ['tickInvalid', checkTick, ruled],
  ['ordersPerDayAboveLimit', checkDay],
  ['exitRaisesPosition', checkPurpose],
  ['oversell', checkOversell],
  ['oppositeOrder', checkOpposite],
  ['unknownOrder', checkUnknown],
  ['figureMissing', (gate, reduces) => (reduces ? null : missingFigure(gate))],
  ['uncoveredShort', checkCover],
  ['orderQuantityAboveLimit', onRaise(quantityRefusal), limit('orderQuantityMax')],
  ['orderNotionalAboveLimit', onRaise(notionalRefusal)],
  ['cashBelowReserve', onRaise(cashRefusal)],
  ['buyingPowerAboveLimit', onRaise(powerRefusal)],
  ['positionAboveLimit', onRaise(positionRefusal)],
  ['leverageAboveLimit', onRaise(leverageRefusal)],
  ['netExposureAboveLimit', onRaise(netRefusal), limit('netExposurePctMax', 'netExposureMax')],
  ['positionsAboveLimit', onRaise(positionsRefusal), limit('positionsMax')],
  ['newPositionsAboveLimit', checkOpenings, limit('newPositionsPerDayMax')],
  ['lossLimit', checkLosses, loss],
  ['dayTradeRule', checkDayTrades, ruled],
  ['intradayMarginRule', checkIntradayMargin, ruled],
  ['washSaleRule', checkWashSale, ruled],
  ['settlementRule', checkSettlement, ruled],
  ['dayNotionalAboveLimit', checkDayNotional, limit('dayNotionalMax', 'symbols')],
  ['identicalOrdersAboveLimit', checkIdentical, limit('identicalOrdersPerMinuteMax')],
  ['ordersPerSecondAboveLimit', checkSecond, limit('ordersPerSecondMax', 'symbols')],
  ['ordersPerMinuteAboveLimit', checkMinute, limit('ordersPerMinuteMax', 'symbols')],
];

type Entry = (typeof CHECKS)[number];

/** The checks that are asked of the limits and rules looked at last: they stay for a whole run. */
let asked: {
  book: Limits | null;
  account: Limits | null;
  rules: RuleSetup | null;
  checks: readonly Entry[];
} = { book: null, account: null, rules: null, checks: [] };

function checksFor({ bookLimits, accountLimits, rules }: GateInput): readonly Entry[] {
  const { book, account } = asked;
  if (book !== bookLimits || account !== accountLimits || asked.rules !== rules) {
    const checks = CHECKS.filter((entry) => entry[2]?.(bookLimits, accountLimits, rules) ?? true);
    asked = { book: bookLimits, account: accountLimits, rules, checks };
  }
  return asked.checks;
}

/** Codes of a loop that ran away: the desk halts, and nothing is kept for later (F012). */
export const HALTING: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'dayNotionalAboveLimit',
  'identicalOrdersAboveLimit',
  'ordersPerSecondAboveLimit',
  'ordersPerMinuteAboveLimit',
]);

/** The last gate before the wire: the first check that refuses, or null. Every order passes it. */
export function review(gate: GateInput): Refusal | null {
  const reduces = reducesOnly(gate);
  const checks = checksFor(gate);
  for (let i = 0; i < checks.length; i++) {
    const entry = checks[i] as Entry;
    const refusal = entry[1](gate, reduces);
    if (refusal) return { code: entry[0], found: refusal.found, limit: refusal.limit };
  }
  return null;
}

export type { GateInput, Proposal, Refusal, RefusalCode, Standing } from './gate.ts';
