import { existsSync, readFileSync } from 'node:fs';

/**
 * What lies in a write-ahead log beyond the frames that SQLite takes.
 * SQLite stops at the first frame that does not verify and drops the rest without a word. Of a
 * commit that a power loss interrupted that is right, and at most one commit can be so: each is
 * synced before the next begins. Two or more dropped commits mean that durable frames were altered.
 */
export interface WalTail {
  /** Frames of the current log that SQLite will not take. */
  readonly droppedFrames: number;
  /** Commits among them. */
  readonly droppedCommits: number;
}

/** Layout: https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;

/** Reads the log of the database at `path`; a missing or empty one has no tail. */
export function readWalTail(path: string): WalTail {
  const wal = `${path}-wal`;
  const none = { droppedFrames: 0, droppedCommits: 0 };
  if (!existsSync(wal)) return none;
  const file = readFileSync(wal);
  return file.length <= HEADER_BYTES + FRAME_HEADER_BYTES ? none : tailOf(view(file));
}

const view = (bytes: Buffer): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function tailOf(wal: DataView): WalTail {
  const frameBytes = FRAME_HEADER_BYTES + pageBytes(wal);
  const frames = Math.floor((wal.byteLength - HEADER_BYTES) / frameBytes);
  // With the header altered SQLite takes no frame at all, and only the frames know their salts.
  const sound = headerIsSound(wal);
  const salts = sound ? saltsAt(wal, 16) : saltsAt(wal, HEADER_BYTES + 8);
  let taken = sound ? countTaken(wal, frames, frameBytes) : 0;
  let droppedFrames = 0;
  let droppedCommits = 0;
  for (; taken < frames; taken++) {
    const at = HEADER_BYTES + taken * frameBytes;
    if (saltsAt(wal, at + 8) !== salts) continue;
    droppedFrames += 1;
    if (wal.getUint32(at + 4) !== 0) droppedCommits += 1;
  }
  return { droppedFrames, droppedCommits };
}

/** Page size in bytes; that of every journal when the field itself is altered. */
function pageBytes(wal: DataView): number {
  const bytes = wal.getUint32(8);
  return bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0 ? bytes : 4096;
}

const saltsAt = (wal: DataView, at: number): string =>
  `${wal.getUint32(at)},${wal.getUint32(at + 4)}`;

type Sums = [number, number];

/** SQLite's running checksum over the 32-bit words from `from` up to `to`. */
function addWords(wal: DataView, sums: Sums, from: number, to: number): void {
  const little = (wal.getUint32(0) & 1) === 0;
  let [a, b] = sums;
  for (let at = from; at < to; at += 8) {
    a = (a + wal.getUint32(at, little) + b) >>> 0;
    b = (b + wal.getUint32(at + 4, little) + a) >>> 0;
  }
  sums[0] = a;
  sums[1] = b;
}

const sumsAre = (wal: DataView, sums: Sums, at: number): boolean =>
  wal.getUint32(at) === sums[0] && wal.getUint32(at + 4) === sums[1];

function headerIsSound(wal: DataView): boolean {
  const sums: Sums = [0, 0];
  addWords(wal, sums, 0, 24);
  return (wal.getUint32(0) & ~1) === MAGIC && sumsAre(wal, sums, 24);
}

/** How many frames SQLite takes: up to the last commit before the first that does not verify. */
function countTaken(wal: DataView, frames: number, frameBytes: number): number {
  const sums: Sums = [0, 0];
  addWords(wal, sums, 0, 24);
  const salts = saltsAt(wal, 16);
  let taken = 0;
  for (let frame = 0; frame < frames; frame++) {
    const at = HEADER_BYTES + frame * frameBytes;
    addWords(wal, sums, at, at + 8);
    addWords(wal, sums, at + FRAME_HEADER_BYTES, at + frameBytes);
    if (saltsAt(wal, at + 8) !== salts || !sumsAre(wal, sums, at + 16)) break;
    if (wal.getUint32(at + 4) !== 0) taken = frame + 1;
  }
  return taken;
}
