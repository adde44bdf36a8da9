import { messageOf, isBusy, JournalRefused, refusalCode } from './errors.ts';
import { closeDatabase, openDatabase } from './sqlite.ts';

/** Held until released, or until the operating system sees the process end, in whatever way. */
export interface Lock {
  release(): void;
}

/**
 * Makes this process the one writer of the journal at `path`. The lock is SQLite's own on an empty
 * file beside the journal, thus a lock of the operating system: it binds every process that sees
 * the same file, those in other containers too, and a kill frees it.
 * Throws `JournalRefused` with "otherWriter" while another connection has it.
 */
export function lockJournal(path: string): Lock {
  try {
    const db = openDatabase(`${path}-lock`, { busyMs: 0 });
    try {
      // Nothing is ever written to it, so its rollback journal needs no file.
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      closeDatabase(db);
      throw error;
    }
    return { release: () => closeDatabase(db) };
  } catch (error) {
    const detail = isBusy(error) ? 'another process is writing it' : messageOf(error);
    throw new JournalRefused(refusalCode(error), path, detail, { cause: error });
  }
}
