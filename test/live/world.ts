import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawOf } from '../../src/sim/index.ts';
import { fillDelays, violations } from './check.ts';
import { liveRun, makeDesk, NotProven } from './desk.ts';
import { type History, historyOf } from './history.ts';
import type { VenueTerms } from './terms.ts';
import { type Truth, VenueProcess } from './venue-process.ts';

const CHILD = fileURLToPath(new URL('desk-child.ts', import.meta.url));
const NOT_PROVEN = 75;
const STARTS_MAX = 40;
const KILL_DRAW = 202;

/** One whole run: a broker of its own, a desk, faults, perhaps kills, then quiet. */
export interface WorldTerms {
  readonly name: string;
  readonly venue: VenueTerms;
  /** Last date with faults, and the one of the quiet phase after it. */
  readonly to: string;
  readonly quietTo: string;
  /** Lives that are killed at a moment of their requests; 0: the desk runs in this process. */
  readonly kills: number;
  /** Kills strike at the first so many requests of a life. */
  readonly killWithin: number;
  readonly slots: boolean;
  readonly recoveryMs?: number;
}

export interface Outcome {
  readonly history: History;
  readonly truth: Truth;
  readonly violations: readonly string[];
  readonly requests: number;
  readonly kills: number;
  /** Starts that could not prove the broker and sent nothing. */
  readonly refusedStarts: number;
  readonly slowestFillMs: number;
  readonly slowestRecoveryMs: number;
  readonly seconds: number;
}

/** Plays a world to its end and holds it against the broker's truth. */
export async function play(terms: WorldTerms): Promise<Outcome> {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-live-'));
  const venue = await VenueProcess.start(terms.venue);
  try {
    const { desk, from, number } = terms.venue;
    makeDesk(folder, {
      number,
      desk,
      url: venue.url,
      clock: 'recorded',
      markEveryS: 3_600,
      reconcileEveryMinutes: 390,
    });
    const lives = new Lives(folder, venue, terms.venue.seed);
    if (terms.kills > 0) await lives.killed({ ...terms, from });
    await lives.whole({ from, to: terms.to });
    venue.quiet();
    await lives.whole({ from, to: terms.quietTo });
    const [truth, { requests }] = [await venue.truth(), await venue.told()];
    const history = await historyOf(folder);
    const asked = {
      from,
      to: terms.quietTo,
      afterwards: terms.venue.afterwardsPpm > 0,
      slots: terms.slots,
      ...(terms.recoveryMs !== undefined && { recoveryMs: terms.recoveryMs }),
    };
    return {
      history,
      truth,
      violations: violations(history, truth, asked),
      requests,
      kills: lives.kills,
      refusedStarts: lives.refused,
      // An execution that changed afterwards has two moments.
      slowestFillMs: asked.afterwards ? 0 : Math.max(0, ...fillDelays(history, truth)),
      slowestRecoveryMs: Math.max(0, ...history.recoveriesMs.map((ms) => ms ?? 0)),
      seconds: (performance.now() - began) / 1_000,
    };
  } finally {
    await venue.end();
    if (process.env['PLIMSOLL_LIVE_KEEP'] === undefined) {
      rmSync(folder, { recursive: true, force: true });
    } else console.log(`${terms.name}: ${folder}`);
  }
}

interface Span {
  readonly from: string;
  readonly to: string;
}

/** The lives of one desk: those that are killed, and those that end. */
class Lives {
  kills = 0;
  refused = 0;
  readonly #folder: string;
  readonly #venue: VenueProcess;
  readonly #seed: number;

  constructor(folder: string, venue: VenueProcess, seed: number) {
    this.#folder = folder;
    this.#venue = venue;
    this.#seed = seed;
  }

  /** A life in this process, begun again where the broker could not be proven. */
  async whole(span: Span): Promise<void> {
    for (let i = 0; i < STARTS_MAX; i++) {
      try {
        return await liveRun(this.#folder, span);
      } catch (error) {
        if (!(error instanceof NotProven)) throw error;
        this.refused++;
      }
    }
    throw new Error(`The broker could not be proven ${STARTS_MAX} times`);
  }

  /** Lives in processes of their own, each killed at a moment of the seed. */
  async killed({ kills, killWithin, from, to }: WorldTerms & Span): Promise<void> {
    for (let i = 1; i <= kills + STARTS_MAX && this.kills < kills; i++) {
      const child = fork(CHILD, [this.#folder, from, to], {
        execArgv: ['--import', 'tsx'],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const isOrder = drawOf(this.#seed, i, KILL_DRAW) < 0.5;
      const share = drawOf(this.#seed, i, KILL_DRAW + 1);
      this.#venue.arm({
        pid: child.pid as number,
        call: isOrder ? 'POST /v2/orders' : null,
        count: isOrder ? 1 + Math.floor(share * 3) : 1 + Math.floor(share * killWithin),
      });
      if ((await this.#ended(child)) === 'done') break;
    }
    this.#venue.arm(null);
  }

  async #ended(child: ChildProcess): Promise<'killed' | 'refused' | 'done'> {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (signal === 'SIGKILL') {
      this.kills++;
      return 'killed';
    }
    if (code === NOT_PROVEN) {
      this.refused++;
      return 'refused';
    }
    if (code === 0) return 'done';
    throw new Error(`The desk ended with ${code ?? signal}`);
  }
}
