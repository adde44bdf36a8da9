import {
  type DateText,
  digest,
  type Instant,
  MINUTE_MS,
  type Money,
  type Price,
} from '../base/index.ts';
import type { Intent, Pricing, Purpose, Side } from '../orders/index.ts';

export { approvalPages, approvalText, limitsLeft } from './approvals-text.ts';

/** What an order does, for who must say yes to it. */
export const ORDER_CLASSES = ['opening', 'reducing', 'protective', 'flatten'] as const;
export type OrderClass = (typeof ORDER_CLASSES)[number];
export type ApprovalRule = 'free' | 'required';

/**
 * Who must be asked, by class. Whatever is not the word "free" is required; a protective exit and
 * the emergency exit are free only where nothing else is said of them (F071).
 */
export interface ClassRules {
  readonly opening: ApprovalRule;
  readonly reducing: ApprovalRule;
  readonly protective?: ApprovalRule;
  readonly flatten?: ApprovalRule;
}

/** The rules of a desk. Without one nothing needs an approval. */
export interface ApprovalPolicy {
  /** Of every book that has none of its own. */
  readonly rules: ClassRules;
  readonly books: Readonly<Record<string, ClassRules>>;
  /** Time in which a person may answer; the session's fence may end it before. */
  readonly timeoutMs: number;
  /** Move of the price since the request, in percent of it, beyond which a yes is void. */
  readonly driftPctMax: number;
}

export const APPROVAL_TIMEOUT_MS = 30 * MINUTE_MS;
const ENDED_MAX = 1_000;
export const OPEN_MAX = 200; // requests a person could still read
export const GRANTS_MAX = 100;

/** The class of an order; `reduces` tells whether it can only shrink its position. */
export function classOf(purpose: Purpose, reduces: boolean): OrderClass {
  if (purpose === 'flatten') return 'flatten';
  if (purpose === 'protect') return 'protective';
  return reduces ? 'reducing' : 'opening';
}

export function isRequired(policy: ApprovalPolicy, book: string, orderClass: OrderClass): boolean {
  const rules = policy.books[book] ?? policy.rules;
  const exempt = orderClass === 'protective' || orderClass === 'flatten';
  return (rules[orderClass] ?? (exempt ? 'free' : 'required')) !== 'free';
}

/** Where an order would go. */
export interface Venue {
  readonly account: string;
  readonly desk: string;
}

/**
 * SHA-256 of every term that the broker would see, and of whose order it is. The same whoever asks,
 * in every life of the process; any other quantity, price, day or account has another one (F068).
 */
export const termsHash = ({ account, desk }: Venue, intent: Intent): string =>
  digest({
    account,
    desk,
    book: intent.book,
    symbol: intent.symbol,
    side: intent.side,
    quantity: intent.quantity,
    pricing: intent.pricing,
    timeInForce: intent.timeInForce,
    legs: intent.legs,
    link: intent.link,
    replaces: intent.replaces,
    date: intent.date,
  });

/** A later step of a plan, at most as large as this. */
export interface PlanLeg {
  /** Its place in the plan. */
  readonly index: number;
  readonly symbol: string;
  readonly side: Side;
  readonly quantityMax: number;
  readonly pricing: Pricing;
  /** The market when it was shown. */
  readonly price: Price;
  /** Notional of all of it at its worst price, fees of a buy counted. */
  readonly worstCost: Money;
}

/** What is left of a plan behind the order that is asked for, and the hash of it all. */
export interface PlanTerms {
  readonly hash: string;
  readonly legs: readonly PlanLeg[];
}

export const planHash = (first: string, legs: readonly PlanLeg[]): string =>
  digest({ first, legs });

/** An order that waits for a person, with all that the person is shown. Plain JSON. */
export interface ApprovalRequest extends Venue {
  /** That of its intent. */
  readonly id: string;
  readonly orderClass: OrderClass;
  readonly intent: Intent;
  readonly hash: string;
  readonly plan: PlanTerms | null;
  /** Most that a buy may cost, or the notional of a sell, with the multiplier. */
  readonly worstCost: Money;
  /** Signed quantities of its book, live orders counted. */
  readonly positionNow: number;
  readonly positionAfter: number;
  /** What the limits leave after it, a sentence each. */
  readonly limitsLeft: readonly string[];
  readonly driftPctMax: number;
  readonly askedAt: Instant;
  /** From this instant on a yes comes too late. */
  readonly expiresAt: Instant;
}

/** A yes to more than one order. */
export type Grant = { readonly id: string; readonly book: string; readonly by: string } & {
  readonly until: Instant;
} & (
    | {
        readonly kind: 'plan';
        readonly hash: string;
        readonly date: DateText;
        readonly driftPctMax: number;
        /** Those not used yet, in their order. */
        legs: readonly PlanLeg[];
      }
    | {
        readonly kind: 'budget';
        readonly orderClass: OrderClass;
        readonly amount: Money;
        /** Of the amount, at worst prices. */
        left: Money;
      }
  );

export type ApprovalOutcome = 'approved' | 'rejected' | 'expired' | 'voided' | 'used';

/** What became of a request or of a grant. */
export interface EndedApproval {
  readonly id: string;
  readonly hash: string | null;
  readonly outcome: ApprovalOutcome;
  /** Who ended it; empty where nobody did. */
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
}

/** Requests that wait for a person, standing permissions, and what became of others. Plain JSON. */
export interface ApprovalState {
  open: ApprovalRequest[];
  grants: Grant[];
  /** The newest thousand, newest last. */
  ended: EndedApproval[];
  /** How many grants there ever were: what the next one is named by. */
  granted: number;
}

export const newApprovalState = (): ApprovalState => ({
  open: [],
  grants: [],
  ended: [],
  granted: 0,
});

/** Ends a request or a grant, once: false where it is not open any more. */
export function endApproval(approvals: ApprovalState, ended: EndedApproval): boolean {
  const { open, grants } = approvals;
  const others = open.filter(({ id }) => id !== ended.id);
  const rest = grants.filter(({ id }) => id !== ended.id);
  if (others.length === open.length && rest.length === grants.length) return false;
  approvals.open = others;
  approvals.grants = rest;
  approvals.ended = [...approvals.ended, ended].slice(-ENDED_MAX);
  return true;
}

export const openRequest = (approvals: ApprovalState, id: string): ApprovalRequest | undefined =>
  approvals.open.find((request) => request.id === id);

export const endedApproval = (approvals: ApprovalState, id: string): EndedApproval | undefined =>
  approvals.ended.findLast((ended) => ended.id === id);

/** What is wrong with a price since it was shown, or null; one that is missing is (F069). */
export function driftProblem(from: Price, to: Price | undefined, pctMax: number): string | null {
  if (to === undefined) return 'there is no price now';
  const pct = (Math.abs(to - from) / from) * 100;
  if (pct <= pctMax) return null;
  return `the price moved ${pct.toFixed(3)} %, the tolerance is ${pctMax} %`;
}

/** An order in the light of the grants. */
export interface Asked {
  readonly intent: Intent;
  readonly orderClass: OrderClass;
  readonly worstCost: Money;
  /** Its place in its book's plan, or null where it belongs to none. */
  readonly leg: number | null;
}

/**
 * Takes the order out of a grant that covers it, and returns that grant; undefined: none does.
 * Each leg of a plan is used at most once, a budget up to its amount; a smaller order is covered.
 */
export function useGrant(approvals: ApprovalState, at: Instant, asked: Asked): Grant | undefined {
  for (const grant of approvals.grants) {
    if (grant.book !== asked.intent.book || at >= grant.until) continue;
    if (grant.kind === 'plan' ? useLeg(grant, asked) : useBudget(grant, asked)) return grant;
  }
  return undefined;
}

function useLeg(grant: Extract<Grant, { kind: 'plan' }>, { intent, leg }: Asked): boolean {
  const terms = grant.legs.find(({ index }) => index === leg);
  if (terms === undefined || grant.date !== intent.date) return false;
  const same = terms.symbol === intent.symbol && terms.side === intent.side;
  if (!same || intent.quantity > terms.quantityMax || intent.link || intent.legs) return false;
  if (digest(terms.pricing) !== digest(intent.pricing)) return false;
  if (driftProblem(terms.price, intent.expectedPrice, grant.driftPctMax) !== null) return false;
  grant.legs = grant.legs.filter(({ index }) => index > terms.index);
  return true;
}

function useBudget(grant: Extract<Grant, { kind: 'budget' }>, asked: Asked): boolean {
  if (grant.orderClass !== asked.orderClass || !(asked.worstCost <= grant.left)) return false;
  grant.left = (grant.left - asked.worstCost) as Money;
  return true;
}

/** True when nothing more can leave under a grant. */
export const isSpent = (grant: Grant): boolean =>
  grant.kind === 'plan' ? grant.legs.length === 0 : grant.left === 0;
