import type { Limits } from './limits.ts';
import type { GateInput, Proposal, Standing } from './gate.ts';

/**
 * The figure that an order which may raise exposure cannot be judged without, or null when all are
 * there: absence blocks (invariant 18). Names are looked up only when one is missing.
 */
export function missingFigure(gate: GateInput): { found: string; limit: string } | null {
  const { proposal, book, account, bookLimits, accountLimits } = gate;
  const missing =
    (isCosted(proposal) ? null : `worst cost ${proposal.worstCost}`) ??
    (isComplete(book) ? null : `book: ${culprit(book)}`) ??
    (account === book || isComplete(account) ? null : `account: ${culprit(account)}`) ??
    (isSet(bookLimits, 0) ? null : `book's limits: ${culprit(bookLimits)}`) ??
    (isSet(accountLimits, 1) ? null : `account's limits: ${culprit(accountLimits)}`);
  return missing === null ? null : { found: missing, limit: 'every figure known' };
}

/** A buy costs its notional at least: a cost of 0 is one that nobody has worked out. */
function isCosted({ side, quantity, worstPrice, worstCost, multiplier }: Proposal): boolean {
  if (!Number.isFinite(worstCost) || !Number.isSafeInteger(multiplier) || multiplier < 1)
    return false;
  return side === 'sell' || worstCost >= worstPrice * quantity * multiplier;
}

const isUnsigned = (figure: number): boolean => Number.isFinite(figure) && figure >= 0;

function isComplete(standing: Standing): boolean {
  return (
    Number.isFinite(standing.equity) &&
    Number.isFinite(standing.cash) &&
    Number.isFinite(standing.held) &&
    isUnsigned(standing.reserved) &&
    isUnsigned(standing.pendingBuys) &&
    isUnsigned(standing.pendingSells) &&
    isUnsigned(standing.otherExposure) &&
    isUnsigned(standing.fundFactor) &&
    isUnsigned(standing.pendingPrice) &&
    Number.isFinite(standing.net) &&
    isUnsigned(standing.netUp) &&
    isUnsigned(standing.netDown) &&
    isUnsigned(standing.otherPositions) &&
    (standing.brokerPower === null || Number.isFinite(standing.brokerPower))
  );
}

/** The limits of book and account that were found whole last: they stay for a whole run. */
const proven: [Limits | null, Limits | null] = [null, null];

function isSet(limits: Limits, of: 0 | 1): boolean {
  if (proven[of] === limits) return true;
  const whole = REQUIRED.every((name) => isUnsigned(limits[name]));
  const sane = OPTIONAL.every((name) => limits[name] === undefined || isUnsigned(limits[name]));
  if (whole && sane) proven[of] = limits;
  return whole && sane;
}

const REQUIRED = [
  'positionPctMax',
  'cashReservePctMin',
  'leverageMax',
  'buyingPowerPctMax',
  'orderNotionalMax',
] as const;

const OPTIONAL = [
  'cashReserveMin',
  'grossExposureMax',
  'netExposurePctMax',
  'netExposureMax',
  'positionsMax',
  'newPositionsPerDayMax',
  'positionMax',
  'orderPctMax',
  'orderQuantityMax',
  'collarPct',
] as const;

const SIGNED: ReadonlySet<string> = new Set(['equity', 'cash', 'held', 'net', 'brokerPower']);

/** The first figure that is not a number, or is below zero where it may not be. */
function culprit(figures: Standing | Limits): string {
  const wrong = Object.entries(figures as unknown as Record<string, number>).find(
    ([name, value]) =>
      !isOther(name, value) && !(SIGNED.has(name) ? Number.isFinite(value) : isUnsigned(value)),
  );
  return wrong === undefined ? 'one is absent' : `${wrong[0]} ${String(wrong[1])}`;
}

/** What is no figure, or may be absent. */
const isOther = (name: string, value: unknown): boolean =>
  typeof value === 'boolean' ||
  name === 'symbols' ||
  name === 'breakers' ||
  (name === 'brokerPower' && value === null);
