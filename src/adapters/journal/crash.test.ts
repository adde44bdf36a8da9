import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JournalDamaged, openJournal, verifyJournal } from './index.ts';
import { expectSound, lastTold, startWriter } from './process.fixture.ts';
import {
  fill,
  type Files,
  freeConnections,
  group,
  OPTIONS,
  putFiles,
  sampleFiles,
  scratch,
  takeFiles,
} from './sample.fixture.ts';

const CYCLES = 30;
const SEED = 20_260_105;
const WATCH_MS = 4_000;
const CUT_STEP = 97;
const SECTOR = 512;

/** The next number of a fixed row that looks random. */
const next = (number: number): number => (Math.imul(number, 1_664_525) + 1_013_904_223) >>> 0;

let root = '';
let memory = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-crash-'));
  memory = scratch('crash');
});
afterAll(() => {
  for (const folder of [root, memory]) rmSync(folder, { recursive: true, force: true });
});

describe('a writer that is killed', () => {
  test('loses nothing it was told to be durable, and no group in part', async () => {
    const path = join(root, 'killed', 'x.db');
    let random = SEED;
    let kept = 0;
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      random = next(random);
      const writer = startWriter(path, random);
      while (writer.lines().length === 0 && writer.child.exitCode === null) await wait(1);
      await wait(random % 60);
      writer.child.kill('SIGKILL');
      await writer.ended();
      expect(writer.child.signalCode).toBe('SIGKILL');
      const told = lastTold(writer.lines());
      expect(told).toBeGreaterThanOrEqual(kept);
      kept = expectSound(path, told);
    }
    expect(kept).toBeGreaterThan(CYCLES * 10);
  }, 240_000);

  test('can be verified and read all the while it writes', async () => {
    const path = join(root, 'watched', 'x.db');
    const writer = startWriter(path, SEED);
    while (writer.lines().length === 0 && writer.child.exitCode === null) await wait(1);
    let [last, looks] = [0, 0];
    for (const until = performance.now() + WATCH_MS; performance.now() < until; looks++) {
      last = expectSound(path, last);
      await freeConnections();
    }
    writer.child.kill('SIGKILL');
    await writer.ended();
    expect(last).toBeGreaterThan(50);
    expect(looks).toBeGreaterThan(2);
  });

  test('leaves a journal that can be opened also when it is killed while it opens', async () => {
    for (let cycle = 0; cycle < 8; cycle++) {
      const path = join(root, `young-${cycle}`, 'x.db');
      const writer = startWriter(path, cycle + 1);
      while (writer.lines().length === 0 && writer.child.exitCode === null) await wait(0);
      writer.child.kill('SIGKILL');
      await writer.ended();
      const journal = openJournal(path, OPTIONS);
      const told = lastTold(writer.lines());
      expect(journal.head().seq).toBeGreaterThanOrEqual(told);
      journal.close();
      expectSound(path, told);
    }
  }, 120_000);
});

interface Around {
  readonly before: Files;
  readonly after: Files;
}

/** Files before a last group of five, and after it. */
function aroundLastGroup(): Around {
  const path = join(mkdtempSync(join(memory, 'torn-')), 'x.db');
  const journal = openJournal(path, OPTIONS);
  fill(journal, 20);
  const before = takeFiles(path);
  journal.append(group(21, 5));
  const after = takeFiles(path);
  journal.close();
  return { before, after };
}

/** The log with its last group cut at each step; the rest is missing, zeros, ones, or older. */
function* torn({ before, after }: Around): Generator<Buffer> {
  const end = after.wal.length;
  const older = sampleFiles(memory, 60, 'killed').wal;
  for (let cut = before.wal.length; cut < end; cut += CUT_STEP) {
    const whole = after.wal.subarray(0, cut);
    yield whole;
    yield Buffer.concat([whole, Buffer.alloc(end - cut)]);
    yield Buffer.concat([whole, Buffer.alloc(end - cut, 0xff)]);
    yield Buffer.concat([whole, older.subarray(cut, end)]);
  }
}

/** The log with any of the last group's sectors not on the disk. */
function* scattered({ before, after }: Around, seeds: number): Generator<Buffer> {
  const older = sampleFiles(memory, 60, 'killed').wal;
  let random = SEED;
  for (let seed = 0; seed < seeds; seed++) {
    const wal = Buffer.from(after.wal);
    for (let at = before.wal.length; at < wal.length; at += SECTOR) {
      random = next(random);
      const end = Math.min(at + SECTOR, wal.length);
      if (random % 4 === 0) wal.fill(0, at, end);
      if (random % 4 === 1) older.copy(wal, at, at, end);
    }
    if (!wal.equals(after.wal)) yield wal;
  }
}

describe('an append that a power loss interrupts', () => {
  test('is left out whole, and the journal goes on', async () => {
    const files = aroundLastGroup();
    let [noted, cases] = [0, 0];
    for (const wal of [...torn(files), ...scattered(files, 200)]) {
      const path = putFiles(memory, { ...files.before, wal });
      const found = verifyJournal(path);
      expect(found).toMatchObject({ ok: true, records: 20 });
      if (found.ok && found.notes.some((note) => note.startsWith('An incomplete'))) noted += 1;
      const journal = openJournal(path, OPTIONS);
      expect(journal.append(group(21, 2)).seq).toBe(22);
      journal.close();
      expect(verifyJournal(path)).toMatchObject({ ok: true, records: 22 });
      rmSync(dirname(path), { recursive: true });
      if ((cases += 1) % 50 === 0) await freeConnections();
    }
    expect(noted).toBeGreaterThan(50);
  });

  test('is damage once it was noted to be durable', async () => {
    const files = aroundLastGroup();
    let cases = 0;
    for (const wal of [...torn(files), ...scattered(files, 50)]) {
      const path = putFiles(memory, { ...files.after, wal });
      const wanted = { ok: false, place: 'record', seq: 21, wanted: '25 records' };
      expect(verifyJournal(path)).toMatchObject(wanted);
      expect(() => openJournal(path, OPTIONS)).toThrow(JournalDamaged);
      expect(takeFiles(path).wal.equals(wal)).toBe(true);
      rmSync(dirname(path), { recursive: true });
      if ((cases += 1) % 50 === 0) await freeConnections();
    }
  });

  test('two commits that do not verify are damage even where the head file lags', () => {
    const path = join(mkdtempSync(join(memory, 'lag-')), 'x.db');
    const journal = openJournal(path, OPTIONS);
    fill(journal, 20);
    const { head, wal } = takeFiles(path);
    for (const first of [21, 26, 31]) journal.append(group(first, 5));
    const after = takeFiles(path);
    journal.close();
    const broken = Buffer.from(after.wal);
    broken[wal.length + 100] = (broken[wal.length + 100] as number) ^ 1;
    const found = verifyJournal(putFiles(memory, { ...after, head, wal: broken }));
    expect(found).toMatchObject({ ok: false, place: 'record', seq: 21 });
    const late = Buffer.from(after.wal);
    late[late.length - 100] = (late[late.length - 100] as number) ^ 1;
    expect(verifyJournal(putFiles(memory, { ...after, head, wal: late }))).toMatchObject({
      ok: true,
      records: 30,
      notes: [expect.stringContaining('incomplete last commit'), expect.stringContaining('10')],
    });
  });
});
