import { existsSync } from 'node:fs';
import { BadInput } from '../../base/index.ts';
import type { JournalHead } from '../../engine/index.ts';
import { GENESIS, snapshotHash, textHash } from './chain.ts';
import { type Damage, fileDamage, isDamage, JournalDamaged } from './errors.ts';
import { type Head, readHead } from './head.ts';
import { hashAt, lastRecord } from './reader.ts';
import { eachRow } from './records.ts';
import { checkSchema, isEmpty } from './schema.ts';
import { closeDatabase, type Database, openDatabase, scalar } from './sqlite.ts';
import { allGone, checkTail, isUnused } from './tail.ts';
import { readWalTail } from './wal.ts';

export type Verification =
  | {
      readonly ok: true;
      readonly records: number;
      readonly head: JournalHead;
      /** Sentences on what is normal after a crash: an interrupted last commit, an older mark. */
      readonly notes: readonly string[];
    }
  | ({ readonly ok: false } & Damage);

/**
 * Reads the whole journal at `path` and holds it against itself and its head file; alters nothing.
 * Names the first thing that is not as it was written: records in order, then the end, contents,
 * snapshots, and the rest of the file. Where all hashes agree and only the head file does not,
 * records were replaced together with their hashes, and the one named is the last that was noted.
 * Throws `BadInput` where there is no journal or one of a newer format.
 */
export function verifyJournal(path: string): Verification {
  const head = readHead(path);
  if (!existsSync(path)) {
    if (head.kind === 'none') throw new BadInput(`There is no journal at "${path}"`);
    return bad(allGone(head));
  }
  try {
    return verifyFiles(path, head);
  } catch (error) {
    if (error instanceof JournalDamaged) return bad(error.damage);
    if (isDamage(error)) return bad(fileDamage(error));
    throw error;
  }
}

const bad = (damage: Damage): Verification => ({ ok: false, ...damage });

function verifyFiles(path: string, head: Head): Verification {
  const log = settledWalTail(path);
  const db = openDatabase(path, { readOnly: true });
  try {
    // One transaction: all that is looked at is of one moment, though a writer may be at work.
    db.exec('BEGIN');
    if (isEmpty(db)) return verifyEmpty(head);
    checkSchema(db, path);
    const records = checkRecords(db);
    if (records) return bad(records);
    const tail = checkTail(db, head);
    if (!tail.ok) return bad(tail.damage);
    if (log.droppedCommits > 1) return bad(cutLog(tail.end.seq, log.droppedCommits));
    const rest = checkContents(db) ?? checkSnapshots(db) ?? checkStructure(db);
    if (rest) return bad(rest);
    const { seq, hash } = tail.end;
    return { ok: true, records: seq, head: { seq, hash }, notes: notesOn(tail.unnoted, log) };
  } finally {
    closeDatabase(db);
  }
}

/** A process that was killed while it made the journal leaves a database without tables. */
function verifyEmpty(head: Head): Verification {
  if (isUnused(head)) {
    const notes = ['The journal was not made to its end; it holds nothing yet.'];
    return { ok: true, records: 0, head: { seq: 0, hash: GENESIS }, notes };
  }
  return bad(allGone(head));
}

/** A writer at work may replace the log while it is read: an alarm must show twice. */
function settledWalTail(path: string): ReturnType<typeof readWalTail> {
  const first = readWalTail(path);
  return first.droppedCommits > 1 ? readWalTail(path) : first;
}

const cutLog = (seq: number, commits: number): Damage => ({
  place: 'record',
  seq: seq + 1,
  reason: 'it is missing: the write-ahead log is altered and was cut short',
  found: `${commits} commits that do not verify`,
  wanted: 'one at most',
});

function notesOn(unnoted: number, log: ReturnType<typeof readWalTail>): string[] {
  const notes: string[] = [];
  if (log.droppedFrames > 0) {
    const pages = `${log.droppedFrames} page(s)`;
    notes.push(`An incomplete last commit of ${pages} is left out: it was never confirmed.`);
  }
  if (unnoted > 0) {
    notes.push(`The last ${unnoted} record(s) were durable before the head file had noted them.`);
  }
  return notes;
}

function checkRecords(db: Database): Damage | undefined {
  const first = scalar(db, 'SELECT min(seq) FROM journal');
  if (typeof first === 'number' && first < 1) {
    const reason = 'it stands before the first record';
    return { place: 'record', seq: first, reason, found: `${first}`, wanted: '1' };
  }
  const range = { seq: 0, until: lastRecord(db).seq, previous: GENESIS };
  const rows = eachRow(db, range, 'chain');
  for (;;) {
    const step = rows.next();
    if (step.done === true) return 'damage' in step.value ? step.value.damage : undefined;
  }
}

/** Contents are numbered without gaps, so that one taken out is missed. */
function checkContents(db: Database): Damage | undefined {
  let seq = 0;
  for (const row of db.prepare('SELECT n, hash, text FROM content ORDER BY n').iterate()) {
    seq += 1;
    const place = 'content';
    if (row.n !== seq) {
      return { place, seq, reason: 'it is missing', found: `${row.n}`, wanted: `${seq}` };
    }
    const found = textHash(row.text);
    if (found !== row.hash) {
      return { place, seq, reason: 'its text and its hash differ', found, wanted: `${row.hash}` };
    }
  }
  return undefined;
}

function checkSnapshots(db: Database): Damage | undefined {
  for (const row of db.prepare('SELECT * FROM snapshot ORDER BY seq').iterate()) {
    const { seq } = row;
    const place = 'snapshot';
    const found = snapshotHash(seq, row.journal_hash, row.state);
    if (found !== row.hash) {
      return { place, seq, reason: 'its state and its hash differ', found, wanted: `${row.hash}` };
    }
    const wanted = hashAt(db, seq) ?? 'none';
    if (row.journal_hash !== wanted) {
      const reason = 'it is not of this chain';
      return { place, seq, reason, found: row.journal_hash, wanted };
    }
  }
  return undefined;
}

/** What no hash covers: search trees, the index of contents, pages that belong to nobody. */
function checkStructure(db: Database): Damage | undefined {
  const [first] = db.prepare('PRAGMA integrity_check(1)').all();
  const found = String(first?.integrity_check);
  if (found === 'ok') return undefined;
  return { place: 'file', seq: 0, reason: 'its structure is altered', found, wanted: 'ok' };
}
