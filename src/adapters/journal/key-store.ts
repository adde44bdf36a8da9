import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { closeDatabase, makeDurable, openDatabase } from './sqlite.ts';

/** A small durable map in one SQLite file: a counterpart's own books, not ours. */
export interface DurableMap {
  entries(): Iterable<readonly [key: string, text: string]>;
  /** One transaction; on the disk when it returns. Throws what SQLite throws, and keeps nothing. */
  put(changes: readonly (readonly [key: string, text: string])[]): void;
  close(): void;
}

/** Opens the map at `path`, and makes it when there is none. */
export function openDurableMap(path: string): DurableMap {
  mkdirSync(dirname(path), { recursive: true });
  const db = openDatabase(path);
  makeDurable(db);
  db.exec(
    'CREATE TABLE IF NOT EXISTS map (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID',
  );
  const upsert = db.prepare('INSERT OR REPLACE INTO map VALUES (?, ?)');
  return {
    entries: () =>
      db
        .prepare('SELECT key, text FROM map')
        .all()
        .map((row) => [row.key, row.text] as const),
    put(changes) {
      db.exec('BEGIN IMMEDIATE');
      try {
        for (const [key, text] of changes) upsert.run(key, text);
        db.exec('COMMIT');
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => closeDatabase(db),
  };
}
