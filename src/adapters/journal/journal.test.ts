import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical, instant, sha256 } from '../../base/index.ts';
import type { Entry } from '../../engine/index.ts';
import { JournalDamaged, openJournal, readJournal, verifyJournal } from './index.ts';
import { copyJournal, entry, fill, group, OPTIONS, scratch } from './sample.fixture.ts';
import { closeDatabase, openDatabase } from './sqlite.ts';

let root = '';
let count = 0;
const newPath = (): string => join(root, `j-${(count += 1)}`, 'x.db');

beforeAll(() => {
  root = scratch('journal');
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('records', () => {
  test('what was appended is read back in order, after any record, also by others', () => {
    const path = newPath();
    const journal = openJournal(path, OPTIONS);
    const entries = group(1, 25);
    expect(journal.head()).toEqual({ seq: 0, hash: '0'.repeat(64) });
    journal.append(entries.slice(0, 10));
    expect(journal.append([])).toEqual(journal.head());
    const head = journal.append(entries.slice(10));
    expect(head).toEqual(journal.head());
    const other = readJournal(path);
    for (const reader of [journal, other]) {
      for (const after of [0, 1, 24, 25]) {
        const records = [...reader.read(after)];
        expect(records.map(({ at, kind, body }) => ({ at, kind, body }))).toEqual(
          entries.slice(after),
        );
        expect(records.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1).slice(after));
      }
      expect([...reader.read(3, 'order')]).toEqual([...reader.read(3, 'chain')]);
    }
    other.close();
    journal.close();
    const again = openJournal(path, OPTIONS);
    expect(again.head()).toEqual(head);
    expect([...again.read()]).toHaveLength(25);
    again.close();
  });

  test('each hash is SHA-256 over the one before and the canonical text of the record', () => {
    const path = newPath();
    const journal = openJournal(path, OPTIONS);
    journal.append(group(1, 5));
    let previous = '0'.repeat(64);
    for (const { seq, at, kind, body, hash } of journal.read()) {
      const text = previous + canonical([seq, at, kind, body]);
      expect(hash).toBe(createHash('sha256').update(text).digest('hex'));
      previous = hash;
    }
    expect(journal.head().hash).toBe(previous);
    journal.close();
  });

  test('any JSON comes back equal, whatever the grouping and the openings in between', () => {
    const body = fc.jsonValue({ maxDepth: 3 });
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.array(body, { maxLength: 5 }) },
      { weight: 1, arbitrary: fc.constant('reopen' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const path = newPath();
        let journal = openJournal(path, OPTIONS);
        const model: string[] = [];
        for (const todo of steps) {
          if (todo === 'reopen') {
            journal.close();
            journal = openJournal(path, OPTIONS);
          } else {
            journal.append(todo.map((item) => ({ ...entry(1), body: item })));
            model.push(...todo.map(canonical));
          }
          expect([...journal.read()].map((record) => canonical(record.body))).toEqual(model);
        }
        journal.close();
        expect(verifyJournal(path)).toMatchObject({ ok: true, records: model.length });
      }),
      { numRuns: 40 },
    );
  });

  test('a record may be appended while an earlier one is being read', () => {
    const journal = openJournal(newPath(), OPTIONS);
    journal.append(group(1, 5));
    const seen: number[] = [];
    for (const { seq } of journal.read()) {
      seen.push(seq);
      journal.append([entry(100 + seq)]);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(journal.head().seq).toBe(10);
    journal.close();
  });

  test('a body JSON cannot hold, a wrong kind or instant changes nothing', () => {
    const journal = openJournal(newPath(), OPTIONS);
    journal.append([entry(1)]);
    const bad: Entry[] = [
      { ...entry(2), body: { price: Number.NaN } },
      { ...entry(2), body: undefined },
      { ...entry(2), kind: '' },
      { ...entry(2), kind: 'a","b' },
      { ...entry(2), at: 1.5 as Entry['at'] },
    ];
    for (const item of bad) expect(() => journal.append([entry(2), item])).toThrow(/./);
    expect(journal.append([entry(2)]).seq).toBe(2);
    journal.close();
  });

  test('reading after a record that is not there is an error', () => {
    const journal = openJournal(newPath(), OPTIONS);
    expect(() => [...journal.read(1)]).toThrow('has no record "1"');
    journal.close();
  });
});

describe('contents', () => {
  test('the same text is kept once, under its SHA-256, at the latest with the next group', () => {
    const path = newPath();
    const journal = openJournal(path, OPTIONS);
    const hash = journal.putContent('bars "é"');
    expect(hash).toBe(sha256('bars "é"'));
    expect(journal.content(hash)).toBe('bars "é"');
    expect(journal.putContent('bars "é"')).toBe(hash);
    const other = readJournal(path);
    expect(other.content(hash)).toBeUndefined();
    journal.append([entry(1)]);
    expect(other.content(hash)).toBe('bars "é"');
    expect(journal.putContent('bars "é"')).toBe(hash);
    const second = journal.putContent('');
    other.close();
    journal.close();
    const reader = readJournal(path);
    expect(reader.content(second)).toBe('');
    expect(reader.content(sha256('never kept'))).toBeUndefined();
    reader.close();
    expect(verifyJournal(path)).toMatchObject({ ok: true, records: 1 });
  });

  test('many large contents do not wait for a group', () => {
    const path = newPath();
    const journal = openJournal(path, OPTIONS);
    const hashes = [1, 2, 3, 4].map((n) => journal.putContent(String(n).repeat(5_000_000)));
    const reader = readJournal(path);
    expect(reader.content(hashes[0] as string)).toHaveLength(5_000_000);
    reader.close();
    journal.close();
  });
});

describe('snapshots', () => {
  test('the newest one is found; only a few are kept', () => {
    const path = newPath();
    const journal = openJournal(path, OPTIONS);
    expect(journal.latestSnapshot()).toBeUndefined();
    journal.saveSnapshot(0, '"empty"');
    for (let n = 1; n <= 9; n++) {
      journal.append([entry(n)]);
      journal.saveSnapshot(n, `{"n":${n}}`);
    }
    expect(journal.latestSnapshot()).toEqual({ seq: 9, state: '{"n":9}' });
    journal.saveSnapshot(9, '{"n":"again"}');
    expect(journal.latestSnapshot()).toEqual({ seq: 9, state: '{"n":"again"}' });
    expect(() => journal.saveSnapshot(10, '0')).toThrow('"10", which is not in the journal');
    journal.close();
    const db = openDatabase(path);
    expect(
      db
        .prepare('SELECT seq FROM snapshot ORDER BY seq')
        .all()
        .map((row) => row.seq),
    ).toEqual([6, 7, 8, 9]);
    closeDatabase(db);
  });

  test('one that is altered, or of another chain, is passed over', () => {
    const path = newPath();
    const journal = openJournal(path, OPTIONS);
    fill(journal, 9);
    for (const seq of [4, 6, 8]) journal.saveSnapshot(seq, `{"at":${seq}}`);
    journal.close();
    const db = openDatabase(path);
    db.exec(`UPDATE snapshot SET state = '{"at":80}' WHERE seq = 8`);
    const other = 'a'.repeat(64);
    const hash = sha256(`[6,"${other}",{"at":6}]`);
    db.exec(`UPDATE snapshot SET journal_hash = '${other}', hash = '${hash}' WHERE seq = 6`);
    closeDatabase(db);
    const reader = readJournal(path);
    expect(reader.latestSnapshot()).toEqual({ seq: 4, state: '{"at":4}' });
    reader.close();
  });
});

describe('opening', () => {
  test("another account's journal is refused", () => {
    const path = newPath();
    openJournal(path, OPTIONS).close();
    expect(() => openJournal(path, { account: 'test:live:1' })).toThrow(
      'belongs to account "test:paper:1", not to "test:live:1"',
    );
  });

  test('a newer format is refused by opening, reading and verifying alike', () => {
    const path = newPath();
    openJournal(path, OPTIONS).close();
    const db = openDatabase(path);
    db.prepare('UPDATE meta SET format = 2, hash = ?').run(sha256(canonical([2, OPTIONS.account])));
    db.exec('ALTER TABLE journal ADD COLUMN build TEXT');
    closeDatabase(db);
    const message = 'has format "2", this build reads up to "1": use a newer';
    expect(() => openJournal(path, OPTIONS)).toThrow(message);
    expect(() => readJournal(path)).toThrow(message);
    expect(() => verifyJournal(path)).toThrow(message);
  });

  test('a file that is no journal is refused and left as it is', () => {
    const path = newPath();
    mkdirSync(join(path, '..'));
    writeFileSync(path, 'a letter to a friend, longer than a header of SQLite: '.repeat(40));
    const before = readFileSync(path);
    expect(() => openJournal(path, OPTIONS)).toThrow(JournalDamaged);
    expect(readFileSync(path)).toEqual(before);
    const foreign = newPath();
    mkdirSync(join(foreign, '..'));
    const db = openDatabase(foreign);
    db.exec('CREATE TABLE songs (name TEXT)');
    closeDatabase(db);
    expect(() => openJournal(foreign, OPTIONS)).toThrow('is not a journal');
    expect(() => verifyJournal(foreign)).toThrow('is not a journal');
  });

  test('there is nothing to verify or read where there is no journal', () => {
    expect(() => verifyJournal(newPath())).toThrow('There is no journal at');
    expect(() => readJournal(newPath())).toThrow(/./);
  });

  test('a database that is gone while its head file is there is not made anew', () => {
    const path = newPath();
    const journal = openJournal(path, OPTIONS);
    journal.append(group(1, 7));
    journal.close();
    renameSync(path, `${path}-away`);
    rmSync(`${path}-wal`, { force: true });
    expect(() => openJournal(path, OPTIONS)).toThrow('the database is gone, found "no records"');
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, '');
    expect(() => openJournal(path, OPTIONS)).toThrow('wanted "7 records"');
    expect(verifyJournal(path)).toMatchObject({ ok: false, place: 'record', seq: 1 });
  });

  test('a journal whose making was interrupted is made to its end', () => {
    const path = newPath();
    openJournal(path, OPTIONS).close();
    const bare = newPath();
    mkdirSync(join(bare, '..'));
    copyJournal(path, bare);
    rmSync(`${bare}-head`);
    expect(verifyJournal(bare)).toMatchObject({ ok: true, records: 0 });
    openJournal(bare, OPTIONS).close();
    const empty = newPath();
    mkdirSync(join(empty, '..'));
    writeFileSync(empty, '');
    expect(verifyJournal(empty)).toMatchObject({ ok: true, records: 0 });
    const journal = openJournal(empty, OPTIONS);
    journal.append([entry(1)]);
    journal.close();
    expect(verifyJournal(empty)).toMatchObject({ ok: true, records: 1, notes: [] });
  });

  test('an instant far in the past or at zero keeps its value', () => {
    const journal = openJournal(newPath(), OPTIONS);
    const instants = [0, -1, -8.64e15, 8.64e15].map(instant);
    journal.append(instants.map((at) => ({ ...entry(1), at })));
    expect([...journal.read()].map(({ at }) => at)).toEqual(instants);
    journal.close();
  });
});
