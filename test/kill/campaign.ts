import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BrokerProcess } from './broker-process.ts';
import { doubles, type Outcome, type Run, violations } from './check.ts';
import { makeDesk } from './desk.ts';
import { journalReaches, type Life, live, recordsIn, runArgs } from './life.ts';
import type { Shot } from './shot.ts';

/** Where kills strike, in the order in which they are told. */
export const POINTS = [
  'before accept',
  'late accept',
  'after accept',
  'after reply',
  'any call',
  'in recovery',
  'with the broker',
  'journal row',
  'random',
] as const;
export type Point = (typeof POINTS)[number];

export interface Tally {
  cycles: number;
  /** Lives that were killed; the others ended before their moment came. */
  kills: number;
  violations: string[];
}

export type Tallies = Readonly<Record<Point | 'at the end', Tally>>;

export const newTallies = (): Tallies =>
  Object.fromEntries(
    [...POINTS, 'at the end'].map((point) => [point, { cycles: 0, kills: 0, violations: [] }]),
  ) as unknown as Tallies;

/** From 0 up to 1, always the same for a seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const among = (next: () => number, least: number, most: number): number =>
  least + Math.floor(next() * (most - least + 1));

const MOMENTS = ['lost', 'late', 'accepted', 'replied'] as const;
const RANDOM_MS = [20, 1_200] as const;
const ROWS_MAX = 120;

function shotAt(point: Point, next: () => number): Shot | null {
  const submit = (at: Shot['at']): Shot => ({ call: 'submit', count: among(next, 1, 6), at });
  const at = MOMENTS[among(next, 0, 3)] as Shot['at'];
  switch (point) {
    case 'before accept':
      return submit('lost');
    case 'late accept':
      return submit('late');
    case 'after accept':
    case 'with the broker':
      return submit('accepted');
    case 'after reply':
      return submit('replied');
    case 'any call':
      return { call: null, count: among(next, 1, 60), at };
    case 'in recovery':
      return { call: null, count: among(next, 1, 3), at };
    default:
      return null;
  }
}

export interface Campaign {
  readonly folder: string;
  readonly seed: number;
  readonly cycles: number;
  /** Last trading date of the run. */
  readonly to: string;
  readonly tallies: Tallies;
}

/** One run without an interruption, to compare with. */
export async function wholeRun(folder: string, to: string): Promise<Run> {
  const { broker, desk } = await place(folder);
  try {
    return await finish(broker, desk, to);
  } finally {
    await broker.kill();
  }
}

async function place(folder: string): Promise<{ broker: BrokerProcess; desk: string }> {
  mkdirSync(folder, { recursive: true });
  const broker = await BrokerProcess.start(join(folder, 'broker.db'));
  const desk = join(folder, 'desk');
  makeDesk(desk, broker.url);
  return { broker, desk };
}

async function finish(broker: BrokerProcess, desk: string, to: string): Promise<Run> {
  broker.arm(null);
  const { code, out, err } = await live(runArgs(desk, to)).ended;
  if (code !== 0) throw new Error(`The run ended with ${code}: ${err}`);
  const { digest, finalEquity, state } = JSON.parse(out) as Outcome;
  const [orders, account] = [await broker.orders(), await broker.account()];
  return { folder: desk, outcome: { digest, finalEquity, state }, orders, account };
}

/** Kills one desk again and again at its moments, lets it end, and compares it with `whole`. */
export async function campaign(given: Campaign, whole: Run): Promise<void> {
  const { tallies, to, seed } = given;
  const next = seeded(seed);
  const { broker, desk } = await place(given.folder);
  try {
    for (let i = 0; i < given.cycles; i++) {
      const point = POINTS[(i + seed) % POINTS.length] as Point;
      const alive = await cycle(point, tallies[point], { broker, desk, to, next });
      if (!alive) break;
    }
    const end = tallies['at the end'];
    end.cycles++;
    const run = await finish(broker, desk, to);
    end.violations.push(...(await violations(run, whole)).map((text) => `seed ${seed}: ${text}`));
  } catch (error) {
    tallies['at the end'].violations.push(`seed ${seed}: ${String(error)}`);
  } finally {
    await broker.kill();
  }
}

interface Scene {
  readonly broker: BrokerProcess;
  readonly desk: string;
  readonly to: string;
  readonly next: () => number;
}

/** One life, killed; false when the run came to its end. */
async function cycle(point: Point, tally: Tally, scene: Scene): Promise<boolean> {
  const { broker, desk, to, next } = scene;
  tally.cycles++;
  const shot = shotAt(point, next);
  const before = recordsIn(desk);
  const life = live(runArgs(desk, to));
  broker.arm(shot === null ? null : { ...shot, pid: life.pid });
  if (point === 'journal row') strikeAtRow(desk, before + among(next, 1, ROWS_MAX), life);
  if (point === 'random') strikeAfter(among(next, ...RANDOM_MS), life);
  const { killed, code, err } = await life.ended;
  if (killed) tally.kills++;
  else if (code !== 0) tally.violations.push(`it ended with ${code}: ${err.slice(0, 600)}`);
  if (point === 'with the broker' && killed) await broker.restart();
  broker.arm(null);
  const twice = doubles(await broker.orders());
  if (twice.length > 0) tally.violations.push(`two orders of ${twice.join(', ')}`);
  return killed;
}

function strikeAfter(ms: number, life: Life): void {
  const timer = setTimeout(() => life.child.kill('SIGKILL'), ms);
  void life.ended.then(() => clearTimeout(timer));
}

function strikeAtRow(desk: string, rows: number, life: Life): void {
  void journalReaches(desk, rows, life).then(() => life.child.kill('SIGKILL'));
}
