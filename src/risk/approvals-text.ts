import { formatInstant, formatMoney, type Money, type Price } from '../base/index.ts';
import type { Intent, Pricing } from '../orders/index.ts';
import type { ApprovalRequest, PlanLeg } from './approvals.ts';
import { positionAfter, powerOf, reserveOf } from './exposure.ts';
import { percentOf } from './limits.ts';
import type { GateInput } from './gate.ts';

const LEGS_A_PAGE = 20;

/** Text of others without what moves a cursor, hides or turns letters around (F070, F082). */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');

const dollars = (amount: Money | Price): string => {
  const [whole, fraction] = formatMoney(amount).split('.') as [string, string];
  return `$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`;
};

/**
 * What a person reads before saying yes, made of the very terms that are hashed. `mode` says in
 * words what a yes moves, real money or not: the process knows, the request does not.
 */
export const approvalText = (request: ApprovalRequest, mode = ''): string =>
  approvalPages(request, mode).join('\n\n');

/** The same by pages: a long plan is summed on the first one and listed in full, never cut. */
export function approvalPages(request: ApprovalRequest, mode = ''): string[] {
  const legs = request.plan?.legs ?? [];
  const count = Math.max(1, Math.ceil(legs.length / LEGS_A_PAGE));
  return Array.from({ length: count }, (_, page) => {
    const lines = page === 0 ? head(request, mode) : [`Request ${plain(request.id)}`];
    const from = page * LEGS_A_PAGE;
    legs.slice(from, from + LEGS_A_PAGE).forEach((leg, i) => lines.push(legLine(leg, from + i)));
    if (count > 1) lines.push(`Page ${page + 1} of ${count}`);
    return lines.join('\n');
  });
}

function head(request: ApprovalRequest, mode: string): string[] {
  const { intent, plan } = request;
  const side = intent.side === 'buy' ? 'Worst-case cost' : 'Worth';
  return [
    `Request ${plain(request.id)} (${request.orderClass}), book "${plain(intent.book)}"`,
    `Account ${plain(request.account)}, desk "${plain(request.desk)}"`,
    ...(mode === '' ? [] : [plain(mode)]),
    orderLine(intent),
    ...linesOfLegs(intent),
    `${side}: ${dollars(request.worstCost)}`,
    ...(intent.legs
      ? []
      : [`Position: ${request.positionNow} now, ${request.positionAfter} after`]),
    ...request.limitsLeft.map(plain),
    `Void when the price is ${request.driftPctMax} % from ${dollars(intent.expectedPrice)}`,
    `Expires ${formatInstant(request.expiresAt)}; no answer means no`,
    `Hash ${request.hash}`,
    ...(plan === null ? [] : planLines(plan.hash, plan.legs)),
  ];
}

function orderLine(intent: Intent): string {
  const { side, quantity, symbol, timeInForce, link, replaces, date } = intent;
  const term = timeInForce === 'day' ? 'good for the day' : 'good until canceled';
  const linked = link ? `, the ${link.role} of "${plain(link.group)}"` : '';
  const chained = replaces === undefined ? '' : `, in place of ${plain(replaces)}`;
  const at = priceText(intent.pricing);
  const order = `${side.toUpperCase()} ${quantity} ${plain(symbol)} ${at}`;
  return `${order}, ${term}, ${date}${linked}${chained}`;
}

const linesOfLegs = ({ legs = [] }: Intent): string[] =>
  legs.map(({ side, ratio, symbol }) => `  each unit: ${side} ${ratio} ${plain(symbol)}`);

function priceText(pricing: Pricing): string {
  switch (pricing.type) {
    case 'market':
      return 'at the market';
    case 'limit':
      return `at ${dollars(pricing.limitPrice)} or better`;
    case 'stop':
      return `at the market once it reaches ${dollars(pricing.stopPrice)}`;
    case 'stopLimit': {
      const { stopPrice, limitPrice } = pricing;
      return `at ${dollars(limitPrice)} or better once it reaches ${dollars(stopPrice)}`;
    }
  }
}

function planLines(hash: string, legs: readonly PlanLeg[]): string[] {
  const sum = (side: 'buy' | 'sell') => {
    const those = legs.filter((leg) => leg.side === side);
    const worth = those.reduce((total, leg) => total + leg.worstCost, 0) as Money;
    return `${those.length} to ${side} for ${dollars(worth)} at most`;
  };
  return [`Rest of the plan: ${sum('sell')}, ${sum('buy')}`, `Plan hash ${hash}`];
}

function legLine({ side, quantityMax, symbol, pricing, worstCost }: PlanLeg, i: number): string {
  const order = `${side} ${quantityMax} ${plain(symbol)} at most ${priceText(pricing)}`;
  return `  ${i + 1}. ${order}: ${dollars(worstCost)}`;
}

/** What the limits of its book leave after an order that passed them, a sentence each. */
export function limitsLeft(gate: GateInput): string[] {
  const { proposal, book, bookLimits, ordersToday } = gate;
  const orders = `Orders left today: ${Math.max(0, bookLimits.ordersPerDayMax - ordersToday)}`;
  if (proposal.side === 'sell') return [orders];
  const cash = book.cash - book.reserved - proposal.worstCost - reserveOf(book, bookLimits);
  const power = powerOf(book, bookLimits) - proposal.worstCost;
  const most = percentOf(book.equity, bookLimits.positionPctMax);
  const position = most - positionAfter(proposal, book);
  return [
    `Cash left above the reserve: ${dollars(cash as Money)}`,
    `Buying power left: ${dollars(power as Money)}`,
    `Position limit left: ${dollars(position as Money)}`,
    orders,
  ];
}
