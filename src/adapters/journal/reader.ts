import { assert, type Instant } from '../../base/index.ts';
import type { JournalHead, JournalRecord } from '../../engine/index.ts';
import { GENESIS, snapshotHash, textHash } from './chain.ts';
import { fileDamage, isDamage, JournalDamaged } from './errors.ts';
import { eachRow, type RecordCheck } from './records.ts';
import { checkSchema } from './schema.ts';
import { closeDatabase, type Database, openDatabase, scalar } from './sqlite.ts';

/** The newest record in the database. */
export function lastRecord(db: Database): JournalHead {
  const row = db.prepare('SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1').get();
  return row === undefined ? { seq: 0, hash: GENESIS } : { seq: row.seq, hash: row.hash };
}

/** Hash of record `seq` as it stands in the database; that before the first for 0. */
export const hashAt = (db: Database, seq: number): string | undefined =>
  seq === 0
    ? GENESIS
    : (scalar(db, 'SELECT hash FROM journal WHERE seq = ?', seq) as string | undefined);

export const countContents = (db: Database): number =>
  Number(scalar(db, 'SELECT coalesce(max(n), 0) FROM content'));

/** What `query` brings; undefined when the file is too damaged to bring it. */
function readable<T>(query: () => T): T | undefined {
  try {
    return query();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** Reads a journal; any number of processes may, beside its one writer. */
export class JournalReader {
  readonly #db: Database;
  readonly #path: string;

  /** `db` is open, its schema checked. */
  constructor(db: Database, path: string) {
    this.#db = db;
    this.#path = path;
  }

  head(): JournalHead {
    return lastRecord(this.#db);
  }

  /**
   * Records after `seq`, oldest first, up to the head as it is at the first step.
   * With "chain" each hash is computed again, and what is handed on is as it was written; "order"
   * only sees to it that none is missing and takes a third less time: for a journal just verified.
   * Throws `JournalDamaged` in place of the first record that is not as it was written.
   */
  *read(afterSeq = 0, check: RecordCheck = 'chain'): Generator<JournalRecord, void> {
    const head = this.#sound(() => this.head());
    const previous = this.#sound(() => hashAt(this.#db, afterSeq));
    assert(previous !== undefined, `Journal "${this.#path}" has no record "${afterSeq}"`);
    const rows = eachRow(this.#db, { seq: afterSeq, until: head.seq, previous }, check);
    for (;;) {
      const step = rows.next();
      if (step.done === true) {
        if ('damage' in step.value) throw new JournalDamaged(this.#path, step.value.damage);
        return;
      }
      for (const [seq, at, kind, body, hash] of step.value) {
        yield { seq, at: at as Instant, kind, body: JSON.parse(body) as unknown, hash };
      }
    }
  }

  /**
   * Records of one kind, oldest first, and no others: for lists that people read. The chain is not
   * looked at; a fold takes `read`.
   */
  *ofKind(kind: string): Generator<Pick<JournalRecord, 'seq' | 'kind' | 'body'>, void> {
    const rows = this.#db.prepare(
      'SELECT seq, body FROM journal WHERE kind = ? AND seq > ? ORDER BY seq LIMIT 1000',
    );
    for (let seq = 0; ;) {
      const found = this.#sound(() => rows.all(kind, seq));
      for (const row of found) yield { seq: row.seq, kind, body: JSON.parse(row.body) as unknown };
      if (found.length < 1000) return;
      seq = found.at(-1)?.seq ?? seq;
    }
  }

  /** The newest snapshot that verifies and belongs to this chain; the others are passed over. */
  latestSnapshot(): { readonly seq: number; readonly state: string } | undefined {
    const list = this.#db.prepare('SELECT seq FROM snapshot ORDER BY seq DESC');
    const find = this.#db.prepare('SELECT journal_hash, state, hash FROM snapshot WHERE seq = ?');
    for (const { seq } of readable(() => list.all()) ?? []) {
      const row = readable(() => find.get(seq));
      const hash = snapshotHash(seq, row?.journal_hash, row?.state);
      if (row?.hash === hash && row.journal_hash === hashAt(this.#db, seq)) {
        return { seq, state: row.state };
      }
    }
    return undefined;
  }

  /** The text kept under `hash`, or undefined. Throws `JournalDamaged` when it has another hash. */
  content(hash: string): string | undefined {
    const find = this.#db.prepare('SELECT n, text FROM content WHERE hash = ?');
    const row = this.#sound(() => find.get(hash));
    if (row === undefined) return undefined;
    const found = textHash(row.text);
    if (found === hash) return row.text;
    const reason = 'its text and its hash differ';
    const damage = { place: 'content', seq: row.n, reason, found, wanted: hash } as const;
    throw new JournalDamaged(this.#path, damage);
  }

  close(): void {
    closeDatabase(this.#db);
  }

  /** What `query` brings; a file too damaged to bring it becomes `JournalDamaged`. */
  #sound<T>(query: () => T): T {
    try {
      return query();
    } catch (error) {
      if (!isDamage(error)) throw error;
      throw new JournalDamaged(this.#path, fileDamage(error), { cause: error });
    }
  }
}

/** Opens the journal at `path` for reading. Throws as `checkSchema` does, or when there is none. */
export function readJournal(path: string): JournalReader {
  const db = openDatabase(path, { readOnly: true });
  try {
    checkSchema(db, path);
  } catch (error) {
    closeDatabase(db);
    throw error;
  }
  return new JournalReader(db, path);
}
