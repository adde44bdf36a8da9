import { recordHash, type Row } from './chain.ts';
import { type Damage, isDamage, messageOf } from './errors.ts';
import type { Database } from './sqlite.ts';

/** Rows a query brings at once: a third faster than one by one, and few enough for long records. */
const CHUNK = 200;

const SELECT =
  'SELECT seq, at, kind, body, hash, prev_hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?';
/** Without the last column, which a fold does not need. */
const SELECT_SHORT =
  'SELECT seq, at, kind, body, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?';

/** How `eachRow` and `read` look at what they bring. */
export type RecordCheck = 'chain' | 'order';

/** What `eachRow` ended with: the hash of the last row, or what it found. */
export type Walked = { readonly last: string } | { readonly damage: Damage };

/**
 * Hands on every row after `seq` and up to `until`, oldest first, in groups; returns at the end or
 * at the first row that is not as it was written. "chain" computes each hash anew, "order" looks at
 * the numbers only. `previous` is the hash of record `seq`.
 */
export function* eachRow(
  db: Database,
  range: { readonly seq: number; readonly until: number; readonly previous: string },
  check: RecordCheck,
): Generator<readonly Row[], Walked> {
  const statement = db.prepare(check === 'chain' ? SELECT : SELECT_SHORT);
  statement.setReturnArrays(true);
  let { seq, previous } = range;
  let size = CHUNK;
  while (seq < range.until) {
    let rows: Row[];
    try {
      rows = statement.all(seq, Math.min(size, range.until - seq)) as Row[];
    } catch (error) {
      // One by one, to name the record that cannot be read.
      if (size === 1) return { damage: unreadable(seq + 1, error) };
      size = 1;
      continue;
    }
    if (rows.length === 0) return { damage: gone(seq + 1, 'none', range.until) };
    const sound = countSound(rows, seq, previous, check);
    if (sound > 0) yield sound === rows.length ? rows : rows.slice(0, sound);
    const last = rows[sound - 1];
    seq = last?.[0] ?? seq;
    previous = last?.[4] ?? previous;
    const bad = rows[sound];
    if (bad !== undefined) return { damage: badRow(bad, seq + 1, previous) };
  }
  return { last: previous };
}

/** How many rows from the first on follow each other as written. */
function countSound(
  rows: readonly Row[],
  seq: number,
  previous: string,
  check: RecordCheck,
): number {
  let before = previous;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as Row;
    if (row[0] !== seq + i + 1) return i;
    if (check === 'chain') {
      if (row[5] !== before || !isSound(row, before)) return i;
      before = row[4];
    }
  }
  return rows.length;
}

/** The types count too: an empty column and the text "null" give one hash. */
const isSound = ([seq, at, kind, body, hash]: Row, previous: string): boolean =>
  typeof at === 'number' &&
  typeof kind === 'string' &&
  typeof body === 'string' &&
  hash === recordHash(previous, seq, at, kind, body);

/** What is wrong with a row that does not follow `previous` as number `seq`. */
function badRow(row: Row, seq: number, previous: string): Damage {
  const place = 'record';
  if (row[0] !== seq) return gone(seq, String(row[0]), row[0]);
  if (row[5] !== previous) {
    const reason = 'it does not continue the record before it';
    return { place, seq, reason, found: String(row[5]), wanted: previous };
  }
  const wanted = recordHash(previous, seq, row[1], row[2], row[3]);
  return { place, seq, reason: 'its content and its hash differ', found: String(row[4]), wanted };
}

const gone = (seq: number, found: string, until: number): Damage => ({
  place: 'record',
  seq,
  reason: `it is missing, though the records go on to "${until}"`,
  found,
  wanted: String(seq),
});

/** A record that SQLite cannot bring; rethrows an error that is not about the file's content. */
function unreadable(seq: number, error: unknown): Damage {
  if (!isDamage(error)) throw error;
  const reason = 'it cannot be read';
  return { place: 'record', seq, reason, found: messageOf(error), wanted: 'a record' };
}
