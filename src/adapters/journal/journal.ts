import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { assert, BadInput, canonical } from '../../base/index.ts';
import { redacted } from '../secret.ts';
import type { Entry, Journal, JournalHead, JournalRecord } from '../../engine/index.ts';
import { hashOf, recordHash, snapshotHash } from './chain.ts';
import {
  fileDamage,
  isDamage,
  JournalDamaged,
  JournalRefused,
  messageOf,
  refusalCode,
} from './errors.ts';
import { createHead, FIRST_MARK, HeadFile, type HeadMark, readHead, syncFolder } from './head.ts';
import { type Lock, lockJournal } from './lock.ts';
import { hashAt, JournalReader } from './reader.ts';
import type { RecordCheck } from './records.ts';
import { holdReserve, releaseReserve, RESERVE_BYTES } from './reserve.ts';
import { checkSchema, createTables, isEmpty } from './schema.ts';
import { closeDatabase, type Database, foldLog, makeDurable, openDatabase } from './sqlite.ts';
import { allGone, checkTail, isUnused } from './tail.ts';

export interface JournalOptions {
  /** The account it belongs to; another one's journal is refused. */
  readonly account: string;
  /** Disk space kept for it, given back when the disk is full. Without it: `RESERVE_BYTES`. */
  readonly reserveBytes?: number;
}

/** Older snapshots are dropped; four are enough to pass over a damaged one or two. */
const SNAPSHOTS_KEPT = 4;

/** Contents wait for the next group in memory, but not more than this many characters of them. */
const WAITING_MAX = 16_000_000;

const KIND = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/**
 * Opens the journal at `path` for its one writer, and makes it when there is none.
 * Its end is held against the head file before anything is written; `verifyJournal` looks at all.
 * Throws `JournalRefused` while another process writes it or when the disk refuses,
 * `JournalDamaged` when its end is not as it was left, `BadInput` for another account's journal, a
 * newer format, or a file that is no journal.
 */
export function openJournal(path: string, options: JournalOptions): SqliteJournal {
  mkdirSync(dirname(path), { recursive: true });
  const lock = lockJournal(path);
  try {
    if (!hasTables(path)) create(path, options.account);
    const end = inspect(path, options.account);
    holdReserve(path, options.reserveBytes ?? RESERVE_BYTES);
    return new SqliteJournal(path, lock, end);
  } catch (error) {
    lock.release();
    throw asJournalError(path, error);
  }
}

/** Errors with a name of their own pass; those of SQLite and the file system get one. */
function asJournalError(path: string, error: unknown): unknown {
  const named = [JournalRefused, JournalDamaged, BadInput].some((kind) => error instanceof kind);
  if (named) return error;
  return isDamage(error)
    ? new JournalDamaged(path, fileDamage(error), { cause: error })
    : refusal(path, error);
}

const refusal = (path: string, error: unknown): JournalRefused =>
  new JournalRefused(refusalCode(error), path, messageOf(error), { cause: error });

/** Whether a database with tables is there. Only reads: a damaged one is left as it is. */
function hasTables(path: string): boolean {
  if (!existsSync(path) || statSync(path).size === 0) return false;
  const db = openDatabase(path, { readOnly: true });
  try {
    return !isEmpty(db);
  } finally {
    closeDatabase(db);
  }
}

function create(path: string, account: string): void {
  const head = readHead(path);
  if (!isUnused(head)) throw new JournalDamaged(path, allGone(head));
  const db = openDatabase(path);
  try {
    makeDurable(db);
    createTables(db, account);
  } finally {
    closeDatabase(db);
  }
  createHead(path, FIRST_MARK);
  syncFolder(dirname(dirname(path)));
}

/** The end of the journal, proven against its head file, without a write. */
function inspect(path: string, account: string): HeadMark {
  const head = readHead(path);
  const db = openDatabase(path, { readOnly: true });
  try {
    const bound = checkSchema(db, path);
    if (bound !== account) {
      throw new BadInput(`Journal "${path}" belongs to account "${bound}", not to "${account}"`);
    }
    const tail = checkTail(db, head);
    if (!tail.ok) throw new JournalDamaged(path, tail.damage);
    if (head.kind === 'none') createHead(path, tail.end);
    return tail.end;
  } finally {
    closeDatabase(db);
  }
}

/** The journal as one SQLite database, with the file of its head and of its lock beside it. */
export class SqliteJournal implements Journal {
  readonly #path: string;
  readonly #db: Database;
  readonly #reader: JournalReader;
  readonly #head: HeadFile;
  readonly #lock: Lock;
  readonly #fileId: number;
  readonly #statements: Statements;
  #end: HeadMark;
  /** Contents that go to the disk with the next group; none of its records can be without them. */
  readonly #waiting = new Map<string, string>();
  #waitingSize = 0;
  #refused: JournalRefused | undefined;

  /** Takes over `lock`; `end` is the journal's proven end. */
  constructor(path: string, lock: Lock, end: HeadMark) {
    this.#path = path;
    this.#lock = lock;
    this.#end = end;
    this.#db = openDatabase(path);
    try {
      makeDurable(this.#db);
      this.#statements = prepare(this.#db);
      this.#head = new HeadFile(path);
      this.#head.settle(end);
    } catch (error) {
      closeDatabase(this.#db);
      throw error;
    }
    this.#reader = new JournalReader(this.#db, path);
    this.#fileId = statSync(path).ino;
  }

  head(): JournalHead {
    return { seq: this.#end.seq, hash: this.#end.hash };
  }

  append(entries: readonly Entry[]): JournalHead {
    const rows = entries.map((entry) => {
      assert(
        KIND.test(entry.kind),
        `Record kind "${entry.kind}" is not letters, digits, ".", "_", "-"`,
      );
      assert(Number.isSafeInteger(entry.at), `Record at "${entry.at}" is not whole milliseconds`);
      return { at: Number(entry.at), kind: entry.kind, body: redacted(canonical(entry.body)) };
    });
    if (rows.length > 0) this.#write(() => this.#insert(rows));
    return this.head();
  }

  /** Inserts the contents that wait, then the rows; returns the journal's new end. */
  #insert(rows: readonly { at: number; kind: string; body: string }[]): HeadMark {
    let { seq, hash, contents } = this.#end;
    for (const [key, text] of this.#waiting) {
      contents += 1;
      this.#statements.content.run(contents, key, text);
    }
    for (const { at, kind, body } of rows) {
      const previous = hash;
      seq += 1;
      hash = recordHash(previous, seq, at, kind, body);
      this.#statements.record.run(seq, at, kind, body, previous, hash);
    }
    return { seq, hash, contents };
  }

  /**
   * Runs `change` as one durable transaction and notes the end it returns.
   * When the disk refuses, nothing of it is kept and this journal refuses everything from then on.
   */
  #write(change: () => HeadMark): void {
    if (this.#refused) throw this.#refused;
    try {
      this.#assertInPlace();
      this.#statements.begin.run();
      const end = change();
      this.#statements.commit.run();
      this.#end = end;
    } catch (error) {
      this.#refused = error instanceof JournalRefused ? error : refusal(this.#path, error);
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      if (this.#refused.code === 'diskFull') releaseReserve(this.#path);
      throw this.#refused;
    }
    this.#waiting.clear();
    this.#waitingSize = 0;
    this.#note();
  }

  /** The group is durable already, so a head file that cannot be written stops the next one. */
  #note(): void {
    try {
      this.#head.note(this.#end);
    } catch (error) {
      this.#refused = refusal(this.#path, error);
    }
  }

  /** A file moved or deleted under us takes writes without a complaint, and loses them. */
  #assertInPlace(): void {
    if (statSync(this.#path, { throwIfNoEntry: false })?.ino === this.#fileId) return;
    throw new JournalRefused('moved', this.#path, 'the file was moved, deleted or replaced');
  }

  read(afterSeq = 0, check: RecordCheck = 'chain'): Iterable<JournalRecord> {
    return this.#reader.read(afterSeq, check);
  }

  ofKind(kind: string): ReturnType<JournalReader['ofKind']> {
    return this.#reader.ofKind(kind);
  }

  saveSnapshot(seq: number, state: string): void {
    const journalHash = hashAt(this.#db, seq);
    assert(journalHash !== undefined, `Snapshot of record "${seq}", which is not in the journal`);
    this.#write(() => {
      const hash = snapshotHash(seq, journalHash, state);
      this.#statements.snapshot.run(seq, journalHash, state, hash);
      this.#statements.dropSnapshots.run(SNAPSHOTS_KEPT);
      return this.#insert([]);
    });
  }

  latestSnapshot(): { readonly seq: number; readonly state: string } | undefined {
    return this.#reader.latestSnapshot();
  }

  /** Keeps `text`, durably at the latest together with the next group; returns its SHA-256. */
  putContent(given: string): string {
    const text = redacted(given);
    const hash = hashOf(text);
    if (this.#waiting.has(hash) || this.#statements.hasContent.get(hash) !== undefined) return hash;
    this.#waiting.set(hash, text);
    this.#waitingSize += text.length;
    if (this.#waitingSize > WAITING_MAX) this.#write(() => this.#insert([]));
    return hash;
  }

  content(hash: string): string | undefined {
    return this.#waiting.get(hash) ?? this.#reader.content(hash);
  }

  /** Writes what waits, settles the head file, and frees the lock. */
  close(): void {
    if (!this.#db.isOpen) return;
    try {
      if (this.#refused === undefined) {
        if (this.#waiting.size > 0) this.#write(() => this.#insert([]));
        foldLog(this.#db);
        this.#head.settle(this.#end);
      }
    } finally {
      this.#refused ??= new JournalRefused('closed', this.#path, 'it is closed');
      this.#head.close();
      closeDatabase(this.#db);
      this.#lock.release();
    }
  }
}

type Statements = ReturnType<typeof prepare>;

const prepare = (db: Database) => ({
  begin: db.prepare('BEGIN IMMEDIATE'),
  commit: db.prepare('COMMIT'),
  record: db.prepare('INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)'),
  content: db.prepare('INSERT INTO content VALUES (?, ?, ?)'),
  hasContent: db.prepare('SELECT 1 FROM content WHERE hash = ?'),
  snapshot: db.prepare('INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?)'),
  dropSnapshots: db.prepare(
    'DELETE FROM snapshot WHERE seq NOT IN (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT ?)',
  ),
});
