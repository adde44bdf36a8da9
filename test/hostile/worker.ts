import { play, playTwice } from './play.ts';

/** What a worker is asked to play. */
export interface Job {
  readonly seed: number;
  readonly days: number;
  readonly twice: boolean;
}

/** Plays worlds as they are asked for, one after the other. */
process.on('message', async ({ seed, days, twice }: Job) => {
  try {
    process.send?.(await (twice ? playTwice(seed, days) : play(seed, days)));
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const violations = [{ invariant: 0, text: `The world fell over: ${text}`, at: 0 }];
    process.send?.({ seed, days, counts: {}, faults: {}, violations, cpuMs: 0, trace: '' });
  }
});
