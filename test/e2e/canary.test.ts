import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  begin,
  brokerDesk,
  FIRST,
  FORTNIGHT,
  liveArgs,
  PAPER_ACCOUNT,
  type Passed,
  serveBroker,
  Wire,
} from './broker.fixture.ts';
import { type Canary, leaksIn, leaksOnDisk, looksOf } from './canary.ts';
import { copyExample, scratch, sql } from './cli.fixture.ts';

const folder = scratch('canary');
const market = copyExample('hierarchical-adaptive', join(folder, 'market'));

/** Bytes that every encoding must change: quotes, spaces and signs of URL and base64. */
const planted = (start: string): string => `${start}${randomBytes(12).toString('hex')}`;
const KEYS = { id: planted('PKCANARY'), secret: `${planted('canary/secret+')}%&=x` };

const secrets: readonly Canary[] = [
  { name: 'key id', value: KEYS.id, homes: ['.env'] },
  { name: 'secret key', value: KEYS.secret, homes: ['.env'] },
];
/** A number in full is in the configuration alone, as the file and as the journal keep it. */
const JOURNAL = ['journal/plimsoll.db', 'journal/plimsoll.db-wal'];
const ACCOUNT: Canary = { name: 'account', value: PAPER_ACCOUNT, homes: ['desk.yaml', ...JOURNAL] };
const all = [...secrets, ACCOUNT];

/** All that a broker could echo: each secret in each of its looks. */
const SONG = [PAPER_ACCOUNT, ...secrets.flatMap(({ value }) => looksOf(value))].join(' ');

/** Everything that a person may do with a desk, as one text of all that it printed. */
async function printedBy(desk: string, ...more: readonly (readonly string[])[]): Promise<string> {
  const commands = [
    ['status', desk],
    ['status', desk, '--json'],
    ['positions', desk, '--json'],
    ['orders', desk, '--json'],
    ['why', 'TMV', FIRST, desk, '--json'],
    ['journal', 'verify', desk],
    ['replay', desk],
    ...more,
  ];
  const parts: string[] = [];
  for (const args of commands) {
    const { out, err } = await begin(args).ended;
    parts.push(out, err);
  }
  return parts.join('\n');
}

/** No byte of what was printed or kept holds a planted value. */
function expectSilence(desk: string, text: string): void {
  expect(leaksIn('printed', text, all)).toEqual([]);
  expect(leaksOnDisk(desk, all)).toEqual([]);
  if (!existsSync(join(desk, JOURNAL[0] as string))) return;
  const query = `SELECT seq FROM journal WHERE instr(body, '${PAPER_ACCOUNT}') > 0`;
  expect(sql(join(desk, JOURNAL[0] as string), query)).toEqual([]);
}

test('the canary is heard in every look, in a text and on the disk', () => {
  const { value } = secrets[1] as Canary;
  const bytes = Buffer.from(value);
  const hidden = [
    value,
    JSON.stringify({ value }),
    new URLSearchParams({ value }).toString(),
    bytes.toString('hex'),
    ...[0, 1, 2].map((n) => Buffer.from(`${'x'.repeat(n)}${value}yyy`).toString('base64')),
    Buffer.from(value).toString('base64url'),
  ];
  for (const text of hidden) expect(leaksIn('here', `a ${text} b`, secrets)).not.toEqual([]);
  const place = join(folder, 'heard');
  mkdirSync(place);
  writeFileSync(join(place, 'x.db'), Buffer.from(`\0\u00ff${value}\0`));
  expect(leaksOnDisk(place, secrets)).not.toEqual([]);
  writeFileSync(join(place, '.env'), value, { mode: 0o644 });
  expect(leaksOnDisk(place, secrets)).toContain('.env: mode 644');
});

describe('secrets stay where they are (invariant 32, F074)', () => {
  test('in a fortnight with a broker that echoes them in every kind of trouble', async () => {
    const { url } = await serveBroker(market, { keys: KEYS });
    const wire = await Wire.to(url);
    const desk = brokerDesk(join(folder, 'echo'), wire.url, { keys: KEYS });
    let count = 0;
    const json = { 'content-type': 'application/json', 'x-request-id': SONG.slice(0, 4_000) };
    const troubles = [
      { status: 500, headers: json, body: JSON.stringify({ code: 50010000, message: SONG }) },
      { status: 502, headers: { 'content-type': 'text/html' }, body: `<html>${SONG}</html>` },
      { status: 403, headers: json, body: JSON.stringify({ code: 40310000, message: SONG }) },
      { status: 422, headers: json, body: JSON.stringify({ message: SONG, reject_reason: SONG }) },
      { status: 200, headers: json, body: `{"id": "${SONG}", "cut` },
    ];
    let heard = 0;
    wire.before = ({ path }: Passed) => {
      count += 1;
      // The first answers prove the account; after them, one in seven is trouble.
      if (count < 40 || count % 7 !== 0 || path.startsWith('/stream')) return undefined;
      heard += 1;
      return troubles[heard % troubles.length];
    };
    const ran = await begin([...liveArgs('run', desk, 'paper', ...FORTNIGHT), '--json']).ended;
    expect(heard).toBeGreaterThan(5);
    const text = await printedBy(desk, ['check', desk, '--stage', 'paper', '--json']);
    expectSilence(desk, `${ran.out}\n${ran.err}\n${text}`);
  });

  test('in a start that comes to nothing, whatever the broker says', async () => {
    const { url } = await serveBroker(market, { keys: KEYS });
    const wire = await Wire.to(url);
    const desk = brokerDesk(join(folder, 'refused'), wire.url, { keys: KEYS });
    const texts: string[] = [];
    const replies = [
      { status: 401, body: JSON.stringify({ message: `not authorized: ${SONG}` }) },
      {
        status: 200,
        body: JSON.stringify({ account_number: SONG, status: SONG, id: KEYS.secret }),
      },
      { status: 200, headers: { 'content-type': 'text/html' }, body: `<html>${SONG}` },
    ];
    for (const reply of replies) {
      wire.before = () => reply;
      for (const args of [
        liveArgs('once', desk, 'paper', '--from', FIRST),
        ['check', desk, '--stage', 'paper'],
        ['data', 'pull', 'QQQ', '--source', 'alpaca', '--from', '2012-10-01', '--to', '2012-10-05'],
      ]) {
        const { out, err, code } = await begin(args, { cwd: desk }).ended;
        expect(code).not.toBe(0);
        texts.push(out, err);
      }
    }
    expectSilence(desk, texts.join('\n'));
  });

  test('in a desk that was killed: nothing of them is in what it left', async () => {
    const { url } = await serveBroker(market, { keys: KEYS });
    const wire = await Wire.to(url);
    const desk = brokerDesk(join(folder, 'killed'), wire.url, { keys: KEYS });
    const run = begin(liveArgs('run', desk, 'paper', ...FORTNIGHT));
    wire.after = ({ method }) => {
      if (method === 'POST') run.child.kill('SIGKILL');
      return undefined;
    };
    const { out, err, signal } = await run.ended;
    expect(signal).toBe('SIGKILL');
    expectSilence(desk, out + err);
  });
});
