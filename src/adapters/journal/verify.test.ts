import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../base/index.ts';
import { JournalDamaged, openJournal, readJournal, verifyJournal } from './index.ts';
import {
  entry,
  fill,
  type Files,
  OPTIONS,
  putFiles,
  sampleFiles,
  scratch,
  takeFiles,
} from './sample.fixture.ts';
import { recordHash } from './chain.ts';
import { closeDatabase, type Database, openDatabase } from './sqlite.ts';

const RECORDS = 60;
let root = '';
let closed: Files;

beforeAll(() => {
  root = scratch('verify');
  closed = sampleFiles(root, RECORDS, 'closed');
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Alters a sound journal by SQL, as a person with a tool would. */
function altered(change: (db: Database) => void): string {
  const path = putFiles(root, closed);
  const db = openDatabase(path);
  change(db);
  closeDatabase(db);
  return path;
}

const bySql = (sql: string): string => altered((db) => db.exec(sql));

const ONE_LOWER = 'UPDATE journal SET seq = seq - 1 WHERE seq > 20';
const SWAP = `UPDATE journal SET seq = -1 WHERE seq = 20;
  UPDATE journal SET seq = 20 WHERE seq = 21;
  UPDATE journal SET seq = 21 WHERE seq = -1`;
const SWAP_BODIES = `UPDATE journal SET body = CASE seq
  WHEN 20 THEN (SELECT body FROM journal WHERE seq = 21)
  ELSE (SELECT body FROM journal WHERE seq = 20) END WHERE seq IN (20, 21)`;
const DUPLICATE = `UPDATE journal SET seq = -seq - 1 WHERE seq > 20; UPDATE journal SET seq = -seq
  WHERE seq < 0; INSERT INTO journal SELECT 21, at, kind, body, prev_hash, hash FROM journal
  WHERE seq = 20`;

describe('a sound journal', () => {
  test('verifies with its number of records and head, closed or while it is written', () => {
    const path = join(mkdtempSync(join(root, 'sound-')), 'x.db');
    const journal = openJournal(path, OPTIONS);
    expect(verifyJournal(path)).toEqual({ ok: true, records: 0, head: journal.head(), notes: [] });
    fill(journal, RECORDS);
    const wanted = { ok: true, records: RECORDS, head: journal.head(), notes: [] };
    expect(verifyJournal(path)).toEqual(wanted);
    journal.close();
    expect(verifyJournal(path)).toEqual(wanted);
  });

  test('is not altered by being verified, not even its write-ahead log', () => {
    const killed = sampleFiles(root, RECORDS, 'killed');
    const path = putFiles(root, killed);
    expect(killed.wal.length).toBeGreaterThan(10_000);
    expect(verifyJournal(path)).toMatchObject({ ok: true, records: RECORDS });
    const after = takeFiles(path);
    expect(after.wal.equals(killed.wal) && after.db.equals(killed.db)).toBe(true);
  });
});

describe('an altered record is named', () => {
  test.each([
    ['its body', `UPDATE journal SET body = '{"n":1}' WHERE seq = 20`, 20],
    ['its body, by a space', `UPDATE journal SET body = body || ' ' WHERE seq = 1`, 1],
    ['its instant', 'UPDATE journal SET at = at + 1 WHERE seq = 60', 60],
    ['its kind', `UPDATE journal SET kind = 'Input' WHERE seq = 20`, 20],
    ['its hash', `UPDATE journal SET hash = upper(hash) WHERE seq = 20`, 20],
    ['the hash it builds on', `UPDATE journal SET prev_hash = hash WHERE seq = 20`, 20],
    [
      'an instant that no number holds',
      'UPDATE journal SET at = 9007199254740993 WHERE seq = 20',
      20,
    ],
    ['one deleted', 'DELETE FROM journal WHERE seq = 20', 20],
    ['the first deleted', 'DELETE FROM journal WHERE seq = 1', 1],
    ['one deleted, the rest moved up', `DELETE FROM journal WHERE seq = 20; ${ONE_LOWER}`, 20],
    ['the last deleted', 'DELETE FROM journal WHERE seq = 60', 60],
    ['the last ten deleted', 'DELETE FROM journal WHERE seq > 50', 51],
    ['all deleted', 'DELETE FROM journal', 1],
    ['two swapped', SWAP, 20],
    ['two bodies swapped', SWAP_BODIES, 20],
    ['one twice', DUPLICATE, 21],
    [
      'one in front',
      `INSERT INTO journal SELECT 0, at, kind, body, prev_hash, hash FROM journal
      WHERE seq = 1`,
      0,
    ],
    ['one added', `INSERT INTO journal VALUES (61, 1, 'input', '{}', 'x', 'y')`, 61],
  ])('%s', (_, sql, seq) => {
    const path = bySql(sql);
    expect(verifyJournal(path)).toMatchObject({ ok: false, place: 'record', seq });
  });

  test('records replaced together with all later hashes are seen by the head file', () => {
    const path = altered((db) => {
      const rows = db.prepare('SELECT * FROM journal WHERE seq >= 20 ORDER BY seq').all();
      const update = db.prepare(
        'UPDATE journal SET body = ?, prev_hash = ?, hash = ? WHERE seq = ?',
      );
      let previous = rows[0].prev_hash as string;
      for (const { seq, at, kind, body } of rows) {
        const text = seq === 20 ? '{"n":2000}' : body;
        const hash = recordHash(previous, seq, at, kind, text);
        update.run(text, previous, hash, seq);
        previous = hash;
      }
    });
    const reason = 'it is not the one that was written';
    expect(verifyJournal(path)).toMatchObject({ ok: false, place: 'record', seq: RECORDS, reason });
  });

  test('reading throws in its place, and opening refuses a shortened end', () => {
    const path = bySql(`UPDATE journal SET body = '{}' WHERE seq = 20`);
    const reader = readJournal(path);
    const seen: number[] = [];
    const readOn = (): void => {
      for (const { seq } of reader.read(5)) seen.push(seq);
    };
    expect(readOn).toThrow('is damaged at record "20": its content and its hash differ');
    expect(seen.at(-1)).toBe(19);
    reader.close();
    const short = bySql('DELETE FROM journal WHERE seq > 50');
    expect(() => openJournal(short, OPTIONS)).toThrow(
      'is damaged at record "51": it is missing: the journal was cut short, found "50 records"',
    );
  });

  test('a record missing is seen also by a reader that checks the order only', () => {
    const reader = readJournal(bySql('DELETE FROM journal WHERE seq = 20'));
    expect(() => [...reader.read(0, 'order')]).toThrow('at record "20": it is missing');
    reader.close();
  });
});

describe('what is beside the records is named too', () => {
  test.each([
    ['a content altered', `UPDATE content SET text = text || ' ' WHERE n = 2`, 'content', 2],
    ['its hash altered', `UPDATE content SET hash = 'x' WHERE n = 2`, 'content', 2],
    ['a content deleted', 'DELETE FROM content WHERE n = 2', 'content', 2],
    ['the last content deleted', 'DELETE FROM content WHERE n = 4', 'content', 4],
    ['a snapshot altered', `UPDATE snapshot SET state = '{}' WHERE seq = 21`, 'snapshot', 21],
    ['a snapshot moved', 'UPDATE snapshot SET seq = 22 WHERE seq = 21', 'snapshot', 22],
    ['the account altered', `UPDATE meta SET account = 'mine'`, 'file', 0],
    ['the format altered', 'UPDATE meta SET format = 9', 'file', 0],
    ['the binding deleted', 'DELETE FROM meta', 'file', 0],
    [
      'a trigger planted',
      'CREATE TRIGGER t AFTER INSERT ON journal BEGIN SELECT 1; END',
      'file',
      0,
    ],
    ['a table renamed', 'ALTER TABLE content RENAME TO contents', 'file', 0],
    ['a column added', 'ALTER TABLE snapshot ADD COLUMN x TEXT', 'file', 0],
    ['the binding dropped', 'DROP TABLE meta', 'file', 0],
  ])('%s', (_, sql, place, seq) => {
    expect(verifyJournal(bySql(sql))).toMatchObject({ ok: false, place, seq });
  });

  test('a snapshot of another chain, sound in itself', () => {
    const path = altered((db) => {
      const hash = sha256(`[21,"${'a'.repeat(64)}",{}]`);
      db.exec(`UPDATE snapshot SET state = '{}', hash = '${hash}',
        journal_hash = '${'a'.repeat(64)}' WHERE seq = 21`);
    });
    const reason = 'it is not of this chain';
    expect(verifyJournal(path)).toMatchObject({ ok: false, place: 'snapshot', seq: 21, reason });
  });

  test('a head file that is missing, cut, or altered in any byte of a slot', () => {
    const files = sampleFiles(root, 12, 'killed');
    const refused = (head: Buffer): void => {
      const path = putFiles(root, { ...files, head });
      expect(verifyJournal(path)).toMatchObject({ ok: false, place: 'head' });
      expect(() => openJournal(path, OPTIONS)).toThrow(JournalDamaged);
    };
    refused(Buffer.alloc(0));
    refused(files.head.subarray(0, 4096));
    refused(Buffer.concat([files.head, Buffer.alloc(1)]));
    for (let at = 0; at < 256; at += 5) {
      for (const slot of [0, 4096]) {
        const head = Buffer.from(files.head);
        head[slot + at] = (head[slot + at] as number) ^ 1;
        refused(head);
      }
    }
  });
});

describe('files of different ages', () => {
  test('put together they are refused, or read as one of the two', () => {
    const path = join(mkdtempSync(join(root, 'ages-')), 'x.db');
    const journal = openJournal(path, OPTIONS);
    const ages: { files: Files; records: number }[] = [];
    for (let until = 15; until <= 75; until += 15) {
      fill(journal, until);
      ages.push({ files: takeFiles(path), records: until });
      const db = openDatabase(path);
      if (until % 2 === 0) db.exec('PRAGMA wal_checkpoint(RESTART)');
      closeDatabase(db);
    }
    const heads = new Map([...journal.read()].map(({ seq, hash }) => [seq, hash]));
    journal.close();
    let refused = 0;
    const wrong: string[] = [];
    for (const db of ages) {
      for (const wal of ages) {
        for (const head of ages) {
          const files = { db: db.files.db, wal: wal.files.wal, head: head.files.head };
          const found = verifyJournal(putFiles(root, files));
          if (!found.ok) refused += 1;
          else if (found.records < head.records) wrong.push('shorter than the head file says');
          else if (found.head.hash !== heads.get(found.records)) wrong.push('of no age');
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(40);
  });

  test('a restored older journal goes on from where it was, and another chain results', () => {
    const path = putFiles(root, closed);
    const later = openJournal(path, OPTIONS);
    later.append([entry(61)]);
    later.close();
    const files = takeFiles(path);
    expect(verifyJournal(putFiles(root, { ...closed, head: files.head }))).toMatchObject({
      ok: false,
      seq: 61,
      found: '60 records',
      wanted: '61 records',
    });
    const both = putFiles(root, closed);
    expect(verifyJournal(both)).toMatchObject({ ok: true, records: 60 });
  });
});
