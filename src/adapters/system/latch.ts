import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HALT_LEVELS, type HaltLevel, isAtLeast } from '../../risk/index.ts';
import { syncDirectory, writeFileAtomic } from './files.ts';

/** A halt that lies beside the journal: it counts before any process has read it. */
export interface HaltLatch {
  readonly level: HaltLevel;
  readonly by: string;
  readonly reason: string;
}

/** Where the latch of a desk lies. */
export const latchPath = (folder: string): string => join(folder, 'control', 'halt');

const FILE_MAX = 4_096; // bytes
const TEXT_MAX = 1_000;

/**
 * The halt that is set at `path`, or null where there is no file. What cannot be read or is not a
 * halt is a STOP, so that `touch control/halt` halts too. Costs one look at the file while there is
 * none; never throws.
 */
export function haltLatch(path: string): HaltLatch | null {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return null;
    if (!found.isFile() || found.size > FILE_MAX) return stop('it is no file of a halt');
    return parsed(readFileSync(path, 'utf8'));
  } catch (error) {
    // It may have been released between the two looks; in doubt it stands.
    return stop(error instanceof Error ? error.message : String(error));
  }
}

const stop = (why: string): HaltLatch => ({
  level: 'STOP',
  by: 'the halt latch',
  reason: `the latch cannot be read: ${why}`,
});

function parsed(text: string): HaltLatch {
  let found: Partial<Record<string, unknown>>;
  try {
    found = JSON.parse(text) as typeof found;
  } catch {
    return stop('it is not JSON');
  }
  const { level, by, reason } = found ?? {};
  const known = HALT_LEVELS.find((one) => one === level);
  if (known === undefined || known === 'NONE') return stop('it names no level of a halt');
  if (typeof by !== 'string' || typeof reason !== 'string') return stop('it names no person');
  return { level: known, by, reason };
}

/**
 * Sets the latch of the desk in `folder`; it is on the disk when this returns. One that is set
 * higher already stays as it is. Returns what now stands. Throws what the file system throws.
 */
export function setHaltLatch(folder: string, halt: HaltLatch): HaltLatch {
  const path = latchPath(folder);
  const control = dirname(path);
  if (mkdirSync(control, { recursive: true, mode: 0o700 }) !== undefined) syncDirectory(folder);
  const before = haltLatch(path);
  if (before !== null && isAtLeast(before.level, halt.level)) return before;
  const by = halt.by.slice(0, TEXT_MAX);
  const latch = { level: halt.level, by, reason: halt.reason.slice(0, TEXT_MAX) };
  writeFileAtomic(path, `${JSON.stringify(latch)}\n`, { mode: 0o600 });
  return latch;
}

/** Takes the latch away, durably; false where there was none. Only a named person's resume may. */
export function releaseHaltLatch(folder: string): boolean {
  const path = latchPath(folder);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false;
  rmSync(path, { recursive: true, force: true });
  syncDirectory(dirname(path));
  return true;
}
