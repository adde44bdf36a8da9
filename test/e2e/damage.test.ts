import { hash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  cli,
  copyExample,
  done,
  type Json,
  refused,
  scratch,
  sql,
  STACK,
  told,
} from './cli.fixture.ts';

const folder = scratch('damage');
const kept = copyExample('hierarchical-adaptive', join(folder, 'kept'));

const runOf = (desk: string, to: string): string[] => [
  'run',
  desk,
  '--stage',
  'paper',
  '--feed',
  'replay',
  '--from',
  '2011-06-15',
  '--to',
  to,
];
const [SOUND, BEYOND] = ['2011-07-29', '2011-08-31'];

let last = 0;
/** The record of the first order, long before the last snapshot. */
let middle = 0;

beforeAll(async () => {
  await told(runOf(kept, SOUND));
  const [row] = sql(
    join(kept, 'journal/plimsoll.db'),
    `SELECT max(seq) AS last,
       min(CASE WHEN body LIKE '%"kind":"submit"%' THEN seq END) AS middle FROM journal`,
  );
  ({ last, middle } = row as { last: number; middle: number });
});

let copies = 0;

/** A copy of the sound desk, and the file of its journal. */
function another(): { desk: string; journal: string } {
  const desk = join(folder, `desk-${(copies += 1)}`);
  cpSync(kept, desk, { recursive: true });
  return { desk, journal: join(desk, 'journal/plimsoll.db') };
}

/** Hashes of all files that are of worth: the journal, the broker's books, what people read. */
const files = (desk: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(desk, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/-(?:wal|shm|lock|reserve)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(desk.length), hash('sha256', readFileSync(path))]),
  );

/** Names of files that came, went or changed. */
const changed = (before: Record<string, string>, after: Record<string, string>): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => after[name] !== before[name],
  );

interface Damage {
  readonly to: string;
  readonly by: (journal: string) => unknown;
  /** What verification says of the place. */
  readonly told: () => Json;
}

const moved = (from: number, to: number) => `UPDATE journal SET seq = ${to} WHERE seq = ${from}`;
const flipped = (seq: number) =>
  `UPDATE journal SET body = substr(body, 1, 20) || '~' || substr(body, 22) WHERE seq = ${seq}`;

const cut = (file: string, share: number) =>
  truncateSync(file, Math.floor(readFileSync(file).length * share));

describe.concurrent('damage is named, and nothing starts on it (F023, invariant 29)', () => {
  const DIFFER = 'its content and its hash differ';

  test('a sound one verifies, and a run goes on from it', async () => {
    const { desk } = another();
    expect(await told(['journal', 'verify', desk])).toMatchObject({ ok: true, records: last });
    const { days } = await told<{ days: number }>(runOf(desk, BEYOND));
    expect(days).toBe(55);
  });

  test.each<Damage>([
    {
      to: 'a byte of an early record',
      by: (file) => sql(file, flipped(middle)),
      told: () => ({ seq: middle, reason: DIFFER }),
    },
    {
      to: 'a byte of the last record',
      by: (file) => sql(file, flipped(last)),
      told: () => ({ seq: last, reason: DIFFER }),
    },
    {
      to: 'a record taken out of the middle',
      by: (file) => sql(file, `DELETE FROM journal WHERE seq = ${middle}`),
      told: () => ({ seq: middle, reason: expect.stringContaining('it is missing') }),
    },
    {
      to: 'two records swapped',
      by: (file) => sql(file, moved(middle, -1), moved(middle + 1, middle), moved(-1, middle + 1)),
      told: () => ({ seq: middle }),
    },
    {
      to: 'the last record taken away',
      by: (file) => sql(file, `DELETE FROM journal WHERE seq = ${last}`),
      told: () => ({ seq: last, reason: expect.stringContaining('it is missing') }),
    },
    { to: 'the file cut to half', by: (file) => cut(file, 0.5), told: () => ({}) },
    { to: 'the end of the file cut off', by: (file) => cut(file, 0.99), told: () => ({}) },
    { to: 'the file taken away', by: (file) => rmSync(file), told: () => ({ seq: 1 }) },
  ])('$to', async ({ by, told }) => {
    const { desk, journal } = another();
    by(journal);
    const before = files(desk);
    const { code, out, err } = await cli('journal', 'verify', desk, '--json');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const verdict = JSON.parse(out) as Json;
    expect(verdict).toMatchObject({ ok: false, reason: expect.any(String), ...told() });
    const run = await cli(...runOf(desk, BEYOND), '--json');
    expect(run.code).not.toBe(0);
    expect(run.out).toBe('');
    expect(run.err).toContain(journal);
    expect(run.err).toContain(verdict['reason']);
    expect(run.err).not.toMatch(STACK);
    expect(changed(before, files(desk))).toEqual([]);
  });

  test('a person is told the record, what was found and what was wanted', async () => {
    const { desk, journal } = another();
    sql(journal, flipped(middle));
    const { code, out } = await cli('journal', 'verify', desk);
    expect(code).toBe(1);
    expect(out).toMatch(
      new RegExp(`^Damaged at record ${middle}: ${DIFFER}\n +found +\\w{64}\n +wanted +\\w{64}\n$`),
    );
    expect(await refused(['replay', desk, '--json'], 1)).toContain(`record "${middle}"`);
  });
});

describe.concurrent('a sound desk', () => {
  test('goes on as it would have where its folder was moved to', async () => {
    const ends = [another(), another()].map(({ desk }) => told(runOf(desk, BEYOND)));
    const whole = copyExample('hierarchical-adaptive', join(folder, 'whole'));
    const end = await told(runOf(whole, BEYOND));
    for (const one of await Promise.all(ends)) expect(one).toEqual(end);
  });

  test('is put aside whole with --fresh, and the run begins anew', async () => {
    const { desk } = another();
    const out = await done([...runOf(desk, SOUND), '--fresh']);
    const [archive] = readdirSync(join(desk, 'archive'));
    expect(out).toContain(`the journal of another run was put aside: ${desk}/archive/${archive}`);
    const file = join(desk, 'archive', archive as string, 'plimsoll.db');
    expect(await told(['journal', 'verify', file])).toMatchObject({ ok: true, records: last });
    expect(await told(['status', desk])).toMatchObject({ epoch: 1 });
  });
});
