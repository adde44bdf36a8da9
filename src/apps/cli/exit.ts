import { masked } from '../../adapters/index.ts';
import { BadInput, BrokenPromise } from '../../base/index.ts';

/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  refused: 4,
  timeout: 5,
} as const;

/** A command that may not do what was asked, by a limit, a gate or a state on disk. */
export class Refused extends Error {}

/** Bad input and configuration are usage; a gate's no is refused; anything else failed. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Refused) return EXIT.refused;
  return error instanceof BadInput ? EXIT.usage : EXIT.failed;
}

/** Prints one message for a person; the stack only where the program itself is at fault. */
export function report(error: unknown): void {
  const isOwnFault = error instanceof BrokenPromise || error instanceof TypeError;
  const text = error instanceof Error ? (isOwnFault ? error.stack : error.message) : String(error);
  process.stderr.write(masked(`plimsoll: ${text ?? 'unknown error'}\n`));
}
