import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyJournal } from './index.ts';
import {
  type Files,
  freeConnections,
  putFiles,
  readAll,
  sampleFiles,
  scratch,
} from './sample.fixture.ts';
import { closeDatabase, openDatabase } from './sqlite.ts';

/**
 * Every kind of damage to every part of the files: verification must call the journal bad, or all
 * that can be read must be what was written (the byte lay in dead space).
 */
const RECORDS = 60;
/** Every n-th byte; coprime to the layouts' strides, so that each kind of position is met. */
const DB_STEP = 7;
const WAL_STEP = 61;

let root = '';
let contents: string[] = [];

beforeAll(() => {
  root = scratch('damage');
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Hashes of the sample's contents. */
function hashesOf(path: string): string[] {
  const db = openDatabase(path, { readOnly: true });
  const hashes = db.prepare('SELECT hash FROM content ORDER BY n').all();
  closeDatabase(db);
  return hashes.map(({ hash }) => hash as string);
}

interface Tally {
  detected: number;
  harmless: number;
  missed: string[];
}

/** Verifies each damaged variant of the files and counts what came of it. */
async function tally(files: Files, variants: Iterable<[string, Files]>): Promise<Tally> {
  const sound = putFiles(root, files);
  expect(verifyJournal(sound)).toMatchObject({ ok: true, records: RECORDS });
  contents = hashesOf(sound);
  const wanted = readAll(sound, contents);
  const result: Tally = { detected: 0, harmless: 0, missed: [] };
  let n = 0;
  for (const [name, variant] of variants) {
    const path = putFiles(root, variant);
    const found = verifyJournal(path);
    if (!found.ok) result.detected += 1;
    else if (readAll(path, contents) === wanted) result.harmless += 1;
    else result.missed.push(name);
    rmSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
    if ((n += 1) % 100 === 0) await freeConnections();
  }
  return result;
}

type Part = 'db' | 'wal';

function* flips(files: Files, part: Part, step: number): Generator<[string, Files]> {
  const masks = [0x01, 0x80, 0xff, 0x20, 0x04];
  for (let at = 0, i = 0; at < files[part].length; at += step, i++) {
    const bytes = Buffer.from(files[part]);
    const mask = masks[i % masks.length] as number;
    bytes[at] = (bytes[at] as number) ^ mask;
    yield [`${part} byte ${at} xor ${mask}`, { ...files, [part]: bytes }];
  }
}

/** Sectors lost: zeros, ones, or what lay a page earlier. */
function* sectors(files: Files, part: Part, step: number): Generator<[string, Files]> {
  const whole = files[part];
  for (let at = 0; at < whole.length; at += step) {
    const end = Math.min(at + 512, whole.length);
    const earlier = Math.max(0, at - 4096);
    for (const sector of [
      Buffer.alloc(512),
      Buffer.alloc(512, 0xff),
      whole.subarray(earlier, earlier + 512),
    ]) {
      const bytes = Buffer.from(whole);
      sector.copy(bytes, at, 0, end - at);
      yield [`${part} sector at ${at} is ${sector[0]}…`, { ...files, [part]: bytes }];
    }
  }
}

function* cuts(files: Files, part: Part, step: number): Generator<[string, Files]> {
  for (let length = 0; length < files[part].length; length += step) {
    yield [`${part} cut to ${length}`, { ...files, [part]: files[part].subarray(0, length) }];
  }
}

/** Two pages of the database change places, or one replaces the other. */
function* pages(files: Files): Generator<[string, Files]> {
  const count = files.db.length / 4096;
  const page = (n: number): Buffer => files.db.subarray(n * 4096, (n + 1) * 4096);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      if (a === b) continue;
      const bytes = Buffer.from(files.db);
      page(a).copy(bytes, b * 4096);
      if (a < b) page(b).copy(bytes, a * 4096);
      yield [`page ${a} over ${b}`, { ...files, db: bytes }];
    }
  }
}

type Variants = (files: Files) => Iterable<[string, Files]>;

const CASES: [string, 'closed' | 'killed' | 'folded', Variants][] = [
  ['closed: single bytes', 'closed', (files) => flips(files, 'db', DB_STEP)],
  ['closed: lost sectors', 'closed', (files) => sectors(files, 'db', 512)],
  ['closed: a shortened file', 'closed', (files) => cuts(files, 'db', 509)],
  ['closed: pages swapped or doubled', 'closed', (files) => pages(files)],
  ['killed: single bytes of the log', 'killed', (files) => flips(files, 'wal', WAL_STEP)],
  ['killed: lost sectors of the log', 'killed', (files) => sectors(files, 'wal', 1024)],
  ['killed: a shortened log, or none', 'killed', (files) => cuts(files, 'wal', 1021)],
  ['half folded: single bytes of the log', 'folded', (files) => flips(files, 'wal', WAL_STEP)],
  ['half folded: single bytes of the database', 'folded', (files) => flips(files, 'db', WAL_STEP)],
  ['half folded: lost sectors of the database', 'folded', (files) => sectors(files, 'db', 512)],
];

describe('damage to the files of a journal is never missed', () => {
  test.each(CASES)('%s', async (name, state, variants) => {
    const files = sampleFiles(root, RECORDS, state);
    const { detected, harmless, missed } = await tally(files, variants(files));
    expect(missed).toEqual([]);
    expect(detected).toBeGreaterThan(0);
    if (process.env['JOURNAL_TALLY']) console.log(name, { detected, harmless });
  });
});
