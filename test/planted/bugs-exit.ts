import { bugsOf } from './bug.ts';

const FLATTEN = ['src/engine/flatten/flatten.test.ts', 'src/engine/flatten/plan.test.ts'] as const;
const flatten = bugsOf('src/engine/flatten/flatten.ts', ...FLATTEN);
const closing = bugsOf('src/engine/flatten/orders.ts', 'src/engine/flatten/flatten.test.ts');
const protect = bugsOf('src/engine/watch/protect.ts', 'src/engine/watch/watch.test.ts');
const exit = bugsOf('src/engine/watch/exit.ts', 'src/engine/watch/exit.test.ts');
const marks = bugsOf('src/engine/watch/marks.ts', 'src/engine/watch/marks.test.ts');

/** The emergency exit, and what guards a position. */
export const EXIT_BUGS = [
  flatten(
    'flat is told without a second reading',
    'F033, F086, invariant 10',
    'if (flatten.flatReads < 2) return read(state, flatten);',
    '',
  ),
  flatten(
    'an empty list is flat though the ledgers hold something',
    'F033, F086, invariant 10',
    'if (unlike.length === 0 && unproven.length === 0) return',
    'if (unlike.length >= 0) return',
  ),
  flatten(
    'an exit asked for again begins again',
    'F086, invariant 14',
    'if (!exitIsOver(state)) {',
    'if (state.epoch < 0) {',
  ),
  flatten(
    'an exit does not wait for proof of the ends it asked for',
    'F008, F086, invariant 14',
    'if (state.orders.live.size > 0 && state.at < flatten.wakeAt) return;',
    '',
  ),
  flatten(
    'an exit leaves new risk free',
    'F086, invariant 16',
    "if (!isAtLeast(state.halt, 'NO_NEW_RISK')) {",
    'if (state.epoch < 0) {',
  ),
  flatten(
    'a plan goes on during an exit',
    'F086, invariant 16',
    'for (const book of state.books) book.work = null;',
    '',
  ),
  flatten(
    'an exit cancels nothing',
    'F086, invariant 14',
    "askCancel(state, order, 'emergency exit');",
    '',
  ),
  closing(
    'an exit closes more than the broker reports',
    'F086, invariant 14',
    'const size = proven ? Math.abs(reported) : both;',
    'const size = Math.max(Math.abs(reported), Math.abs(ours));',
  ),
  closing(
    'an exit sells again what an order without an outcome may have sold',
    'F001, F086, invariant 14',
    'const left = remaining(order);',
    'const left = 0 * remaining(order);',
  ),
  closing(
    'an exit believes positions that lag its fills',
    'F032, F086, invariant 14',
    'return moved === undefined ? since : Math.max(since, moved + lagMs(setup));',
    'return moved === undefined ? since : Math.max(since, moved);',
  ),
  closing(
    'an exit sells short what is short',
    'F086, invariant 14',
    "(held > 0 ? 'sell' : 'buy')",
    "(held > 0 ? 'sell' : 'sell')",
  ),
  protect(
    'protection stays larger than the position',
    'F009, invariant 21',
    'if (remaining(order) !== ',
    'if (remaining(order) < 0 && remaining(order) !== ',
  ),
  protect(
    'new protection is sent before the old is proven done',
    'F009, invariant 21',
    'if (wants && protecting.length === 0 && guard.held === null && due)',
    'if (wants && stop === undefined && guard.held === null && due)',
  ),
  protect(
    'protection that was refused is not tried again',
    'F010, invariants 21 and 36',
    'guard.retryAt = retryAfter(state.at, guard.failures);',
    'guard.retryAt = (state.at + 1e12) as Instant;',
  ),
  bugsOf('src/engine/watch/guard.ts', 'src/engine/watch/watch.test.ts')(
    'a stop stays at its price of before a split',
    'F036, invariant 21',
    'if (guard.stopPrice !== null) guard.stopPrice = toTick(moved(guard.stopPrice));',
    '',
  ),
  exit(
    'an exit of the watch is sent while protection holds the shares',
    'F010, invariants 14 and 21',
    'if (blocks || protecting.length > 0 || shrinking.length > 0) return;',
    'if (blocks || shrinking.length > 0) return;',
  ),
  exit(
    'an exit of the watch is sent twice',
    'F032, invariant 14',
    'if (blocks || protecting.length > 0 || shrinking.length > 0) return;',
    'if (blocks || protecting.length > 0) return;',
  ),
  bugsOf('src/engine/watch/exit.ts', 'src/engine/watch/unread.test.ts')(
    'protection is sent before the account is reconciled',
    'F021, invariant 28',
    'if (!isReconciled(state) || !exitIsOver(state)) {',
    'if (!exitIsOver(state)) {',
  ),
  exit(
    'protection comes back during an emergency exit',
    'F086, invariant 14',
    'if (!isReconciled(state) || !exitIsOver(state)) {',
    'if (!isReconciled(state)) {',
  ),
  bugsOf('src/engine/work.ts', 'src/engine/watch/exit.test.ts')(
    'a leg of the plan is sent while protection holds the shares',
    'F010, invariants 14 and 21',
    'if (!makesRoom(setup, state, book, guard)) return false;',
    'makesRoom(setup, state, book, guard);',
  ),
  marks(
    'one mark closes a position',
    'F042, invariant 18',
    'return guard.breach.ticks >= policy.confirmTicks ? reason : null;',
    'return reason;',
  ),
  marks(
    'a bad tick closes a position',
    'F042, invariant 18',
    'if (suspect.ticks < confirmTicks || at - suspect.at < confirmMs) return 0;',
    '',
  ),
  bugsOf('src/engine/watch/marks.ts', 'src/engine/watch/exit.test.ts')(
    'watch and broker both sell at the stop',
    'F061, invariant 14',
    ' && !rests(guard.stop))',
    ')',
  ),
  bugsOf('src/engine/watch/cover.ts', 'src/engine/watch/cover.test.ts')(
    'a short contract without cover is never bought back',
    'F011, invariant 15',
    'if (gap.lookAt === null || state.at < gap.lookAt) continue;',
    'if (gap.lookAt !== null) continue;',
  ),
];
