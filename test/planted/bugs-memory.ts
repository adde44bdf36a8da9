import { bugsOf } from './bug.ts';

const snapshot = bugsOf('src/engine/snapshot.ts', 'src/engine/snapshot.test.ts');
const reader = bugsOf('src/adapters/journal/reader.ts', 'src/adapters/journal/journal.test.ts');
const records = bugsOf('src/adapters/journal/records.ts', 'src/adapters/journal/verify.test.ts');
const journal = bugsOf(
  'src/adapters/journal/journal.ts',
  'src/adapters/journal/journal.test.ts',
  'src/adapters/journal/disk.test.ts',
);

/** What must outlive the process: snapshots and the journal. */
export const MEMORY_BUGS = [
  snapshot(
    'a halt is forgotten in a snapshot',
    'F065, invariants 16 and 27',
    'state.halt = saved.halt;',
    '',
  ),
  snapshot(
    'a book that stopped goes on after a restart',
    'F066, invariants 20 and 27',
    'book.stopped = saved.stopped;',
    '',
  ),
  snapshot(
    'the orders of the day are forgotten in a snapshot',
    'F003, invariants 4 and 27',
    'book.ordersToday = saved.ordersToday;',
    '',
  ),
  snapshot(
    'orders that are done are forgotten in a snapshot',
    'F015, invariants 8 and 27',
    'for (const order of saved.done) state.orders.done.set(idOf(order), order);',
    '',
  ),
  snapshot(
    'a claimed slot is forgotten in a snapshot',
    'F052, invariants 22 and 27',
    'book.slotDate = saved.slotDate;',
    '',
  ),
  snapshot(
    'loss marks are forgotten in a snapshot',
    'F066, invariants 20 and 27',
    'book.lossMarks = saved.lossMarks;',
    '',
  ),
  snapshot(
    'activities that were booked are forgotten in a snapshot',
    'F035, invariants 8 and 27',
    'for (const id of saved.activities) state.activities.add(id);',
    '',
  ),
  snapshot(
    'an emergency exit is forgotten in a snapshot',
    'F086, invariant 27',
    'state.flatten = saved.flatten;',
    '',
  ),
  snapshot(
    'open requests are forgotten in a snapshot',
    'F067, invariants 27 and 30',
    'state.approvals = saved.approvals;',
    '',
  ),
  snapshot(
    'guards of positions are forgotten in a snapshot',
    'F010, invariants 21 and 27',
    'state.watch = saved.watch;',
    '',
  ),
  snapshot(
    'sent orders are forgotten by the rates in a snapshot',
    'F012, invariants 17 and 27',
    'state.risk = saved.risk;',
    '',
  ),
  snapshot(
    'questions about orders are forgotten in a snapshot',
    'F017, invariants 27 and 36',
    'state.wire = saved.wire;',
    '',
  ),
  bugsOf('src/engine/fold.ts', 'src/proof/replay.test.ts')(
    'effects are not in the journal',
    'F021, invariants 1 and 31',
    'body: encodeInput(input) }, ...told];',
    'body: encodeInput(input) }];',
  ),
  records(
    'a record that was altered is accepted',
    'F023, invariant 29',
    'if (row[5] !== before || !isSound(row, before)) return i;',
    'if (row[5] !== before) return i;',
  ),
  records(
    'the chain of hashes is not checked',
    'F023, invariant 29',
    'if (row[5] !== before || !isSound(row, before)) return i;',
    'if (row[5].length !== before.length) return i;',
  ),
  records(
    'a record that is missing is skipped',
    'F023, invariant 29',
    'if (row[0] !== seq + i + 1) return i;',
    '',
  ),
  reader(
    'a snapshot is not verified',
    'F025, invariant 29',
    'if (row?.hash === hash && row.journal_hash === hashAt(this.#db, seq)) {',
    'if (row !== undefined || hash === seq) {',
  ),
  bugsOf('src/adapters/journal/tail.ts', 'src/adapters/journal/verify.test.ts')(
    'a journal that was cut short is accepted',
    'F024, F028, invariant 29',
    'if (mark.seq > end.seq) {',
    'if (mark.seq > end.seq + 1_000) {',
  ),
  journal(
    'a journal goes on after the disk refused a group',
    'F024, F087, invariant 1',
    'if (this.#refused) throw this.#refused;',
    '',
  ),
  journal(
    'a journal that was moved away takes records',
    'F024, F028, invariant 1',
    'this.#assertInPlace();\n      this.#statements',
    'this.#statements',
  ),
  journal(
    'the journal of another account is taken',
    'F085, invariant 25',
    'if (bound !== account) {',
    "if (bound === '') {",
  ),
];
