import { BadInput, digest } from '../../base/index.ts';
import { JournalDamaged } from './errors.ts';
import type { Database } from './sqlite.ts';

/**
 * The format this build writes, and the newest it reads. The table `meta` is the same in all
 * formats, so that any build can tell a journal that is too new for it.
 */
export const FORMAT = 1;

const TABLES = [
  `CREATE TABLE content (
  n INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, text TEXT NOT NULL
) STRICT`,
  `CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
  prev_hash TEXT NOT NULL, hash TEXT NOT NULL
) STRICT`,
  `CREATE TABLE meta (format INTEGER NOT NULL, account TEXT NOT NULL, hash TEXT NOT NULL) STRICT`,
  `CREATE TABLE snapshot (
  seq INTEGER PRIMARY KEY, journal_hash TEXT NOT NULL, state TEXT NOT NULL, hash TEXT NOT NULL
) STRICT`,
];

const NAMES = ['content', 'journal', 'meta', 'snapshot'];

const metaHash = (format: number, account: string): string => digest([format, account]);

/** Makes the tables of an empty database, bound to `account`. */
export function createTables(db: Database, account: string): void {
  db.exec(`BEGIN IMMEDIATE; ${TABLES.join('; ')}`);
  db.prepare('INSERT INTO meta VALUES (?, ?, ?)').run(FORMAT, account, metaHash(FORMAT, account));
  db.exec('COMMIT');
}

/** Names and definitions of all that the database holds, by name; SQLite's own left out. */
const definitions = (db: Database): { name: string; sql: string }[] =>
  db.prepare('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name').all();

/** Whether the database has no tables yet: just made, or made by a process that was killed. */
export const isEmpty = (db: Database): boolean => definitions(db).length === 0;

/**
 * The account that the journal is bound to.
 * Throws `BadInput` for a database that is no journal and for a newer format, `JournalDamaged` for
 * tables or a binding that are not as they were made.
 */
export function checkSchema(db: Database, path: string): string {
  const found = definitions(db);
  if (!found.some(({ name }) => NAMES.includes(name))) {
    throw new BadInput(`Database "${path}" is not a journal: found none of its tables`);
  }
  if (!found.some(({ name }) => name === 'meta'))
    throw altered(path, 'its tables are', 'no "meta"');
  const { format, account } = readMeta(db, path);
  if (format > FORMAT) {
    throw new BadInput(
      `Journal "${path}" has format "${format}", this build reads up to "${FORMAT}": use a newer`,
    );
  }
  const odd = found.findIndex(({ sql }, i) => sql !== TABLES[i]);
  if (odd >= 0 || found.length !== TABLES.length) {
    throw altered(path, 'its tables are', found[odd]?.sql ?? `${found.length} tables`);
  }
  return account;
}

/** The one row of `meta`, which carries its own hash in every format. */
function readMeta(db: Database, path: string): { format: number; account: string } {
  const rows = db.prepare('SELECT format, account, hash FROM meta').all();
  const [{ format, account, hash } = {} as Record<string, unknown>] = rows;
  const sound = rows.length === 1 && typeof format === 'number' && typeof account === 'string';
  if (sound && hash === metaHash(format, account)) return { format, account };
  throw altered(path, 'its binding is', JSON.stringify(rows));
}

const altered = (path: string, what: string, found: string): JournalDamaged => {
  const reason = `${what} altered`;
  const wanted = `as made for format ${FORMAT}`;
  return new JournalDamaged(path, { place: 'file', seq: 0, reason, found, wanted });
};
