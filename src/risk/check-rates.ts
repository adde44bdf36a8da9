import { formatMoney, type Money, SECOND_MS } from '../base/index.ts';
import { openedBy, opensPosition, type RiskState, type Sent } from './activity.ts';
import { type Check, type CheckFinding, type GateInput, no } from './gate.ts';

/*
 * Counts of orders (F012, invariant 17). They bind orders that reduce as well: a loop is a loop.
 * An emergency exit has ten times the room, since it may have many positions to leave, and so has
 * every reduction where a whole day is counted. An order that is looked at again was counted.
 */
const EMERGENCY_FACTOR = 10;

const factorOf = ({ proposal }: GateInput): number =>
  proposal.purpose === 'flatten' ? EMERGENCY_FACTOR : 1;

const isCount = (value: number): boolean => Number.isSafeInteger(value);

/** Of the book and of the account, one trading date. */
export function checkDay(gate: GateInput, reduces: boolean): CheckFinding {
  const { ordersToday, accountOrdersToday, bookLimits, accountLimits, again } = gate;
  if (again) return null;
  const factor = reduces ? EMERGENCY_FACTOR : 1;
  const most = bookLimits.ordersPerDayMax * factor;
  if (!isCount(ordersToday) || !isCount(bookLimits.ordersPerDayMax) || ordersToday >= most) {
    return no(`${ordersToday} sent before`, `${most} orders`);
  }
  const all = accountLimits.ordersPerDayMax * factor;
  const known = isCount(accountOrdersToday) && isCount(accountLimits.ordersPerDayMax);
  if (known && accountOrdersToday < all) return null;
  return no(`${accountOrdersToday} sent before by the account`, `${all} orders`);
}

/** Positions opened on the date, this one counted. */
export function checkOpenings(gate: GateInput, reduces: boolean): CheckFinding {
  const { risk, date, bookName, bookLimits, accountLimits } = gate;
  const [own, all] = [bookLimits.newPositionsPerDayMax, accountLimits.newPositionsPerDayMax];
  if ((own === undefined && all === undefined) || reduces || gate.again) return null;
  if (!opensPosition(gate)) return null;
  const mine = openedBy(risk, date, bookName);
  if (own !== undefined && !(mine < own)) return no(`${mine} opened before`, `${own} positions`);
  const sum = openedBy(risk, date, null);
  if (all === undefined || sum < all) return null;
  return no(`${sum} opened before by the account`, `${all} positions`);
}

/** Orders of the last `windowMs`, of `symbol` or of all. */
function sentWithin(risk: RiskState, from: number, symbol: string | null): number {
  const { sends } = risk;
  let count = 0;
  for (let i = sends.length - 1; i >= 0; i--) {
    const sent = sends[i] as Sent;
    if (sent.at <= from) break;
    if (symbol === null || sent.symbol === symbol) count++;
  }
  return count;
}

const windowed =
  (limit: 'ordersPerSecondMax' | 'ordersPerMinuteMax', windowMs: number): Check =>
  (gate) => {
    const { risk, at, proposal, accountLimits } = gate;
    const own = accountLimits.symbols?.[proposal.symbol]?.[limit];
    const all = accountLimits[limit];
    if ((own === undefined && all === undefined) || gate.again) return null;
    return (
      overRate(sentWithin(risk, at - windowMs, null), all, gate, 'the account') ??
      overRate(sentWithin(risk, at - windowMs, proposal.symbol), own, gate, proposal.symbol)
    );
  };

function overRate(
  found: number,
  limit: number | undefined,
  gate: GateInput,
  of: string,
): CheckFinding {
  if (limit === undefined) return null;
  const most = limit * factorOf(gate);
  return isCount(limit) && found < most
    ? null
    : no(`${found} sent before in ${of}`, `${most} orders`);
}

export const checkSecond = windowed('ordersPerSecondMax', SECOND_MS);
export const checkMinute = windowed('ordersPerMinuteMax', 60 * SECOND_MS);

/** Orders of one side, symbol and quantity within a minute. */
export function checkIdentical(gate: GateInput): CheckFinding {
  const limit = gate.accountLimits.identicalOrdersPerMinuteMax;
  if (limit === undefined || gate.again) return null;
  const { symbol, side, quantity } = gate.proposal;
  const from = gate.at - 60 * SECOND_MS;
  let count = 0;
  for (const sent of gate.risk.sends) {
    if (sent.at <= from || sent.quantity !== quantity) continue;
    if (sent.symbol === symbol && sent.side === side) count++;
  }
  return overRate(count, limit, gate, `${side} ${quantity} ${symbol}`);
}

/** Notional sent on the date, this order counted, of the account and of the symbol. */
export function checkDayNotional(gate: GateInput, reduces: boolean): CheckFinding {
  const { accountLimits, proposal, risk, date } = gate;
  const all = accountLimits.dayNotionalMax;
  const own = accountLimits.symbols?.[proposal.symbol]?.dayNotionalMax;
  if ((all === undefined && own === undefined) || gate.again) return null;
  const { worstPrice, expectedPrice, quantity, multiplier, symbol } = proposal;
  const more = Math.max(worstPrice, expectedPrice) * quantity * multiplier;
  const today = risk.date === date;
  const factor = reduces ? EMERGENCY_FACTOR : 1;
  return (
    overNotional((today ? risk.notional : 0) + more, all, factor) ??
    overNotional((today ? (risk.notionals[symbol] ?? 0) : 0) + more, own, factor)
  );
}

function overNotional(found: number, limit: Money | undefined, factor: number): CheckFinding {
  if (limit === undefined || found <= limit * factor) return null;
  const most = formatMoney((limit * factor) as Money);
  return no(`${formatMoney(Math.round(found) as Money)} on this date`, most);
}
