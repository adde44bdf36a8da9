import { hash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cli, copyExample, type Json, refused, scratch, sql, told } from './cli.fixture.ts';

const folder = scratch('damage');
const desk = copyExample('hierarchical-adaptive', join(folder, 'desk'));
const journal = join(desk, 'journal/plimsoll.db');
const kept = join(folder, 'kept');

const RUN = ['run', desk, '--stage', 'paper', '--feed', 'replay', '--from', '2018-06-15'];

let last = 0;
/** The record of the first order, long before the last snapshot. */
let middle = 0;

beforeAll(async () => {
  await told([...RUN, '--to', '2018-07-31']);
  const [row] = sql(
    journal,
    `SELECT max(seq) AS last,
       min(CASE WHEN body LIKE '%"kind":"submit"%' THEN seq END) AS middle FROM journal`,
  );
  ({ last, middle } = row as { last: number; middle: number });
  cpSync(desk, kept, { recursive: true });
});

beforeEach(() => {
  rmSync(desk, { recursive: true });
  cpSync(kept, desk, { recursive: true });
});

/** Hashes of all files that are of worth: the journal, the broker's books, what people read. */
const files = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(desk, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/-(?:wal|shm|lock|reserve)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(desk.length), hash('sha256', readFileSync(path))]),
  );

/** Expects verification to fail, and a start to be refused for the same reason, files untouched. */
async function expectRefusal(place: string | RegExp): Promise<void> {
  const before = files();
  const { code, out, err } = await cli('journal', 'verify', desk);
  expect({ code, err }).toEqual({ code: 1, err: '' });
  expect(out).toMatch(place);
  const verified = JSON.parse((await cli('journal', 'verify', desk, '--json')).out) as Json;
  expect(verified).toMatchObject({ ok: false, reason: expect.any(String) });
  const run = await cli(...RUN, '--to', '2018-08-31', '--json');
  expect(run.code).not.toBe(0);
  expect(run.out).toBe('');
  expect(run.err).toContain(journal);
  expect(run.err).toContain(verified['reason']);
  expect(run.err).not.toMatch(/\n {2,}at /);
  const after = files();
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  expect(names.filter((name) => after[name] !== before[name])).toEqual([]);
}

const moved = (from: string, to: string) => `UPDATE journal SET seq = ${to} WHERE seq = ${from}`;

describe('a damaged journal is told, and nothing starts on it (F023, invariant 29)', () => {
  test('a sound one verifies, and a run goes on from it', async () => {
    expect(await told(['journal', 'verify', desk])).toMatchObject({ ok: true, records: last });
    const { days } = await told<{ days: number }>([...RUN, '--to', '2018-08-31']);
    expect(days).toBe(55);
  });

  test('a byte of an early record', async () => {
    sql(journal, `UPDATE journal SET body = replace(body, 'buy', 'bux') WHERE seq = ${middle}`);
    await expectRefusal(`Damaged at record ${middle}: its content and its hash differ`);
  });

  test('a byte of the last record', async () => {
    const body = `substr(body, 1, 20) || 'X' || substr(body, 22)`;
    sql(journal, `UPDATE journal SET body = ${body} WHERE seq = ${last}`);
    await expectRefusal(`Damaged at record ${last}: its content and its hash differ`);
  });

  test('the instant of a record', async () => {
    sql(journal, `UPDATE journal SET at = at + 1 WHERE seq = ${middle}`);
    await expectRefusal(`Damaged at record ${middle}: `);
  });

  test('a record taken out of the middle', async () => {
    sql(journal, `DELETE FROM journal WHERE seq = ${middle}`);
    await expectRefusal(`Damaged at record ${middle}: it is missing`);
  });

  test('two records swapped', async () => {
    const [a, b] = [`${middle}`, `${middle + 1}`];
    sql(journal, moved(a, '-1'), moved(b, a), moved('-1', b));
    await expectRefusal(`Damaged at record ${middle}: `);
  });

  test('the last record taken away', async () => {
    sql(journal, `DELETE FROM journal WHERE seq = ${last}`);
    await expectRefusal(`Damaged at record ${last}: it is missing`);
  });

  test('a record written twice', async () => {
    const columns = 'at, kind, body, prev_hash, hash';
    const row = `SELECT ${last + 1}, ${columns} FROM journal WHERE seq = ${last}`;
    sql(journal, `INSERT INTO journal (seq, ${columns}) ${row}`);
    await expectRefusal(`Damaged at record ${last + 1}: `);
  });

  test.each([
    ['to half', (size: number) => Math.floor(size / 2)],
    ['by a page', (size: number) => size - 4_096],
    ['to nothing', () => 0],
  ])('the file cut %s', async (_, cut) => {
    truncateSync(journal, cut(readFileSync(journal).length));
    await expectRefusal(/^Damaged at (?:record|file|content|snapshot)/);
  });

  test('the file taken away', async () => {
    rmSync(journal);
    await expectRefusal('Damaged at record 1: it is missing');
  });

  test('a replay of it is no answer either', async () => {
    sql(journal, `UPDATE journal SET body = replace(body, 'buy', 'bux') WHERE seq = ${middle}`);
    for (const args of [['replay'], ['status'], ['positions']]) {
      const message = await refused([...args, desk, '--json'], 1);
      expect(message).toContain(`record "${middle}"`);
    }
  });
});

describe('a desk folder that was moved', () => {
  test('goes on where it was', async () => {
    const elsewhere = join(folder, 'elsewhere');
    cpSync(desk, elsewhere, { recursive: true });
    const to = ['--to', '2018-08-31'];
    const there = await told(['run', elsewhere, ...RUN.slice(2), ...to]);
    expect(there).toEqual(await told([...RUN, ...to]));
  });
});
