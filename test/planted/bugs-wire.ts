import { bugsOf } from './bug.ts';

const AGAIN = 'src/engine/wire-again.test.ts';
const WIRE = 'src/engine/wire.test.ts';
const wire = bugsOf('src/engine/wire.ts', WIRE, AGAIN, 'src/engine/reports.test.ts');
const reports = bugsOf('src/engine/reports.ts', 'src/engine/reports.test.ts');
const start = bugsOf('src/engine/day.ts', WIRE, 'src/engine/reconcile/reconcile.test.ts');
const slot = bugsOf('src/engine/observation.ts', 'src/engine/observation.test.ts');
const leftover = bugsOf('src/engine/leftover.ts', 'src/engine/leftover.test.ts');

/** What leaves, when, and once: the engine between decision and outcome. */
export const WIRE_BUGS = [
  wire(
    'an order is sent again at a broker that knows no ids of ours',
    'F001, invariants 2 and 3',
    "if (setup.broker.clientIds !== 'unique' || order.attempts >= ATTEMPTS_MAX) return false;",
    'if (order.attempts >= ATTEMPTS_MAX) return false;',
  ),
  wire(
    'an order is sent again on a timeout',
    'F001, F002, invariant 3',
    "if (report.kind !== 'notFound' || order === undefined || order.status !== 'unknown')",
    "if ((report.kind !== 'notFound' && report.kind !== 'unknown') || order === undefined)",
  ),
  wire(
    'an order is sent again without end',
    'F006, F012, invariant 17',
    'order.attempts >= ATTEMPTS_MAX) return false;',
    'order.attempts >= 1_000) return false;',
  ),
  wire(
    'an order is sent again after its session',
    'F049, invariant 23',
    'if (!isInTime(state, order)) return false;',
    '',
  ),
  wire(
    'an order is sent again before the account is reconciled',
    'F021, invariant 28',
    'if (!isReconciled(state)) {',
    'if (state.epoch < 0) {',
  ),
  wire(
    'an order that is sent again is not reviewed again',
    'F001, invariants 13 and 16',
    'if (refusalNow(setup, state, order) !== null) return false;',
    '',
  ),
  wire(
    '"no such order" is believed too early',
    'F001, invariants 3 and 5',
    'report.at < order.sentAt + setup.broker.settleMs;',
    'report.at < order.sentAt;',
  ),
  wire(
    'an order leaves without a watermark',
    'F001, invariant 3',
    "if (setup.broker.clientIds === 'unique') return transmit(setup, state, order);",
    'if (order.attempts === 0) return transmit(setup, state, order);',
  ),
  wire('the watermark is not kept', 'F001, invariant 3', 'order.watermark = ids;', ''),
  wire(
    'a second order leaves while the first has no outcome',
    'F001, invariants 2 and 3',
    'if (isWireBusy(state, order)) state.wire.waiting.push(idOf(order));',
    'if (order.attempts > 0) state.wire.waiting.push(idOf(order));',
  ),
  wire(
    'an order that waited is not reviewed again',
    'F012, invariants 13 and 16',
    'return refusalNow(setup, state, order);',
    'return null;',
  ),
  wire(
    'an order leaves however long it waited',
    'F051, F053, invariant 18',
    "return 'it waited too long to be sent';",
    'state.inputs += 0;',
  ),
  wire(
    'an order may leave after the fence',
    'F049, invariant 23',
    'fence > by ? by : fence;',
    'fence > by ? by : by;',
  ),
  wire(
    'a question about an order is asked once only',
    'F017, invariant 36',
    'ask(state, id as ClientOrderId);',
    'delete state.wire.asks[id];',
  ),
  wire(
    'a cancel that got lost is not asked for again',
    'F008, invariant 36',
    "if (order.status === 'canceling') {",
    'if (order.attempts < 0) {',
  ),
  reports(
    'nobody asks what became of an UNKNOWN order',
    'F001, invariants 5 and 36',
    "if (order.status === 'unknown' && !isOfFills(report)) ask(state, order.intent.clientOrderId);",
    '',
  ),
  reports(
    'a leg is booked on the underlying',
    'F011, invariant 10',
    'const leg = intent.legs === undefined ? intent : legOfFill(intent, fill);',
    'const leg = intent;',
  ),
  reports(
    'a fill that cannot be booked on its book is dropped',
    'F031, invariants 8 and 10',
    'for (const posting of postings) bookFill(',
    'for (const posting of book === state.external ? [] : postings) bookFill(',
  ),
  reports(
    'an alarm of an order halts nothing',
    'F008, invariant 7',
    "if (alarm !== null) raise(state, 'orderAlarm', alarm);",
    "if (alarm !== null) alert(state, 'CRITICAL', 'orderAlarm', alarm);",
  ),
  start(
    'an order sent before the crash is not made UNKNOWN',
    'F021, invariant 5',
    "} else if (status === 'inFlight') {",
    "} else if (status === 'expired') {",
  ),
  start(
    'an order that never left is left live after a crash',
    'F021, invariant 36',
    "takeReport(setup, state, { ...base, kind: 'notSent', reason: UNSENT });",
    'ask(state, intent.clientOrderId);',
  ),
  start('the account is not read at the start', 'F021, invariant 28', '  askAccount(state);\n', ''),
  bugsOf('src/engine/reconcile/state.ts', WIRE)(
    'an account read by an earlier life counts',
    'F021, invariant 28',
    'reconcile.epoch === epoch;',
    'reconcile.epoch > 0;',
  ),
  bugsOf('src/engine/work.ts', WIRE)(
    'a plan goes on before the account is reconciled',
    'F021, invariant 28',
    'if (!isReconciled(state)) return;',
    '',
  ),
  slot(
    'a slot is claimed twice',
    'F052, invariant 22',
    'if (book.slotDate !== null && book.slotDate >= input.date) {',
    'if (book.slotDate !== null && book.slotDate > input.date) {',
  ),
  slot(
    'a slot is decided on twice',
    'F052, invariant 22',
    'if (book.slotDate !== input.date || book.slotAnswered) {',
    'if (book.slotDate !== input.date) {',
  ),
  slot(
    'a decision is made after the last moment to trade',
    'F053, invariant 22',
    'if (input.at > input.fence) return tellLate(state, book, input);',
    '',
  ),
  slot(
    'a symbol without a quote is decided on',
    'F040, invariant 18',
    'if (!quoted.has(symbol)) {',
    "if (symbol === '') {",
  ),
  bugsOf('src/engine/day.ts', 'src/engine/observation.test.ts')(
    'a missed slot is caught up',
    'F052, invariant 22',
    'book.slotAnswered = true;',
    'book.slotAnswered = false;',
  ),
  bugsOf('src/risk/data-checks.ts', 'src/risk/data-checks.test.ts')(
    'a stale quote is traded on',
    'F039, invariant 18',
    'if (age <= limits.quoteAgeMsMax && age >= -AHEAD_MS_MAX) return null;',
    'if (age >= -AHEAD_MS_MAX) return null;',
  ),
  leftover(
    'an order works on past the fence',
    'F049, invariant 23',
    'const isFenced = state.fence !== null && state.at > state.fence;',
    'const isFenced = state.fence !== null && state.at < 0;',
  ),
  leftover(
    'an order works for ever',
    'F013, invariant 36',
    'const isOld = state.at - order.intent.at >= setup.orderTimeoutMs;',
    'const isOld = state.at < 0;',
  ),
  leftover(
    'what is sent anew is the whole order, not its rest',
    'F009, F013, invariant 7',
    'quantity: intent.quantity - filled,',
    'quantity: intent.quantity,',
  ),
  leftover(
    'the rest is sent anew though the order filled',
    'F008, invariant 7',
    "if (ended?.status !== 'canceled' || ended.intent.legs !== undefined) return null;",
    'if (ended === undefined || ended.intent.legs !== undefined) return null;',
  ),
];
