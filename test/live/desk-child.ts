import { liveRun, NotProven } from './desk.ts';

/**
 * One life of a desk as a process that may be killed. Arguments: its folder, first and last dates.
 * It ends with 75 where it could not prove the broker, and is to be started again.
 */
const [folder, from, to] = process.argv.slice(2) as [string, string, string];
try {
  await liveRun(folder, { from, to });
} catch (error) {
  if (!(error instanceof NotProven)) throw error;
  process.exitCode = 75;
}
process.disconnect?.();
