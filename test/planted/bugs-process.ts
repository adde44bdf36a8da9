import { bugsOf, worldBugsOf } from './bug.ts';

const performer = bugsOf('src/apps/performer.ts', 'src/apps/performer.test.ts');
const runner = bugsOf('src/apps/runner.ts', 'src/apps/runner.test.ts');
const latch = bugsOf('src/adapters/system/latch.ts', 'src/adapters/system/latch.test.ts');
const owner = bugsOf(
  'src/adapters/system/ownership.ts',
  'src/adapters/system/ownership-once.test.ts',
);
const news = bugsOf('src/apps/news.ts', 'src/apps/news.test.ts');

const WORLDS = 40;
/** The group of records is written a moment after its effects began. */
const LATE = {
  find:
    '    this.#append([\n      ...this.#segmentEntries(),\n' +
    '      ...taken.flatMap(([input, effects]) => entriesOf(input, effects)),\n    ]);',
  replace:
    '    const late = [\n      ...this.#segmentEntries(),\n' +
    '      ...taken.flatMap(([input, effects]) => entriesOf(input, effects)),\n    ];\n' +
    '    void Promise.resolve().then(() => this.#append(late)).catch(() => {});',
};

/** The process: what it does in which order, what it is told, and that there is one of it. */
export const PROCESS_BUGS = [
  bugsOf('src/apps/recorder.ts', 'src/apps/runner.test.ts')(
    'an order leaves before its record is on the disk',
    'F021, invariant 1',
    LATE.find,
    LATE.replace,
  ),
  performer(
    'the halt latch is ignored at the wire',
    'F065, invariant 16',
    'this.#held(intent) ?? ',
    '',
  ),
  performer(
    'an order is sent after its last moment',
    'F051, F053, invariants 18 and 23',
    "at > sendBy ? 'it came to the wire too late'",
    "at > sendBy + 1e9 ? 'it came to the wire too late'",
  ),
  performer(
    'a call that breaks off is taken as a refusal',
    'F001, invariant 5',
    "reports = [{ kind: 'unknown', order:",
    "reports = [{ kind: 'rejected', order:",
  ),
  performer(
    'an absence seen before the order was sent again is believed',
    'F002, invariant 3',
    "this.reports(isStale ? reports.filter(({ kind }) => kind !== 'notFound') : reports);",
    'this.reports(isStale ? [...reports] : reports);',
  ),
  performer(
    'an order is sent though no watermark could be read',
    'F001, invariant 3',
    "this.reports([{ kind: 'notSent', order, at: now(), reason }]);",
    "arrived(() => [{ kind: 'watermark', at: now(), order, ids: [] }]);",
  ),
  performer(
    'the account that could not be read counts as empty',
    'F033, invariant 10',
    'const account = await broker.account(now());',
    'const nothing = { cash: 0, positions: {} } as never;\n' +
      'const account = await broker.account(now()).catch(() => nothing);',
  ),
  runner(
    'the halt latch is not read at the start',
    'F065, invariant 16',
    'runner.#performer.checkLatch();',
    '',
  ),
  runner(
    'the epoch stays what it was',
    'F021, F026, invariants 4 and 26',
    'const epoch = state.epoch + 1;',
    'const epoch = Math.max(1, state.epoch);',
  ),
  runner(
    'a slot is claimed after its window',
    'F052, invariant 22',
    'if (!isShort && at <= this.#agenda.fence(session, dueAt)) {',
    'if (!isShort) {',
  ),
  news(
    'a fill is filtered as no news',
    'F015, F017, invariant 8',
    'return !isBooked(order, report.fill);',
    'return !isBooked(order, report.fill) && !isDone(order);',
  ),
  news(
    'a late cumulative quantity is filtered as no news',
    'F017, invariant 8',
    'return report.filled > order.filled;',
    'return report.filled > order.filled && !isDone(order);',
  ),
  latch(
    'a latch that cannot be read is no halt',
    'F065, invariant 16',
    "return stop('it is not JSON');",
    'return null as never;',
  ),
  latch(
    'a latch is lowered by a lower one',
    'F065, invariant 16',
    'if (before !== null && isAtLeast(before.level, halt.level)) return before;',
    '',
  ),
  owner(
    'a second process takes the same account',
    'F026, invariant 26',
    'if (!ofAccount.ok) {',
    'if (!ofAccount.ok && directory.length === 0) {',
  ),
  owner(
    'a second process takes the same folder',
    'F026, F027, invariant 26',
    'if (!ofFolder.ok) throw',
    'if (!ofFolder.ok && directory.length === 0) throw',
  ),
  performer(
    'an order leaves though its end or a halt overtook it',
    'F002, F065, invariants 3 and 16',
    ' ?? heldBack(intent.clientOrderId)',
    '',
  ),
  bugsOf('src/apps/agenda.ts', 'src/apps/runner.test.ts')(
    'nobody polls: what the stream lost stays lost',
    'F017, F018, invariants 8 and 36',
    'if (Number.isFinite(pollMs) && state.orders.live.size > 0) {',
    'if (pollMs < 0) {',
  ),
  worldBugsOf('src/engine/wire.ts', WORLDS, [2, 3])(
    'in a world: an order is sent again at a broker that knows no ids of ours',
    'F001, invariants 2 and 3',
    "if (setup.broker.clientIds !== 'unique' || order.attempts >= ATTEMPTS_MAX) return false;",
    'if (order.attempts >= ATTEMPTS_MAX) return false;',
  ),
  worldBugsOf('src/apps/recorder.ts', WORLDS, [1])(
    'in a world: an order leaves before its record is on the disk',
    'F021, invariant 1',
    LATE.find,
    LATE.replace,
  ),
  worldBugsOf('src/apps/news.ts', WORLDS, [8, 10, 11, 36])(
    'in a world: fills are filtered as no news',
    'F015, F017, invariants 8 and 10',
    'return !isBooked(order, report.fill);',
    'return isBooked(order, report.fill);',
  ),
  worldBugsOf('src/engine/day.ts', WORLDS, [28])(
    'in a world: orders leave before the account is read',
    'F021, invariant 28',
    'state.epoch = input.epoch;',
    'state.epoch = input.epoch;\n  state.reconcile.epoch = input.epoch;',
  ),
];
