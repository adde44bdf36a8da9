import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openJournal, readJournal, verifyJournal } from './index.ts';
import { expectSound, lastTold, startWriter } from './process.fixture.ts';
import { entry, group, OPTIONS, takeFiles } from './sample.fixture.ts';
import { closeDatabase, openDatabase } from './sqlite.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-disk-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const newPath = (): string => join(mkdtempSync(join(root, 'd-')), 'x.db');

/** Runs a writer none of whose files may grow beyond as many blocks; returns what it printed. */
async function writeUpTo(path: string, blocks: number): Promise<string[]> {
  const writer = startWriter(path, blocks + 7, blocks);
  await writer.ended();
  return writer.lines();
}

describe.skipIf(process.platform === 'win32')('a write that the system refuses', () => {
  test.each([0, 4, 16])('beyond %i blocks a file: there is no journal yet', async (blocks) => {
    const path = newPath();
    expect(await writeUpTo(path, blocks)).toEqual(['not opened: ioError']);
    openJournal(path, OPTIONS).close();
    expect(verifyJournal(path)).toMatchObject({ ok: true, records: 0 });
  });

  test.each([100, 200, 333, 600, 1200])(
    'beyond %i blocks a file: nothing in part, all told is kept',
    async (blocks) => {
      const path = newPath();
      const lines = await writeUpTo(path, blocks);
      expect(lines.slice(-2)).toEqual(['refused: ioError', 'again: ioError']);
      const told = lastTold(lines);
      expect(expectSound(path, told)).toBe(told);
      const journal = openJournal(path, OPTIONS);
      expect(journal.head().seq).toBe(told);
      journal.close();
      expect(verifyJournal(path).ok).toBe(true);
    },
  );
});

/** A file system of its own, 24 MB small, where the test may make one. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

describe('a full disk', () => {
  let disk: string | undefined;
  beforeAll(() => {
    disk = mountSmallDisk();
  });
  afterAll(() => {
    if (disk === undefined) return;
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  test('refuses with "diskFull", keeps what it took, and leaves room to go on', (context) => {
    if (disk === undefined) return context.skip('mounting a small file system needs root');
    const path = join(disk, 'journal', 'x.db');
    const journal = openJournal(path, { account: OPTIONS.account });
    const head = journal.append(group(1, 10));
    writeFileSync(join(disk, 'other'), Buffer.alloc(15_000_000));
    const fillUp = (): void => {
      for (let n = 11; ; n++) journal.append([{ ...entry(n), body: 'x'.repeat(100_000) }]);
    };
    expect(fillUp).toThrow(/^Journal ".*" refused: database or disk is full \(diskFull\)/);
    expect(() => journal.append([entry(1)])).toThrow('diskFull');
    expect(() => journal.saveSnapshot(head.seq, '{}')).toThrow('diskFull');
    const { seq } = journal.head();
    journal.close();
    expect(verifyJournal(path)).toMatchObject({ ok: true, records: seq });
    // Nobody has freed any space: it lives on its reserve.
    const again = openJournal(path, { account: OPTIONS.account });
    for (let n = 1; n <= 500; n++) again.append([{ ...entry(n), kind: 'halt' }]);
    expect(again.head().seq).toBe(seq + 500);
    again.close();
    expect(existsSync(`${path}-reserve`)).toBe(false);
    rmSync(join(disk, 'other'));
    openJournal(path, { account: OPTIONS.account }).close();
    expect(existsSync(`${path}-reserve`)).toBe(true);
    expect(verifyJournal(path)).toMatchObject({ ok: true, records: seq + 500 });
  });
});

describe('a journal that something else touches while it is open', () => {
  test('refuses when its file is moved, deleted or replaced', () => {
    const moves: ((path: string) => void)[] = [
      (path) => renameSync(path, `${path}-away`),
      (path) => rmSync(path),
      (path) => {
        renameSync(path, `${path}-away`);
        writeFileSync(path, takeFiles(`${path}-away`).db);
      },
    ];
    for (const move of moves) {
      const path = newPath();
      const journal = openJournal(path, OPTIONS);
      journal.append([entry(1)]);
      move(path);
      expect(() => journal.append([entry(2)])).toThrow('(moved)');
      expect(() => journal.append([entry(2)])).toThrow('(moved)');
      journal.close();
    }
  });

  test('refuses a second writer, and a record that came from elsewhere', () => {
    const path = newPath();
    const journal = openJournal(path, OPTIONS);
    journal.append([entry(1)]);
    expect(() => openJournal(path, OPTIONS)).toThrow('another process is writing it (otherWriter)');
    const db = openDatabase(path);
    db.exec(`INSERT INTO journal VALUES (2, 0, 'input', '{}', 'x', 'y')`);
    closeDatabase(db);
    expect(() => journal.append([entry(2), entry(3)])).toThrow('(conflict)');
    expect(() => journal.append([entry(2)])).toThrow('(conflict)');
    journal.close();
    expect(verifyJournal(path)).toMatchObject({ ok: false, seq: 2 });
  });

  test('closed, it takes nothing and can be closed again', () => {
    const path = newPath();
    const journal = openJournal(path, OPTIONS);
    journal.close();
    journal.close();
    expect(() => journal.append([entry(1)])).toThrow('(closed)');
    const reader = readJournal(path);
    expect([...reader.read()]).toEqual([]);
    reader.close();
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'in a folder that cannot be written it is refused as read-only',
    () => {
      const folder = join(root, 'locked');
      mkdirSync(folder, { mode: 0o500 });
      expect(() => openJournal(join(folder, 'x.db'), OPTIONS)).toThrow('(readOnly)');
    },
  );
});
