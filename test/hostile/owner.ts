import type { Command } from '../../src/engine/index.ts';
import type { Session } from '../../src/market/index.ts';
import { drawOf } from '../../src/sim/index.ts';
import { clockSteps } from '../../src/sim/hostile/index.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const NAME = 'the owner';
/** Characters that the disk holds. */
export const DISK_CAPACITY = 1_000_000_000;
/** Trouble comes mostly when something is going on: around the slots. */
const NEAR_SHARE = 0.7;

/** An instant of a session, mostly within minutes after one of the desk's slots. */
function momentOf(world: World, session: Session, draw: (n: number) => number, n: number): number {
  const { open, close } = session;
  if (draw(n) > NEAR_SHARE) return open - 30 * MINUTE_MS + draw(n + 1) * (close - open + 5e6);
  const { books } = world.plan.setup;
  const { slot } = books[Math.floor(draw(n + 2) * books.length)] as (typeof books)[number];
  if (slot.kind !== 'session') return open;
  return session[slot.anchor] + slot.offsetMs - 1_000 + draw(n + 1) ** 3 * 300_000;
}

/** Plans what happens to the process, its clock and its owner on all days of trouble. */
export function planOwner(world: World): void {
  for (const session of world.plan.sessions) planDay(world, session);
}

function planDay(world: World, session: Session): void {
  const { plan, timeline } = world;
  const draw = (n: number): number => drawOf(plan.seed, session.day, 1_000 + n);
  const times = (rate: number, n: number): number => {
    const whole = Math.floor(rate);
    return whole + (draw(n) < rate - whole ? 1 : 0);
  };
  const each = (rate: number, n: number, act: (draw: (k: number) => number) => void): void => {
    for (let i = times(rate, n); i > 0; i--) {
      const own = (k: number): number => draw(n + 10 * i + k);
      timeline.at(momentOf(world, session, own, 1), () => {
        if (!world.isQuiet) act(own);
      });
    }
  };
  const { life } = plan;
  each(life.crashesADay, 100, (own) => {
    if (own(5) < 0.5) world.crashBetween();
    else world.crash();
  });
  each(life.restartsADay, 200, () => world.restart());
  each(life.pausesADay, 300, (own) => {
    world.count('pauses');
    world.life.pause(timeline.now + Math.floor(100 + own(5) ** 6 * 3_600_000));
  });
  each(life.outagesADay, 400, (own) => {
    world.count('outages');
    const status = own(6) < 0.5 ? 401 : own(6) < 0.8 ? 503 : 429;
    world.wire.outage = { until: timeline.now + Math.floor(own(5) ** 2 * 900_000), status };
  });
  each(life.haltsADay, 500, (own) => halt(world, own));
  each(life.flattensADay, 600, (own) => {
    twice(world, { command: 'flatten', by: NAME, reason: 'the owner wants out' }, own(5) < 0.3);
    timeline.after(20 * MINUTE_MS, () => resume(world));
  });
  each(life.cancelsADay, 700, (own) => cancelOne(world, own(5)));
  each(life.diskFaultsADay, 800, (own) => failDisk(world, own));
  each(life.secondsADay, 900, (own) => {
    if (own(5) < 0.4) world.crash();
    world.second();
  });
  planSteps(world, session);
  planAnswers(world, session);
}

function planSteps(world: World, session: Session): void {
  const { plan, timeline } = world;
  const span = { from: session.open, to: session.close, rate: plan.life.stepsADay };
  for (const { at, byMs } of clockSteps(plan.seed, session.day, span)) {
    timeline.at(at, () => {
      if (world.isQuiet) return;
      world.count('clock steps');
      timeline.stepWall(byMs);
      timeline.after(10 * MINUTE_MS, () => timeline.correctWall());
    });
  }
}

function failDisk(world: World, own: (n: number) => number): void {
  const { disk, timeline } = world;
  world.count('disk faults');
  const kind = own(5);
  if (kind < 0.3) return disk.failSyncs(1 + Math.floor(own(6) * 3));
  if (kind < 0.5) return disk.failWrite(1 + Math.floor(own(6) * 20));
  disk.fill(Math.floor(own(6) * 5_000));
  timeline.after(1_000 + own(7) ** 2 * 30 * MINUTE_MS, () => disk.fill(DISK_CAPACITY));
}

/** A person who clicks does it twice at times. */
function twice(world: World, command: Command, again: boolean): void {
  world.command(command);
  if (again) world.timeline.after(150, () => world.command(command));
}

function halt(world: World, own: (n: number) => number): void {
  const level = own(5) < 0.5 ? 'NO_NEW_RISK' : own(5) < 0.8 ? 'CANCEL_ONLY' : 'STOP';
  const command = { command: 'halt', by: NAME, level, reason: 'to be sure' } as const;
  twice(world, command, own(6) < 0.3);
  world.timeline.after((1 + own(7) * 120) * MINUTE_MS, () => resume(world));
}

function resume(world: World): void {
  world.command({ command: 'resume', by: NAME, reason: 'seen to' });
}

function cancelOne(world: World, share: number): void {
  const live = [...(world.state?.orders.live.keys() ?? [])];
  const order = live[Math.floor(share * live.length)];
  if (order !== undefined) twice(world, { command: 'cancel', by: NAME, order }, share < 0.2);
}

/** Every quarter of an hour the owner looks, and mostly answers what waits for an answer. */
function planAnswers(world: World, session: Session): void {
  const every = 15 * MINUTE_MS;
  let n = 0;
  for (let at: number = session.open; at <= session.close; at += every) {
    const draw = drawOf(world.plan.seed, session.day * 64 + n++, 920);
    world.timeline.at(at - 400_000 * draw, () => {
      if (!world.isQuiet && draw < 0.6) answer(world, draw / 0.6);
    });
  }
}

/** Answers what the state asks: halts, stopped books, approvals and questions. */
export function answer(world: World, draw: number): void {
  const { state } = world;
  if (state === null) return;
  if (state.halt !== 'NONE' && draw < 0.2) resume(world);
  state.books.forEach((book, b) => {
    if (book.stopped === null || draw > 0.3) return;
    world.command({ command: 'resumeBook', by: NAME, book: b, reason: 'seen to' });
  });
  for (const { id: request } of state.approvals.open) {
    const yes = draw < 0.7;
    const reason = 'not now';
    if (yes) twice(world, { command: 'approve', by: NAME, request }, draw < 0.2);
    else twice(world, { command: 'reject', by: NAME, request, reason }, draw > 0.9);
  }
  for (const { id: question } of state.reconcile.questions) {
    const choice = draw < 0.6 ? 'adopt' : 'ignore';
    world.command({ command: 'answer', by: NAME, question, choice, book: null });
  }
}

/** In the quiet the owner answers everything, every five minutes. */
export function quietOwner(world: World): void {
  const { quiet } = world.plan;
  for (let at: number = quiet.open; at <= quiet.close; at += 5 * MINUTE_MS) {
    world.timeline.at(at, () => answer(world, 0.1));
  }
}
