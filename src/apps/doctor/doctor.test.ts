import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Identity, type Probe, Secret } from '../../adapters/index.ts';
import { type DateText, type Instant, type Money } from '../../base/index.ts';
import { sessionsBetween } from '../../market/index.ts';
import { deskOf, SAMPLE_DESK } from '../config/desk.fixture.ts';
import {
  brokerFindings,
  type BrokerParts,
  doctor,
  type Finding,
  localFindings,
  type LocalParts,
  permissionsOf,
  renderFindings,
  systemSeen,
  type SystemSeen,
  worstLast,
} from './doctor.ts';
import type { BrokerSeen } from './local.ts';

const NOW = Date.UTC(2024, 10, 25, 13) as Instant;
const SOUND: SystemSeen = {
  node: '24.4.0',
  freeBytes: 40e9,
  writeProblem: null,
  zonesAreRight: true,
  openFilesMax: 4_096,
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-doctor-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const local = (system: Partial<SystemSeen> = {}, broker: BrokerSeen | null = null): LocalParts => ({
  folder,
  desk: 'mine',
  configHash: 'a'.repeat(64),
  system: { ...SOUND, ...system },
  now: NOW,
  broker,
});
const lineOf = (findings: readonly Finding[], line: string): Finding =>
  findings.find((one) => one.line === line && one.verdict !== 'ok') ??
  (findings.find((one) => one.line === line) as Finding);

describe('the machine', () => {
  test.each<[string, Partial<SystemSeen>, string, string]>([
    ['Node.js', { node: '24.4.0' }, 'ok', '24.4.0'],
    ['Node.js', { node: '22.0.0' }, 'ok', '22.0.0'],
    ['Node.js', { node: '23.1.0' }, 'warn', 'no long-term support'],
    ['Node.js', { node: '20.19.0' }, 'warn', 'end of life since April 2026'],
    ['Node.js', { node: '20.18.9' }, 'fail', 'below 20.19'],
    ['Node.js', { node: '18.20.0' }, 'fail', 'below 20.19'],
    ['Node.js', { node: 'what' }, 'fail', 'below 20.19'],
    ['Disk', { freeBytes: 1e9 }, 'ok', '1.0 GB free'],
    ['Disk', { freeBytes: 1e9 - 1 }, 'warn', '999 MB free'],
    ['Disk', { freeBytes: 1e8 }, 'warn', '100 MB free'],
    ['Disk', { freeBytes: 1e8 - 1 }, 'fail', '99 MB free'],
    ['Disk', { freeBytes: null }, 'fail', 'not known'],
    ['Folder', { writeProblem: 'EROFS' }, 'fail', 'EROFS'],
    ['Time zones', { zonesAreRight: false }, 'warn', 'wrong or missing'],
    ['Open files', { openFilesMax: 1_024 }, 'ok', 'at most 1024'],
    ['Open files', { openFilesMax: 256 }, 'warn', 'at most 256'],
    ['Open files', { openFilesMax: 64 }, 'fail', 'at most 64'],
  ])('%s: %o is %s', (line, system, verdict, found) => {
    const finding = lineOf(localFindings(local(system)), line);
    expect(finding.verdict).toBe(verdict);
    expect(finding.found).toContain(found);
    expect(finding.todo === undefined).toBe(verdict === 'ok');
  });

  test('as it is here is sound but for its age, and nothing stays behind', () => {
    const seen = systemSeen(folder);
    expect(seen).toMatchObject({ writeProblem: null, zonesAreRight: true });
    expect(seen.freeBytes).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([]);
    expect(systemSeen(join(folder, 'none'))).toMatchObject({
      writeProblem: 'ENOENT',
      freeBytes: null,
    });
  });
});

describe('.env', () => {
  test.skipIf(process.platform === 'win32')('that others may read fails', () => {
    expect(lineOf(localFindings(local()), '.env')).toMatchObject({ verdict: 'ok', found: 'none' });
    const file = join(folder, '.env');
    writeFileSync(file, '');
    for (const [mode, verdict] of [
      [0o600, 'ok'],
      [0o640, 'fail'],
      [0o604, 'fail'],
    ] as const) {
      chmodSync(file, mode);
      expect(lineOf(localFindings(local()), '.env').verdict).toBe(verdict);
    }
    expect(existsSync(file)).toBe(true);
  });
});

const keyed = (id: string | null, stage: BrokerSeen['stage'] = 'paper'): BrokerSeen => ({
  name: 'alpaca',
  stage,
  credentials: [
    { name: 'ID', value: id === null ? null : new Secret(id) },
    { name: 'SECRET', value: new Secret('canary0123456789') },
  ],
});

describe('keys', () => {
  test.each([
    [null, 'not set, or blank'],
    ['your-key-id', 'placeholder'],
    ['<key id>', 'placeholder'],
    ['CHANGEME', 'placeholder'],
    ['xxxxxxxx', 'placeholder'],
    ['put your key here', 'placeholder'],
    ['PK12 3456', 'blanks'],
  ])('%s fails: %s', (id, found) => {
    const finding = lineOf(localFindings(local({}, keyed(id))), 'Credentials');
    expect(finding).toMatchObject({ verdict: 'fail' });
    expect(finding.found).toContain(found);
  });

  test.each<[string, BrokerSeen['stage'], string]>([
    ['PKABCDEF123456', 'paper', 'ok'],
    ['PKABCDEF123456', 'dry-run', 'ok'],
    ['AKABCDEF123456', 'live', 'ok'],
    ['PKABCDEF123456', 'live', 'fail'],
    ['AKABCDEF123456', 'paper', 'fail'],
    ['AKABCDEF123456', 'dry-run', 'fail'],
    ['ZZABCDEF123456', 'paper', 'warn'],
  ])('%s at stage %s: %s (F057)', (id, stage, verdict) => {
    expect(lineOf(localFindings(local({}, keyed(id, stage))), 'Key class').verdict).toBe(verdict);
  });

  test('are in no line, whatever is wrong with them (invariant 32)', () => {
    for (const id of ['PKCANARY9876543', 'ZZCANARY9876543', 'AKCANARY 98765']) {
      const text = JSON.stringify(localFindings(local({}, keyed(id))));
      expect(text).not.toContain('CANARY');
      expect(text).not.toContain('canary');
    }
  });
});

describe('a sign-in', () => {
  const at = (hours: number) => (NOW + hours * 3_600_000) as Instant;
  test.each([
    ['of days to come', { level: 'fine', refreshExpiresAt: at(100) }, 'ok'],
    ['of one day more', { level: 24, refreshExpiresAt: at(20) }, 'warn'],
    ['that is over', { level: 'dead', refreshExpiresAt: at(-1) }, 'fail'],
    ['that was taken back', { level: 'dead', refreshExpiresAt: at(100) }, 'fail'],
    ['whose level is stale', { level: 'fine', refreshExpiresAt: at(0) }, 'fail'],
    ['that never was', null, 'fail'],
  ] as const)('%s: %s', (_, token, verdict) => {
    const broker: BrokerSeen = { name: 'schwab', stage: 'paper', credentials: [], token };
    const finding = lineOf(localFindings(local({}, broker)), 'Sign-in');
    expect(finding.verdict).toBe(verdict);
    expect(finding.todo).toBe(verdict === 'ok' ? undefined : 'plimsoll login schwab');
  });
});

const IDENTITY: Identity = {
  number: '123456789',
  class: 'paper',
  type: 'margin',
  status: 'ACTIVE',
  blocked: [],
  equity: 200_000_000_000 as Money,
  cash: null,
  buyingPower: null,
  optionsLevel: 2,
  shorting: true,
};

type Answers = Partial<Identity> & {
  offsetMs?: number;
  sessions?: Probe['sessions'];
  tape?: string;
};

const probeOf = ({ offsetMs = 200, sessions, tape = 'iex', ...identity }: Answers = {}): Probe => ({
  identity: async () => ({ ...IDENTITY, ...identity }),
  clock: async () => ({ offsetMs, at: 0 }),
  sessions: sessions ?? (async (from, to) => sessionsBetween(from, to)),
  entitlement: async () => tape,
});

const asking = (answers: Answers = {}, parts: Partial<BrokerParts> = {}): BrokerParts => ({
  probe: probeOf(answers),
  now: NOW,
  desk: deskOf(SAMPLE_DESK),
  accountClass: 'paper',
  accountNumber: '123456789',
  needs: { optionsLevel: 0, shorting: false },
  feed: null,
  journal: null,
  ...parts,
});
const judged = async (line: string, answers: Answers, parts: Partial<BrokerParts> = {}) =>
  lineOf(await brokerFindings(asking(answers, parts)), line);

describe('a broker that is as the desk wants it', () => {
  test('is ok in every line, and shows the limits in dollars of its account', async () => {
    const findings = await brokerFindings(asking());
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(findings[0]).toEqual({
      line: 'Account',
      verdict: 'ok',
      found: '…6789, margin, paper, ACTIVE',
    });
    const limits = findings.filter(({ line }) => line === 'Limit').map(({ found }) => found);
    expect(limits.find((text) => text.startsWith('Desk limit, one symbol'))).toContain('$');
    expect(JSON.stringify(findings)).not.toContain('123456789');
  });
});

describe('an account', () => {
  test.each<[string, Answers, Partial<BrokerParts>, string, string]>([
    ['another number', { number: '999999999' }, {}, 'fail', 'the desk names …6789'],
    ['no number', { number: '' }, {}, 'fail', 'no number'],
    ['none named', {}, { accountNumber: null }, 'fail', 'names no account'],
    ['of the other class', { class: 'live' }, {}, 'fail', 'is live, wanted paper (F057)'],
    ['blocked', { blocked: ['trading blocked'] }, {}, 'fail', 'trading blocked'],
    ['not active', { status: 'ACCOUNT_CLOSED' }, {}, 'fail', 'ACCOUNT_CLOSED'],
    ['of no known type', { type: 'unknown' }, {}, 'warn', 'unknown'],
    ['that nothing is sent to', { class: 'live' }, { accountClass: null }, 'ok', 'live'],
  ])('%s', async (_, answers, parts, verdict, found) => {
    const finding = await judged('Account', answers, parts);
    expect(finding.verdict).toBe(verdict);
    expect(finding.found).toContain(found.replace(' (F057)', ''));
  });

  test.each([
    [199_999, 'ok'],
    [1, 'fail'],
    [null, 'fail'],
    [Number.NaN, 'fail'],
  ])('with an equity of $%s against the capital: %s', async (equity, verdict) => {
    const money = (equity === null ? null : equity * 1e6) as Money;
    expect((await judged('Equity', { equity: money })).verdict).toBe(verdict);
  });

  test('is the one that the journal is bound to', async () => {
    const journal = { account: '…6789', isOf: (number: string) => number === '123456789' };
    expect((await judged('Journal', {}, { journal })).verdict).toBe('ok');
    const other = { account: '…0000', isOf: () => false };
    expect(await judged('Journal', {}, { journal: other })).toMatchObject({
      verdict: 'fail',
      found: 'bound to …0000, not to …6789',
    });
  });
});

describe('permissions', () => {
  const options = { optionsLevel: 2, shorting: false };
  const shorting = { optionsLevel: 0, shorting: true };
  test.each<[Answers, BrokerParts['needs'], string]>([
    [{ optionsLevel: 2 }, options, 'ok'],
    [{ optionsLevel: 1 }, options, 'fail'],
    [{ optionsLevel: null }, options, 'warn'],
    [{ shorting: true }, shorting, 'ok'],
    [{ shorting: false }, shorting, 'fail'],
    [{ shorting: true, type: 'cash' }, shorting, 'fail'],
    [{ shorting: null }, shorting, 'warn'],
    [{ shorting: false, optionsLevel: 0 }, { optionsLevel: 0, shorting: false }, 'ok'],
  ])('%o for %o: %s', async (answers, needs, verdict) => {
    expect((await judged('Permissions', answers, { needs })).verdict).toBe(verdict);
  });

  test('are wanted where a limit of desk or book allows short selling', () => {
    const { limits } = deskOf(SAMPLE_DESK);
    const books: [] = [];
    expect(permissionsOf({ books, limits: { ...limits, shortSelling: true } }).shorting).toBe(true);
    expect(permissionsOf({ books, limits: { ...limits, shortSelling: false } })).toEqual({
      optionsLevel: 0,
      shorting: false,
    });
  });
});

describe('data, clock and calendar', () => {
  test.each([
    ['iex', 'iex', 'ok'],
    ['SIP', 'sip', 'ok'],
    ['sip', 'iex', 'ok'],
    ['iex', 'sip', 'fail'],
    ['delayed', 'sip', 'fail'],
    ['', null, 'fail'],
  ])('tape "%s", asked for "%s": %s', async (tape, feed, verdict) => {
    expect((await judged('Data', { tape }, { feed })).verdict).toBe(verdict);
  });

  test.each([
    [0, 'ok'],
    [999, 'ok'],
    [-1_000, 'warn'],
    [4_999, 'warn'],
    [5_000, 'fail'],
    [-9e9, 'fail'],
    [Number.NaN, 'fail'],
  ])('a clock that is %s ms off: %s', async (offsetMs, verdict) => {
    expect((await judged('Clock', { offsetMs })).verdict).toBe(verdict);
  });

  const changed =
    (change: (rows: { date: DateText; open: Instant; close: Instant }[]) => unknown) =>
    async (from: DateText, to: DateText) => {
      const rows = sessionsBetween(from, to).map(({ date, open, close }) => ({
        date,
        open,
        close,
      }));
      change(rows);
      return rows;
    };
  test.each([
    ['today is closed', changed((rows) => rows.shift()), '2024-11-25 is closed at the broker'],
    [
      'it closes earlier',
      changed((rows) => ((rows[2] as { close: Instant }).close = NOW)),
      '2024-11-27 is',
    ],
    [
      'a half day is missed',
      changed((rows) => ((rows[3] as { close: number }).close += 3 * 3_600_000)),
      '2024-11-29 is',
    ],
    [
      'a holiday is missed',
      changed((rows) => rows.push({ date: '2024-11-28' as DateText, open: NOW, close: NOW })),
      'here closed',
    ],
    ['it stops too soon', changed((rows) => rows.pop()), '2024-12-10 is closed'],
    ['it is empty', async () => [], 'and 8 more'],
  ])('a calendar where %s fails (F048)', async (_, sessions, found) => {
    const finding = await judged('Calendar', { sessions });
    expect(finding.verdict).toBe('fail');
    expect(finding.found).toContain(found);
  });
});

describe('a broker that does not answer', () => {
  const silent = (): Promise<never> => new Promise(() => {});
  const dead: Probe = {
    identity: () => Promise.reject(new Error('401 for key canary0123456789')),
    clock: () => {
      throw new Error('no line');
    },
    sessions: silent,
    entitlement: () => Promise.reject('text alone'),
  };

  test('is a failure in each line, never a pass, and in time', async () => {
    expect(new Secret('canary0123456789').reveal()).toHaveLength(16);
    const findings = await brokerFindings(asking({}, { probe: dead, deadlineMs: 30 }));
    expect(findings.map(({ line, verdict, found }) => [line, verdict, found])).toEqual([
      ['Account', 'fail', 'not known, because 401 for key [secret]'],
      ['Data', 'fail', 'not known, because text alone'],
      ['Clock', 'fail', 'not known, because no line'],
      ['Calendar', 'fail', 'not known, because there was no answer within 0.03 s'],
    ]);
  });

  test('is one where an answer has another shape', async () => {
    const odd = { ...dead, identity: async () => ({}), clock: async () => null };
    const parts = asking({}, { probe: odd as unknown as Probe, deadlineMs: 30 });
    const findings = await brokerFindings(parts);
    expect(findings.every(({ verdict }) => verdict === 'fail')).toBe(true);
    expect(findings).toHaveLength(4);
  });

  test('or is not there fails', async () => {
    const { probe: _, ...broker } = asking();
    const findings = await doctor({ local: local(), broker: { ...broker, probe: null } });
    expect(findings.at(-1)).toMatchObject({ line: 'Broker', verdict: 'fail' });
  });
});

describe('the list', () => {
  test('has the worst last, aligned, and no control characters', () => {
    const findings: Finding[] = [
      { line: 'Disk', verdict: 'fail', found: 'full', todo: 'Make room' },
      { line: 'Account', verdict: 'ok', found: '…1234,\u001b[31m margin\n' },
      { line: 'Node.js', verdict: 'warn', found: '20', todo: 'Use 24' },
    ];
    expect(renderFindings(worstLast(findings))).toEqual([
      'ok   Account  …1234, [31m margin ',
      'warn Node.js  20. Use 24',
      'fail Disk     full. Make room',
    ]);
  });
});
