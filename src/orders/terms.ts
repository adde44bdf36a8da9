import type { Intent, OrderLeg, Pricing } from './request.ts';

const CENT = 10_000;
const DOLLAR = 1_000_000;
const SUB_DOLLAR_TICK = 100; // $0.0001, of prices below one dollar (Rule 612 of Regulation NMS)
const LEGS_MAX = 4;
const INTENT_ID = /^.+-(\d{4}-\d\d-\d\d)-[1-9]\d*$/s;
const CLIENT_ORDER_ID = /^pl-[0-9a-f]{6}-e\d+-/;

/**
 * What is wrong with an intent whatever the market and the account are, as a sentence; null when
 * its terms are sane (invariants 4, 12, 19).
 */
export function termsProblem(intent: Intent): string | null {
  const found =
    idProblem(intent) ?? quantityProblem(intent) ?? pricingProblem(intent) ?? legsProblem(intent);
  const problem = found ?? linkProblem(intent);
  return problem === null ? null : `Order "${intent.id}": ${problem}`;
}

function idProblem({ id, clientOrderId, date, book, symbol, replaces }: Intent): string | null {
  if (INTENT_ID.exec(id)?.[1] !== date || !id.startsWith(`${book}-${date}-`)) {
    return `its id is not of book "${book}", date "${date}" and a count`;
  }
  const start = CLIENT_ORDER_ID.exec(clientOrderId)?.[0];
  if (start === undefined || clientOrderId !== start + id) {
    return `client order id "${clientOrderId}" is not of an account, an epoch and its id`;
  }
  if (symbol.trim() !== symbol || symbol === '') return `symbol "${symbol}" is none`;
  return replaces === clientOrderId ? 'it replaces itself' : null;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

function quantityProblem({ quantity, at, expectedPrice, legs }: Intent): string | null {
  if (!isCount(quantity)) return `quantity "${quantity}" is not whole and above zero`;
  if (!Number.isSafeInteger(at)) return `its instant "${at}" is not whole milliseconds`;
  const isPrice = legs === undefined ? isCount(expectedPrice) : isWhole(expectedPrice);
  return isPrice ? null : `expected price "${expectedPrice}" is not whole micro-dollars above zero`;
}

/** A whole number that is not negative zero. */
const isWhole = (value: number): boolean => Number.isSafeInteger(value) && !Object.is(value, -0);

function pricingProblem({ pricing, quantity, legs }: Intent): string | null {
  for (const [name, at] of pricesOf(pricing)) {
    const what = `${name} price "${at}"`;
    if (legs === undefined ? !isCount(at) : !isWhole(at)) {
      return `${what} is not whole micro-dollars above zero`;
    }
    const tick = legs === undefined && at < DOLLAR ? SUB_DOLLAR_TICK : CENT;
    if (at % tick !== 0) return `${what} is not on its tick of "${tick}" micro-dollars`;
    if (!Number.isSafeInteger(at * quantity)) return `${what} x "${quantity}" is out of range`;
  }
  return null;
}

function pricesOf(pricing: Pricing): readonly (readonly [name: string, at: number])[] {
  switch (pricing.type) {
    case 'market':
      return [];
    case 'limit':
      return [['limit', pricing.limitPrice]];
    case 'stop':
      return [['stop', pricing.stopPrice]];
    case 'stopLimit':
      return [
        ['stop', pricing.stopPrice],
        ['limit', pricing.limitPrice],
      ];
  }
}

function legsProblem({ legs, pricing, quantity }: Intent): string | null {
  if (legs === undefined) return null;
  if (legs.length < 2 || legs.length > LEGS_MAX) {
    return `"${legs.length}" legs are not between 2 and ${LEGS_MAX}`;
  }
  if (new Set(legs.map(({ symbol }) => symbol)).size < legs.length) return 'two legs are the same';
  const odd = legs.find(
    ({ ratio, symbol }) => !isCount(ratio * quantity) || !isCount(ratio) || symbol === '',
  );
  if (odd !== undefined) return `leg "${odd.symbol}" of ratio "${odd.ratio}" is none`;
  const divisor = legs.map(({ ratio }: OrderLeg) => ratio).reduce(commonDivisor);
  if (divisor !== 1) return `its ratios are all multiples of "${divisor}"`;
  const rests = pricing.type === 'stop' || pricing.type === 'stopLimit';
  return rests ? 'an order of several legs cannot be a stop' : null;
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

function linkProblem({ link, legs, pricing }: Intent): string | null {
  if (link === undefined) return null;
  if (link.group === '') return 'its link has no name';
  if (legs !== undefined) return 'an order of several legs cannot be linked';
  const stops = pricing.type === 'stop' || pricing.type === 'stopLimit';
  if (link.role === 'stop') return stops ? null : 'it is linked as a stop and is none';
  return pricing.type === 'limit' ? null : 'it is linked as a target and has no limit';
}
