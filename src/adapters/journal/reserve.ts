import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Room for some ten thousand small records: enough to halt, note it, and rest the exits. */
export const RESERVE_BYTES = 4_000_000;

/** The reserve is laid in only while the disk has this many times as much. */
const SPARE_FACTOR = 4;

const reservePath = (path: string): string => `${path}-reserve`;

/**
 * Keeps `bytes` of the disk for the journal at `path` in a file beside it, unless they are kept
 * already or the disk is too full. Incompressible, so that file systems that pack keep them too.
 */
export function holdReserve(path: string, bytes: number): void {
  const file = reservePath(path);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= bytes) return;
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize < bytes * SPARE_FACTOR) return;
  const fd = openSync(file, 'w', 0o600);
  try {
    writeSync(fd, randomBytes(bytes));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Gives the reserve back to the disk, for the next opening of the journal to live on. */
export const releaseReserve = (path: string): void => rmSync(reservePath(path), { force: true });
