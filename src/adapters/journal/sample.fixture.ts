import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { instant } from '../../base/index.ts';
import type { Entry } from '../../engine/index.ts';
import { openJournal, readJournal, type SqliteJournal } from './index.ts';
import { closeDatabase, openDatabase } from './sqlite.ts';

/** What the tests of the journal share: samples, copies of their files, and reading them whole. */
export const OPTIONS = { account: 'test:paper:1', reserveBytes: 0 };

/** A folder for files that come and go quickly: in memory where the system has such a place. */
export const scratch = (name: string): string =>
  mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), `plimsoll-${name}-`));

export const entry = (n: number, kind = n % 3 === 0 ? 'effect' : 'input'): Entry => ({
  at: instant(1_767_600_000_000 + n * 977),
  kind,
  body: {
    n,
    text: `"é\u0000\ufffd😀" ${'x'.repeat((n * 37) % 300)}`,
    list: [n, null, n / 8, true],
  },
});

export const group = (first: number, size: number): Entry[] =>
  Array.from({ length: size }, (_, i) => entry(first + i));

/** Fills a journal with `records` in groups of one to six, some contents and two snapshots. */
export function fill(journal: SqliteJournal, records: number): void {
  for (let n = journal.head().seq + 1, turn = 1; n <= records; turn++) {
    const size = Math.min(1 + ((turn * 5) % 6), records - n + 1);
    if (turn % 4 === 0) journal.putContent(`content ${turn} ${'bars '.repeat(turn * 40)}`);
    const { seq } = journal.append(group(n, size));
    if (turn % 6 === 0) journal.saveSnapshot(seq, `{"turn":${turn},"pad":"${'s'.repeat(900)}"}`);
    n = seq + 1;
  }
}

export interface Files {
  readonly db: Buffer;
  readonly wal: Buffer;
  readonly head: Buffer;
}

const SUFFIXES = { db: '', wal: '-wal', head: '-head' } as const;

/** The bytes of a journal's files as they are now; a missing one is empty. */
export function takeFiles(path: string): Files {
  const bytes = (suffix: string): Buffer =>
    existsSync(path + suffix) ? readFileSync(path + suffix) : Buffer.alloc(0);
  return { db: bytes(SUFFIXES.db), wal: bytes(SUFFIXES.wal), head: bytes(SUFFIXES.head) };
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** To be called now and then in a long loop: frees connections that were kept half open. */
export async function freeConnections(): Promise<void> {
  collect();
  await setImmediate();
}

let copies = 0;

/** Puts files at a new place each time, as another process would find them; returns the path. */
export function putFiles(root: string, files: Files): string {
  const folder = join(root, `copy-${(copies += 1)}`);
  mkdirSync(folder);
  const path = join(folder, 'x.db');
  writeFileSync(path, files.db);
  if (files.wal.length > 0) writeFileSync(`${path}-wal`, files.wal);
  if (files.head.length > 0) writeFileSync(`${path}-head`, files.head);
  return path;
}

export function copyJournal(from: string, to: string): void {
  for (const suffix of Object.values(SUFFIXES)) {
    if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  }
}

/**
 * Files of a journal of `records`: closed, or as a kill leaves them, with all records in the log or
 * ("folded") with half of them in the database.
 */
export function sampleFiles(
  root: string,
  records: number,
  state: 'closed' | 'killed' | 'folded',
): Files {
  const path = join(mkdtempSync(join(root, 'sample-')), 'x.db');
  const journal = openJournal(path, OPTIONS);
  if (state === 'folded') {
    fill(journal, Math.floor(records / 2));
    const db = openDatabase(path);
    db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    closeDatabase(db);
  }
  fill(journal, records);
  if (state === 'closed') journal.close();
  const files = takeFiles(path);
  journal.close();
  return files;
}

/** All that a reader gets out of a journal, as one text. */
export function readAll(path: string, contents: readonly string[]): string {
  const reader = readJournal(path);
  try {
    return JSON.stringify([
      [...reader.read()],
      contents.map((hash) => reader.content(hash)),
      reader.latestSnapshot(),
    ]);
  } finally {
    reader.close();
  }
}
