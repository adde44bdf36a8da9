/**
 * adapters/journal: the engine's Journal as one SQLite database.
 *
 * In: groups of entries, each one durable transaction; snapshots; contents by their hash. Out: the
 * records in order, the newest sound snapshot, and a verdict on the whole.
 * Files: `x.db` with its log, `x.db-head` (where the end was, outside of the database),
 * `x.db-lock`, `x.db-reserve` (space for when the disk is full).
 * Invariants: one writer at a time, by a lock of the operating system; records form a hash chain
 * without gaps; no record is altered; nothing altered is read as if it were sound; a journal that
 * was refused by the disk takes nothing more until it is opened again.
 * Begin with `journal.ts`, then `verify.ts` and `head.ts`.
 */
export { type Damage, JournalDamaged, JournalRefused, type RefusalCode } from './errors.ts';
export { type JournalOptions, openJournal, SqliteJournal } from './journal.ts';
export { JournalReader, readJournal } from './reader.ts';
export type { RecordCheck } from './records.ts';
export { type Verification, verifyJournal } from './verify.ts';
export { type DurableMap, openDurableMap } from './key-store.ts';
