import { createRequire } from 'node:module';
import type { DatabaseSyncInstance, SqliteModule } from '@photostructure/sqlite';

export type Database = DatabaseSyncInstance;

/** How long a statement waits for another process's short lock, in ms. */
const BUSY_MS = 5_000;

/** The first Node whose own SQLite is stable and free of the WAL-reset fault. */
const OWN_SQLITE = { major: 24, minor: 15 };

function hasOwnSqlite(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OWN_SQLITE.major || (major === OWN_SQLITE.major && minor >= OWN_SQLITE.minor);
}

/** Node's own module and the npm package have the same interface, so either will do. */
const load = createRequire(import.meta.url);
const sqlite = load(
  hasOwnSqlite(process.versions.node) ? 'node:sqlite' : '@photostructure/sqlite',
) as SqliteModule;

/**
 * Opens the database file at `path`; one that is opened for writing is made when missing.
 * `busyMs` bounds the wait for another process's lock. Throws what SQLite throws.
 */
export function openDatabase(
  path: string,
  { readOnly = false, busyMs = BUSY_MS }: { readOnly?: boolean; busyMs?: number } = {},
): Database {
  const db = new sqlite.DatabaseSync(path, { readOnly, timeout: busyMs });
  db.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
  return db;
}

/**
 * Closes the connection, its transaction first: the npm package keeps a connection half open until
 * its statements are collected as garbage, and with it any lock it has.
 */
export function closeDatabase(db: Database): void {
  if (db.isTransaction) db.exec('ROLLBACK');
  db.close();
}

/** The first column of the first row, or undefined without one. */
export function scalar(db: Database, sql: string, ...values: (string | number)[]): unknown {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return (statement.get(...values) as unknown[] | undefined)?.[0];
}

/**
 * Moves the write-ahead log into the database, which a connection that is kept half open does not
 * do. When it cannot be done now, it is done after the next opening: the log is durable.
 */
export function foldLog(db: Database): void {
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Nothing is lost, see above.
  }
}

/** Makes each commit durable before it returns; throws unless SQLite says that it does so. */
export function makeDurable(db: Database): void {
  const mode = scalar(db, 'PRAGMA journal_mode = WAL');
  // On macOS a plain fsync stops at the drive's own cache; elsewhere the two pragmas do nothing.
  db.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  const sync = scalar(db, 'PRAGMA synchronous');
  if (mode !== 'wal' || sync !== 2) {
    throw new Error(`Journal mode is "${mode}", synchronous "${sync}": wanted "wal", "2"`);
  }
}
