import { bugsOf } from './bug.ts';

const PLAN = 'src/engine/approve/plan.test.ts';
const approve = bugsOf('src/engine/approve/approve.ts', 'src/engine/approve/approve.test.ts', PLAN);
const rules = bugsOf('src/risk/approvals.ts', 'src/risk/approvals.test.ts', PLAN);

/** A person's yes: to these terms, in time, once. */
export const APPROVAL_BUGS = [
  bugsOf('src/engine/send.ts', 'src/engine/approve/approve.test.ts')(
    'an order leaves while a person is still asked',
    'F067, F071, invariant 30',
    "if (approvalFor(setup, state, book, intent) === 'free') release(setup, state, intent);",
    'approvalFor(setup, state, book, intent);\n  release(setup, state, intent);',
  ),
  approve(
    'one yes is used twice',
    'F068, invariant 30',
    "end(state, request.id, { outcome: 'approved', by, reason: scope ?? 'order' });",
    '',
  ),
  approve(
    'a yes to other terms counts',
    'F068, invariant 30',
    'if (hash !== undefined && hash !== shown) {',
    "if (hash === '') {",
  ),
  rules(
    'the quantity is not among the terms that are hashed',
    'F068, invariant 30',
    '    quantity: intent.quantity,\n',
    '',
  ),
  approve(
    'a yes that comes too late counts',
    'F067, invariant 30',
    'if (state.at >= request.expiresAt) return expire(setup, state, request);',
    '',
  ),
  approve(
    'a request outlives the fence of its session',
    'F067, invariants 23 and 30',
    'Math.min(state.at + policy.timeoutMs, state.fence ?? FOREVER)',
    'Math.min(state.at + policy.timeoutMs, FOREVER)',
  ),
  approve(
    'a price that moved since is ignored',
    'F069, invariant 30',
    'const drift = driftProblem(intent.expectedPrice, price, driftPctMax);',
    'const drift = driftProblem(intent.expectedPrice, price, 100 + driftPctMax);',
  ),
  approve(
    'an order that was approved passes no gate any more',
    'F069, invariants 13 and 16',
    'if (refusal === null) return again;',
    'if (refusal === null || price > 0) return again;',
  ),
  approve(
    'a yes of yesterday counts today',
    'F067, invariants 22 and 30',
    'if (intent.date !== state.date) return',
    'if (state.epoch < 0) return',
  ),
  approve(
    'an approved order leaves before the account is reconciled',
    'F021, invariant 28',
    'if (!isReconciled(state)) {',
    'if (state.epoch < 0) {',
  ),
  rules(
    'a budget is overdrawn',
    'invariant 30',
    'if (grant.orderClass !== asked.orderClass || !(asked.worstCost <= grant.left)) return false;',
    'if (grant.orderClass !== asked.orderClass) return false;',
  ),
  rules(
    'a budget of one class pays for another',
    'invariant 30',
    'grant.orderClass !== asked.orderClass || ',
    '',
  ),
  rules(
    'a leg of a plan is used twice',
    'F068, invariant 30',
    'grant.legs = grant.legs.filter(({ index }) => index > terms.index);',
    '',
  ),
  rules(
    'a plan is carried out larger than it was shown',
    'F068, invariant 30',
    'intent.quantity > terms.quantityMax || ',
    '',
  ),
  rules('a permission holds beyond its time', 'F067, invariant 30', ' || at >= grant.until', ''),
  rules(
    'a word that nobody knows needs no approval',
    'F071, F083, invariant 30',
    "(rules[orderClass] ?? (exempt ? 'free' : 'required')) !== 'free'",
    "(rules[orderClass] ?? (exempt ? 'free' : 'required')) === 'required'",
  ),
];
