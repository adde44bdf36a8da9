import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askControl, haltLatch, latchPath } from '../../src/adapters/system/index.ts';
import { BrokerProcess } from './broker-process.ts';
import { makeDesk } from './desk.ts';
import { type Life, live, runArgs, told } from './life.ts';

const LATER = '2023-02-24';
const HALT_MS = 100;

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-people-'));
const desk = join(folder, 'desk');
let broker: BrokerProcess;
const lives = new Set<Life>();

beforeAll(async () => {
  broker = await BrokerProcess.start(join(folder, 'broker.db'));
  makeDesk(desk, broker.url);
  // It stands five minutes before a close, with positions and an order under way.
  const life = live(runArgs(desk, LATER));
  broker.arm({ call: 'submit', count: 3, at: 'replied', pid: life.pid });
  if (!(await life.ended).killed) throw new Error('It ended before its third order');
  broker.arm(null);
});
afterAll(async () => {
  for (const life of lives) life.child.kill('SIGKILL');
  await broker.kill();
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  readonly ok: boolean;
  readonly via?: string;
  readonly told?: readonly string[];
  readonly view?: { readonly halt: string; readonly exit: { readonly outcome: string } | null };
}

/** Runs a command of a person; its exit code and what it said. */
async function say(...args: string[]): Promise<{ code: number | null; said: Said; err: string }> {
  const { code, out, err } = await live([...args, '--json']).ended;
  return { code, said: JSON.parse(out === '' ? '{"ok":false}' : out) as Said, err };
}

const status = () => askControl(desk, { kind: 'status' }, 5_000);

/** A process that runs the desk at the pace of the day, and listens. */
async function running(): Promise<Life> {
  const life = live([...runArgs(desk, LATER), '--speed', '1x']);
  lives.add(life);
  await expect
    .poll(
      () =>
        status().then(
          (one) => one.ok,
          () => false,
        ),
      { timeout: 30_000, interval: 50 },
    )
    .toBe(true);
  return life;
}

async function kill(life: Life): Promise<void> {
  life.child.kill('SIGKILL');
  lives.delete(life);
  await life.ended;
}

const quick = ['--timeout', '2'] as const;

describe.sequential('people at a desk that runs', () => {
  test('an emergency exit ends flat at the broker, and again changes nothing (F086)', async () => {
    expect(Object.keys((await broker.account()).positions)).not.toEqual([]);
    const life = await running();
    const first = await say('flatten', desk, '--confirm');
    expect(first).toMatchObject({ code: 0, said: { view: { exit: { outcome: 'flat' } } } });
    expect((await broker.account()).positions).toEqual({});
    const orders = (await broker.orders()).length;
    expect((await say('flatten', desk, '--confirm')).code).toBe(0);
    expect((await broker.orders()).length).toBe(orders);
    expect((await say('resume', desk, '--reason', 'over')).code).toBe(0);
    await kill(life);
  });

  test(`a halt is durable and answered within ${HALT_MS} ms`, async () => {
    const life = await running();
    const took: number[] = [];
    for (const level of ['NO_NEW_RISK', 'CANCEL_ONLY', 'STOP'] as const) {
      const began = performance.now();
      const answer = await askControl(desk, { kind: 'halt', by: 'a', level, reason: 'r' }, 5_000);
      took.push(performance.now() - began);
      expect(answer).toMatchObject({ ok: true, state: { view: { halt: level } } });
    }
    expect(Math.min(...took)).toBeLessThan(HALT_MS);
    await kill(life);
  });

  test('a halt outlives kill -9 and is released by a named person alone (F065)', async () => {
    const life = await running();
    expect(await status()).toMatchObject({ state: { view: { halt: 'STOP' } } });
    expect(haltLatch(latchPath(desk))?.level).toBe('STOP');
    const { code, said } = await say('resume', desk, '--reason', 'over', '--by', 'ann');
    expect({ code, via: said.via, halt: said.view?.halt }).toEqual({
      code: 0,
      via: 'process',
      halt: 'NONE',
    });
    expect(said.told?.join()).toContain('ann');
    expect(existsSync(latchPath(desk))).toBe(false);
    await kill(life);
  });

  test('a process that hangs is halted by the latch, and the caller told (exit 5)', async () => {
    const life = await running();
    life.child.kill('SIGSTOP');
    const { code } = await say('halt', desk, '--reason', 'hung', ...quick);
    expect(code).toBe(5);
    expect(haltLatch(latchPath(desk))?.level).toBe('NO_NEW_RISK');
    life.child.kill('SIGCONT');
    await expect.poll(async () => JSON.stringify(await status())).toContain('NO_NEW_RISK');
    expect((await say('resume', desk, '--reason', 'over')).code).toBe(0);
    await kill(life);
  });

  test.each([
    [['approve', 'nothing'], 4],
    [['reject', 'nothing', '--reason', 'x'], 4],
    [['reconcile'], 0],
    [['approvals'], 0],
    [['flatten'], 2],
    [['resume', '--book', 'nine', '--reason', 'x'], 2],
    [['reconcile', '--answer', 'q9', 'adopt'], 4],
  ] as const)('%j while it runs ends with %d', async ([verb, ...args], wanted) => {
    if (lives.size === 0) await running();
    const named = verb === 'approve' || verb === 'reject';
    const all = named ? [verb, ...args.slice(0, 1), desk, ...args.slice(1)] : [verb, desk, ...args];
    expect((await say(...all)).code).toBe(wanted);
  });
});

describe.sequential('people at a desk at rest', () => {
  beforeAll(async () => {
    for (const life of lives) await kill(life);
  });

  test('a halt is in the journal and the latch, and a resume releases both', async () => {
    expect(await say('halt', desk, '--reason', 'x')).toMatchObject({
      code: 0,
      said: { via: 'journal', view: { halt: 'NO_NEW_RISK' } },
    });
    expect(haltLatch(latchPath(desk))?.level).toBe('NO_NEW_RISK');
    expect((await say('resume', desk, '--reason', 'y')).code).toBe(0);
    expect(haltLatch(latchPath(desk))).toBeNull();
  });

  test('an empty file in the place of the latch stops a run before its first order', async () => {
    const before = (await broker.orders()).length;
    mkdirSync(dirname(latchPath(desk)), { recursive: true });
    writeFileSync(latchPath(desk), '');
    const { state } = await told<{ state: { halt: string } }>(runArgs(desk, LATER));
    expect(state.halt).toBe('STOP');
    expect((await broker.orders()).length).toBe(before);
    expect((await say('resume', desk, '--reason', 'y')).code).toBe(0);
  });

  test.each([
    ['no desk', ['halt', join(folder, 'none'), '--reason', 'x'], 2],
    ['no reason', ['halt', desk], 2],
    ['a desk that never ran', ['approvals', join(folder, 'new')], 3],
    ['a yes that nobody would send', ['reconcile', desk, '--answer', 'q1', 'flatten'], 3],
  ])('%s', async (_, args, code) => {
    makeDesk(join(folder, 'new'), broker.url);
    expect((await say(...args)).code).toBe(code);
  });
});
