import type { Damage } from './errors.ts';
import type { Head, HeadMark } from './head.ts';
import { countContents, hashAt, lastRecord } from './reader.ts';
import type { Database } from './sqlite.ts';

/** What a journal's end, held against its head file, shows. */
export type Tail =
  | {
      readonly ok: true;
      /** The end of the database itself. */
      readonly end: HeadMark;
      /** Records after the mark: durable, but not noted before the process or the power went. */
      readonly unnoted: number;
    }
  | { readonly ok: false; readonly damage: Damage };

const fault = (
  place: Damage['place'],
  seq: number,
  reason: string,
  found: string,
  wanted: string,
): Tail => ({
  ok: false,
  damage: { place, seq, reason, found, wanted },
});

/**
 * Holds the end of the database against `head`, which was read before the database was: a writer at
 * work moves the database first. A mark may lag behind the end, never run ahead of it.
 */
export function checkTail(db: Database, head: Head): Tail {
  const end: HeadMark = { ...lastRecord(db), contents: countContents(db) };
  if (head.kind === 'none') {
    return end.seq === 0 && end.contents === 0
      ? { ok: true, end, unnoted: 0 }
      : fault('head', 0, 'the head file is missing', 'none', `one for "${end.seq}" records`);
  }
  if (head.kind === 'damaged') return { ok: false, damage: head.damage };
  const { mark } = head;
  if (mark.seq > end.seq) {
    const reason = 'it is missing: the journal was cut short';
    return fault('record', end.seq + 1, reason, `${end.seq} records`, `${mark.seq} records`);
  }
  const found = hashAt(db, mark.seq) ?? 'none';
  if (found !== mark.hash) {
    return fault('record', mark.seq, 'it is not the one that was written', found, mark.hash);
  }
  if (mark.contents > end.contents) {
    const reason = 'it is missing: the contents were cut short';
    const [has, had] = [`${end.contents} contents`, `${mark.contents} contents`];
    return fault('content', end.contents + 1, reason, has, had);
  }
  return { ok: true, end, unnoted: end.seq - mark.seq };
}

/** Whether the head file, if there is one, says that nothing was ever written. */
export const isUnused = (head: Head): boolean =>
  head.kind === 'none' || (head.kind === 'mark' && head.mark.seq + head.mark.contents === 0);

/** What is wrong with a journal whose database is missing or empty, though it was used. */
export function allGone(head: Head): Damage {
  if (head.kind === 'damaged') return head.damage;
  const seq = head.kind === 'mark' ? head.mark.seq : 0;
  const reason = 'it is missing: the database is gone';
  return { place: 'record', seq: 1, reason, found: 'no records', wanted: `${seq} records` };
}
