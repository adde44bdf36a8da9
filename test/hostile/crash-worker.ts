import { type Crashed, crashTwice } from './crashes.ts';
import type { DayName, Semantics } from './days.ts';
import type { PlannedCrash } from './world.ts';

/** What a worker is asked to crash. */
export interface CrashJob {
  readonly day: DayName;
  readonly semantics: Semantics;
  readonly first: PlannedCrash;
  readonly depth: number;
}

export interface CrashAnswer extends Crashed {
  readonly job: CrashJob;
}

/** Crashes days as it is asked to, one after the other. */
process.on('message', async (job: CrashJob) => {
  try {
    const crashed = await crashTwice(job.day, job.semantics, job.first, job.depth);
    process.send?.({ job, ...crashed } satisfies CrashAnswer);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const violations = [{ invariant: 0, text: `The world fell over: ${text}`, at: 0 }];
    const failures = [{ crashes: [job.first], violations }];
    process.send?.({ job, states: 1, failures } satisfies CrashAnswer);
  }
});
