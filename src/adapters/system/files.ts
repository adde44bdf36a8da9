import {
  closeSync,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { masked, redacted } from '../secret.ts';

export interface WriteOptions {
  /** Permission bits of the file, exactly (the umask does not count). Without it: 0o644. */
  readonly mode?: number;
}

const DEFAULT_MODE = 0o644;

/**
 * Replaces the file at `path` by `data`, or makes it: a reader sees the old content or the new one,
 * never a part, also after a power loss; when it returns, the new one is on the disk.
 * No secret passes (invariant 32). The folder must be there. On an error the old file stays and
 * nothing is left behind; rethrows it.
 */
export function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  { mode = DEFAULT_MODE }: WriteOptions = {},
): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${nextNumber()}.new`);
  try {
    writeDurably(temporary, data, mode);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(folder);
}

let lastNumber = 0;

/** Tells this process's temporary files apart. */
const nextNumber = (): number => (lastNumber += 1);

function writeDurably(path: string, data: string | Uint8Array, mode: number): void {
  // A file of that name can only be what an ended process with our number left behind.
  const fd = openSync(path, 'w', mode);
  try {
    if (process.platform !== 'win32') fchmodSync(fd, mode);
    writeAll(fd, typeof data === 'string' ? Buffer.from(redacted(data)) : data);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** One write call may take a part only. */
function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}

/** Makes files created, renamed or deleted in `folder` durable. Windows has no such call. */
export function syncDirectory(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A text file that grows by whole lines: a view for people and other programs, never read back. */
export interface LineFile {
  /** Adds the lines in one write; they outlive this process, and a power loss after `sync`. */
  append(lines: readonly string[]): void;
  /** Puts all that was added on the disk. */
  sync(): void;
  /** Syncs and closes. */
  close(): void;
}

/**
 * Opens the file at `path` for further lines, or makes it. Half a line at its end, left by a crash,
 * is cut off. Throws what the file system throws; a failed `append` leaves nothing.
 */
export function openLines(path: string, { mode = DEFAULT_MODE }: WriteOptions = {}): LineFile {
  const fd = openSync(path, 'a+', mode);
  try {
    cutHalfLine(fd);
    fsyncSync(fd);
    syncDirectory(dirname(path));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return {
    append: (lines) => appendWhole(fd, lines),
    sync: () => fdatasyncSync(fd),
    close: () => {
      try {
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    },
  };
}

/** All the lines or, when the disk refuses, none. */
function appendWhole(fd: number, lines: readonly string[]): void {
  if (lines.length === 0) return;
  const { size } = fstatSync(fd);
  try {
    writeAll(fd, Buffer.from(masked(`${lines.join('\n')}\n`)));
  } catch (error) {
    ftruncateSync(fd, size);
    throw error;
  }
}

const NEWLINE = 0x0a;
const BLOCK_BYTES = 65_536;

/** Cuts off what follows the last newline. */
function cutHalfLine(fd: number): void {
  const { size } = fstatSync(fd);
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let end = size; ;) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const got = readSync(fd, block, 0, end - start, start);
    const newline = block.subarray(0, got).lastIndexOf(NEWLINE);
    if (newline >= 0 || start === 0) {
      const keep = start + newline + 1;
      if (keep < size) ftruncateSync(fd, keep);
      return;
    }
    end = start;
  }
}
