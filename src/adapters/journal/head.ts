import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { GENESIS, hashOf } from './chain.ts';
import type { Damage } from './errors.ts';

/**
 * Where the journal's end was after an append: last record, its hash, number of contents.
 *
 * A hash chain cannot see that its last links are gone. So after each durable group the end is
 * noted here, outside of the database: two slots a page apart, overwritten in turn, not synced.
 * It is noted after the database is synced, so the mark is never ahead of the records, whatever
 * happens to the machine; after a kill it lags by one group at most, after a power loss by what the
 * system had not yet written back; opening and closing write both slots and sync them.
 * It proves that no record up to the mark is gone. It does not prove who wrote it: a person who
 * can write both files can shorten both, and only a signature kept elsewhere would tell.
 */
export interface HeadMark {
  readonly seq: number;
  readonly hash: string;
  readonly contents: number;
}

export const FIRST_MARK: HeadMark = { seq: 0, hash: GENESIS, contents: 0 };

export const headPath = (path: string): string => `${path}-head`;

const SLOT_BYTES = 256;
/** A slot a page: a write that fails halfway harms one of them only. */
const PAGE_BYTES = 4096;
const SLOTS = 2;

function slotText(mark: HeadMark): string {
  const figures = [mark.seq, mark.contents].map((n) => String(n).padStart(16, '0'));
  const text = `plimsoll-head 1 ${figures.join(' ')} ${mark.hash}`;
  return `${`${text} ${hashOf(text)}`.padEnd(SLOT_BYTES - 1)}\n`;
}

/** The mark in a slot's text; undefined unless the text is that mark's, byte for byte. */
function parseSlot(text: string): HeadMark | undefined {
  const [, , seq, contents, hash] = text.split(' ');
  const mark = { seq: Number(seq), hash: hash ?? '', contents: Number(contents) };
  return slotText(mark) === text ? mark : undefined;
}

/** A slot may be read while it is being written: look again before calling it bad. */
const LOOKS = 3;

/** What the head file says; "none" when there is no such file. */
export type Head =
  | { readonly kind: 'none' }
  | { readonly kind: 'mark'; readonly mark: HeadMark }
  | { readonly kind: 'damaged'; readonly damage: Damage };

/**
 * The newest mark of the journal at `path`.
 * A damaged slot is damage even though the other one can be read, for it may have been the newer.
 */
export function readHead(path: string): Head {
  for (let look = 1; ; look++) {
    const file = readIfThere(headPath(path));
    if (file === undefined) return { kind: 'none' };
    const slots = Array.from({ length: SLOTS }, (_, i) =>
      parseSlot(file.toString('latin1', i * PAGE_BYTES, i * PAGE_BYTES + SLOT_BYTES)),
    );
    const [a, b] = slots;
    if (a && b && file.length === SLOTS * PAGE_BYTES) {
      return { kind: 'mark', mark: isNewer(a, b) ? a : b };
    }
    if (look === LOOKS) return { kind: 'damaged', damage: damagedHead(file.length, slots) };
  }
}

const isNewer = (a: HeadMark, b: HeadMark): boolean =>
  a.seq > b.seq || (a.seq === b.seq && a.contents > b.contents);

function damagedHead(bytes: number, slots: readonly (HeadMark | undefined)[]): Damage {
  const bad = slots.findIndex((slot) => slot === undefined);
  const reason =
    bad < 0
      ? 'the head file has the wrong length'
      : `slot "${bad}" of the head file does not verify`;
  return { place: 'head', seq: 0, reason, found: `${bytes} bytes`, wanted: 'two slots as written' };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes the head file anew with `mark` in both slots, durably. */
export function createHead(path: string, mark: HeadMark): void {
  const temporary = `${headPath(path)}-new`;
  const fd = openSync(temporary, 'w', 0o600);
  try {
    const file = Buffer.alloc(SLOTS * PAGE_BYTES);
    for (let i = 0; i < SLOTS; i++) file.write(slotText(mark), i * PAGE_BYTES, 'latin1');
    writeSync(fd, file);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, headPath(path));
  syncFolder(dirname(path));
}

/** Makes names created in `folder` durable. Windows has no such call and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes the mark of an open journal; the file is there already. */
export class HeadFile {
  readonly #fd: number;
  #writes = 0;

  constructor(path: string) {
    this.#fd = openSync(headPath(path), 'r+');
  }

  /** Notes `mark` in the slot that is not the newest. Takes some microseconds; not synced. */
  note(mark: HeadMark): void {
    const position = (this.#writes % SLOTS) * PAGE_BYTES;
    writeSync(this.#fd, slotText(mark), position, 'latin1');
    this.#writes += 1;
  }

  /** Notes `mark` in both slots and syncs them. */
  settle(mark: HeadMark): void {
    for (let i = 0; i < SLOTS; i++) this.note(mark);
    fsyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
