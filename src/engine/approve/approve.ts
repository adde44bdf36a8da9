import { type Instant, type Money, type Price, unreachable } from '../../base/index.ts';
import { type Intent, signOf } from '../../orders/index.ts';
import {
  type ApprovalOutcome,
  type ApprovalPolicy,
  type ApprovalRequest,
  approvalText,
  classOf,
  driftProblem,
  endApproval,
  endedApproval,
  type EndedApproval,
  type GateInput,
  type Grant,
  GRANTS_MAX,
  isRequired,
  isSpent,
  limitsLeft,
  OPEN_MAX,
  openRequest,
  type OrderClass,
  reducesOnly,
  review,
  roomToBuy,
  termsHash,
  useGrant,
} from '../../risk/index.ts';
import { planTerms, stepInPlan } from './plan.ts';
import { draftOfIntent, gateInput } from '../gate.ts';
import type { CommandInput } from '../input.ts';
import { isReconciled } from '../reconcile/reconcile.ts';
import { release } from '../send.ts';
import type { Setup } from '../setup.ts';
import { alert, bookNamed, type BookState, emit, markOf, type State } from '../state.ts';
import { isWatchExit } from '../watch/watch.ts';
import { legDone } from '../work.ts';

type Said<C extends CommandInput['command']> = Extract<CommandInput, { command: C }>;

/**
 * Whether an intent that passed review may leave: `free` where its class needs no approval or one
 * covers it, which is used up by this; `asked` where a person is asked, and it is held meanwhile.
 */
export function approvalFor(
  setup: Setup,
  state: State,
  book: BookState,
  intent: Intent,
): 'free' | 'asked' {
  const policy = setup.approvals;
  if (policy === undefined) return 'free';
  const gate = gateInput(setup, state, book, draftOfIntent(intent));
  const guards = intent.purpose === 'exit' && isWatchExit(state, intent.book, intent.symbol);
  const orderClass = guards ? 'protective' : classOf(intent.purpose, reducesOnly(gate));
  if (!isRequired(policy, intent.book, orderClass)) return 'free';
  const request = requestOf(setup, state, book, intent, { gate, orderClass, policy });
  const { worstCost, hash } = request;
  const leg = stepInPlan(book, intent);
  const grant = useGrant(state.approvals, state.at, { intent, orderClass, worstCost, leg });
  if (grant !== undefined) {
    tellUse(state, intent, { approval: grant.id, hash, approved: intent.quantity });
    if (isSpent(grant)) end(state, grant.id, { outcome: 'used', by: '', reason: 'used up' });
    return 'free';
  }
  state.approvals.open.push(request);
  emit(state, { kind: 'approvalAsked', request, text: approvalText(request) });
  return 'asked';
}

interface Judged {
  readonly gate: GateInput;
  readonly orderClass: OrderClass;
  readonly policy: ApprovalPolicy;
}

function requestOf(
  setup: Setup,
  state: State,
  book: BookState,
  intent: Intent,
  { gate, orderClass, policy }: Judged,
): ApprovalRequest {
  const { account, desk } = setup;
  const { held, pendingBuys, pendingSells } = gate.book;
  const positionNow = held + pendingBuys - pendingSells;
  const hash = termsHash({ account, desk }, intent);
  // A list that nobody could read any more is not made longer: what is beyond it ends as a no.
  const full = state.approvals.open.length >= OPEN_MAX;
  const by = full ? state.at : Math.min(state.at + policy.timeoutMs, state.fence ?? FOREVER);
  return {
    id: intent.id,
    account,
    desk,
    orderClass,
    intent,
    hash,
    plan: planTerms(setup, state, book, intent, hash),
    worstCost: worstOf(gate),
    positionNow,
    positionAfter: positionNow + (intent.legs ? 0 : signOf(intent.side) * intent.quantity),
    limitsLeft: limitsLeft(gate),
    driftPctMax: policy.driftPctMax,
    askedAt: state.at,
    expiresAt: Math.max(by, state.at) as Instant,
  };
}

const FOREVER = Number.POSITIVE_INFINITY;

/** What an order takes from a budget: a buy its cost, a sell its notional at the better price. */
function worstOf({ proposal }: GateInput): Money {
  if (proposal.side === 'buy') return proposal.worstCost;
  const each = Math.max(proposal.expectedPrice, proposal.worstPrice);
  return (each * proposal.quantity * proposal.multiplier) as Money;
}

function tellUse(
  state: State,
  { clientOrderId: order, quantity }: Intent,
  use: { readonly approval: string; readonly hash: string; readonly approved: number },
): void {
  emit(state, { kind: 'approvalUsed', order, quantity, ...use });
}

type End = { readonly outcome: ApprovalOutcome; readonly by: string; readonly reason: string };

/** Ends a request or grant that is open, on record. */
function end(state: State, id: string, { outcome, by, reason }: End): void {
  const hash = openRequest(state.approvals, id)?.hash ?? null;
  const ended: EndedApproval = { id, hash, outcome, by, reason, at: state.at };
  if (endApproval(state.approvals, ended))
    emit(state, { kind: 'approvalEnded', ended, first: true });
}

/** A request ended without an order: it is on record and told, and its book's plan goes on. */
function refuse(setup: Setup, state: State, request: ApprovalRequest, how: End): void {
  end(state, request.id, how);
  const { book: name, clientOrderId: order } = request.intent;
  const by = how.by === '' ? '' : ` by ${how.by}`;
  const text = `Request "${request.id}" ${how.outcome}${by}: ${how.reason}`;
  const severity = how.outcome === 'rejected' ? 'INFO' : 'HIGH';
  alert(state, severity, `approval${capital(how.outcome)}`, text);
  const book = bookNamed(state, name);
  if (book !== undefined) legDone(setup, state, book, { order, filled: false });
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** A person answered, or gave a budget. */
export function takeApproval(
  setup: Setup,
  state: State,
  command: Said<'approve' | 'reject' | 'budget'>,
): void {
  if (command.command === 'budget') return takeBudget(state, command);
  const request = openRequest(state.approvals, command.request);
  if (request === undefined) return tellFirst(state, command.request);
  if (state.at >= request.expiresAt) return expire(setup, state, request);
  switch (command.command) {
    case 'reject':
      return reject(setup, state, request, command);
    case 'approve':
      return approve(setup, state, request, command);
    default:
      return unreachable(command);
  }
}

/** A second click, another device, an old link: told what the first one did, and nothing else. */
function tellFirst(state: State, id: string): void {
  const ended = endedApproval(state.approvals, id);
  if (ended !== undefined) return emit(state, { kind: 'approvalEnded', ended, first: false });
  alert(state, 'WARNING', 'approvalUnknown', `There is no request "${id}"`);
}

const expire = (setup: Setup, state: State, request: ApprovalRequest): void =>
  refuse(setup, state, request, { outcome: 'expired', by: '', reason: 'nobody answered in time' });

function reject(
  setup: Setup,
  state: State,
  request: ApprovalRequest,
  { by, reason, scope }: Said<'reject'>,
): void {
  const book = bookNamed(state, request.intent.book);
  const { work = null } = book ?? {};
  if (scope === 'plan' && book && work?.waiting === request.intent.clientOrderId) {
    book.work = { ...work, legs: work.legs.slice(0, work.next), failed: true };
  }
  refuse(setup, state, request, { outcome: 'rejected', by, reason });
}

function approve(
  setup: Setup,
  state: State,
  request: ApprovalRequest,
  command: Said<'approve'>,
): void {
  const { by, scope, hash } = command;
  const shown = scope === 'plan' ? (request.plan?.hash ?? request.hash) : request.hash;
  if (hash !== undefined && hash !== shown) {
    const text = `Request "${request.id}" is of "${shown}", not "${hash}": nothing is approved`;
    return alert(state, 'HIGH', 'approvalOtherTerms', text);
  }
  if (!isReconciled(state)) {
    const text = `Request "${request.id}" stays open: the account is not reconciled yet`;
    return alert(state, 'HIGH', 'approvalTooEarly', text);
  }
  const price = command.price ?? markOf(state, request.intent.symbol);
  const ready = readyIntent(setup, state, request, price);
  if (typeof ready === 'string') {
    return refuse(setup, state, request, { outcome: 'voided', by, reason: ready });
  }
  end(state, request.id, { outcome: 'approved', by, reason: scope ?? 'order' });
  tellUse(state, ready, {
    approval: request.id,
    hash: request.hash,
    approved: request.intent.quantity,
  });
  if (scope === 'plan' && request.plan !== null) grantPlan(state, request, by);
  release(setup, state, ready);
}

/** The intent as it leaves, everything looked at once more, or why it may not (F069). */
function readyIntent(
  setup: Setup,
  state: State,
  { intent, driftPctMax }: ApprovalRequest,
  price: Price | undefined,
): Intent | string {
  const book = bookNamed(state, intent.book);
  if (book === undefined) return `book "${intent.book}" is not of this desk`;
  if (intent.date !== state.date) return `it is of ${intent.date}, today is ${state.date}`;
  const drift = driftProblem(intent.expectedPrice, price, driftPctMax);
  if (drift !== null || price === undefined) return drift ?? 'there is no price now';
  const again = { ...intent, expectedPrice: price, at: state.at };
  const draft = draftOfIntent(again);
  // Named by its id, it is not counted once more among the orders of the day.
  const gate = gateInput(setup, state, book, draft, intent.clientOrderId);
  const refusal = review(gate);
  if (refusal === null) return again;
  const quantity = smallerQuantity(intent, gate);
  const smaller = { ...draft, quantity };
  if (
    quantity > 0 &&
    review(gateInput(setup, state, book, smaller, intent.clientOrderId)) === null
  ) {
    return { ...again, quantity };
  }
  return `${refusal.code}: found ${refusal.found}, limit ${refusal.limit}`;
}

/** What is left of an order that became too large: a part of it is within what was approved. */
function smallerQuantity({ side, purpose, legs, link }: Intent, gate: GateInput): number {
  if (legs !== undefined || link !== undefined || purpose === 'signal') return 0;
  if (side === 'buy') return roomToBuy(gate);
  const { held, pendingSells } = gate.book;
  return Math.min(gate.proposal.quantity, held - pendingSells);
}

function grantPlan(state: State, request: ApprovalRequest, by: string): void {
  const { intent, plan, driftPctMax, expiresAt: until } = request;
  if (plan === null) return;
  const { book, date } = intent;
  const id = `plan-${++state.approvals.granted}`;
  const { hash, legs } = plan;
  addGrant(state, { kind: 'plan', id, book, by, until, hash, date, driftPctMax, legs });
}

function takeBudget(state: State, command: Said<'budget'>): void {
  const { amount, until, by, class: orderClass } = command;
  const book = state.books[command.book]?.setup.name;
  if (book === undefined || !Number.isSafeInteger(amount) || amount <= 0 || !(until > state.at)) {
    const text = `Budget of ${amount} micro-dollars until ${until} for book ${command.book}`;
    return alert(state, 'WARNING', 'budgetRefused', `${text} is not one: nothing is approved`);
  }
  const id = `budget-${++state.approvals.granted}`;
  addGrant(state, { kind: 'budget', id, book, by, until, orderClass, amount, left: amount });
}

function addGrant(state: State, grant: Grant): void {
  const { grants } = state.approvals;
  if (grants.length >= GRANTS_MAX) {
    const oldest = grants[0] as Grant;
    end(state, oldest.id, { outcome: 'voided', by: '', reason: 'too many grants' });
  }
  state.approvals.grants.push(grant);
  emit(state, { kind: 'approvalGranted', grant: { ...grant } });
}

/** Time passed: requests nobody answered end as a no, and so do grants. */
export function tendApprovals(setup: Setup, state: State): void {
  const { open, grants } = state.approvals;
  for (const { id, until } of grants) {
    if (state.at >= until)
      end(state, id, { outcome: 'expired', by: '', reason: 'its time is over' });
  }
  for (const request of open) if (state.at >= request.expiresAt) expire(setup, state, request);
}

/** When the next request or grant ends, or null. */
export function approvalWakeAt(_setup: Setup, state: State): Instant | null {
  const { open, grants } = state.approvals;
  let next = FOREVER;
  for (const { expiresAt } of open) next = Math.min(next, expiresAt);
  for (const { until } of grants) next = Math.min(next, until);
  return Number.isFinite(next) ? (next as Instant) : null;
}

/** Ends every request and grant: what they were asked for does not hold any more. */
export function voidApprovals(
  setup: Setup,
  state: State,
  { by, reason }: { readonly by: string; readonly reason: string },
): void {
  const { open, grants } = state.approvals;
  for (const { id } of grants) end(state, id, { outcome: 'voided', by, reason });
  for (const request of open) refuse(setup, state, request, { outcome: 'voided', by, reason });
}
