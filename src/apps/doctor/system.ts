import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type DateText, type Instant } from '../../base/index.ts';
import { exchangeClock, instantOn } from '../../market/index.ts';

/** What the doctor has to know of the machine; null where it cannot be told. */
export interface SystemSeen {
  /** "22.14.0". */
  readonly node: string;
  readonly freeBytes: number | null;
  /** Why a file cannot be written to the desk's folder and flushed, or null. */
  readonly writeProblem: string | null;
  /** Whether the zone database of this machine has New York's clock right. */
  readonly zonesAreRight: boolean;
  readonly openFilesMax: number | null;
}

/** This machine, as it stands for the desk in `folder`. */
export const systemSeen = (folder: string): SystemSeen => ({
  node: process.versions.node,
  freeBytes: freeBytes(folder),
  writeProblem: writeProblem(folder),
  zonesAreRight: zonesAreRight(),
  openFilesMax: openFilesMax(),
});

function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function writeProblem(folder: string): string | null {
  const file = join(folder, `.doctor-${process.pid}.tmp`);
  try {
    const handle = openSync(file, 'wx', 0o600);
    try {
      writeSync(handle, 'plimsoll');
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    rmSync(file, { force: true });
  }
}

/** Days in winter and summer, before and after the law of 2007. */
const SAMPLES = ['2005-03-28', '2006-04-10', '2024-01-15', '2024-07-15', '2024-11-04'];

function zonesAreRight(): boolean {
  try {
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'America/New_York',
      timeStyle: 'medium',
    });
    return SAMPLES.every((date) => {
      const at: Instant = instantOn(date as DateText, '09:30');
      return clock.format(at) === exchangeClock(at);
    });
  } catch {
    return false;
  }
}

/** The soft limit on open files; null on systems that do not tell it so. */
function openFilesMax(): number | null {
  try {
    const text = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
    if (soft === undefined) return null;
    return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
  } catch {
    return null;
  }
}
