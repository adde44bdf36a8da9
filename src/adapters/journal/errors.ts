/** Why a journal takes no more records. */
export type RefusalCode =
  | 'diskFull'
  | 'readOnly'
  | 'ioError'
  | 'moved'
  | 'otherWriter'
  | 'conflict'
  | 'closed';

/** What a person can do about it. */
const REMEDY: Record<RefusalCode, string> = {
  diskFull: 'free space on the disk, then start again',
  readOnly: 'make the folder writable, then start again',
  ioError: 'check the disk, then start again',
  moved: 'put the journal back, then start again',
  otherWriter: 'stop the other process first',
  conflict: 'another process wrote to this journal: find it, then start again',
  closed: 'open it again',
};

/**
 * The journal could not be written. Nothing of the group was kept, and it refuses all further
 * groups until it is opened again. The one exception to the first half: when the disk fails in the
 * very last step of a commit (`ioError` on sync), the group may be found whole after a restart,
 * never in part.
 */
export class JournalRefused extends Error {
  override readonly name = 'JournalRefused';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, path: string, detail: string, options?: ErrorOptions) {
    super(`Journal "${path}" refused: ${detail} (${code}); ${REMEDY[code]}`, options);
    this.code = code;
  }
}

/** The first thing found wrong in a journal. */
export interface Damage {
  /** "head" is the file beside the database that remembers its end; "file" the database as such. */
  readonly place: 'record' | 'content' | 'snapshot' | 'head' | 'file';
  /** Number of the first bad record, content or snapshot; 0 in the other places. */
  readonly seq: number;
  readonly reason: string;
  readonly found: string;
  readonly wanted: string;
}

/** The journal is not as it was written. It is left as found; nobody trades on it. */
export class JournalDamaged extends Error {
  override readonly name = 'JournalDamaged';
  readonly damage: Damage;

  constructor(path: string, damage: Damage, options?: ErrorOptions) {
    const which = damage.seq > 0 ? ` "${damage.seq}"` : '';
    const { place, reason, found, wanted } = damage;
    const what = `${reason}, found "${found}", wanted "${wanted}"`;
    super(`Journal "${path}" is damaged at ${place}${which}: ${what}`, options);
    this.damage = damage;
  }
}

/** What SQLite and the file system tell of an error; members are absent where unknown. */
interface Told {
  readonly code?: string;
  readonly errcode?: number;
  readonly systemErrno?: number;
}

/** Primary result codes of SQLite: https://www.sqlite.org/rescode.html */
const SQLITE = {
  error: 1,
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  constraint: 19,
  notADatabase: 26,
};
const PRIMARY = 0xff;

/** Some queries of the npm package tell only SQLite's text of the code. */
const TEXTS: readonly (readonly [text: RegExp, errcode: number])[] = [
  [/malformed/, 11],
  [/not a database/, 26],
  [/disk I\/O error/, 266],
  [/^no such|too large to be represented/, 1],
  [/is locked/, 5],
  [/readonly database/, 8],
  [/disk is full/, 13],
];

/** SQLite's extended result code; 0 for an error that is not SQLite's. */
function resultCode(error: unknown): number {
  const { errcode } = error as Told;
  return errcode ?? TEXTS.find(([text]) => text.test(messageOf(error)))?.[1] ?? 0;
}

const primaryCode = (error: unknown): number => resultCode(error) & PRIMARY;

/** Errno of Linux and macOS: no space left, quota exceeded (two numbers), read-only file system. */
const DISK_FULL_ERRNOS = [28, 122, 69];
const READ_ONLY_ERRNO = 30;

/** Reads that failed: of a sector, beyond the end, of data that the file system disowns. */
const READ_FAILURES = [266, 522, 8202, 8458];

/**
 * Whether an error is about what the file holds: no sound database, a table that is not what our
 * statements name, a number no record can have, a sector that cannot be read.
 */
export function isDamage(error: unknown): boolean {
  const bad = [SQLITE.error, SQLITE.corrupt, SQLITE.notADatabase];
  return (
    bad.includes(primaryCode(error)) ||
    READ_FAILURES.includes(resultCode(error)) ||
    (error as Told).code === 'ERR_OUT_OF_RANGE'
  );
}

/** Damage of the file as such, as SQLite tells it. */
export const fileDamage = (error: unknown): Damage => ({
  place: 'file',
  seq: 0,
  reason: 'the database cannot be read',
  found: messageOf(error),
  wanted: 'a journal',
});

/** Whether another connection holds the lock. */
export const isBusy = (error: unknown): boolean =>
  [SQLITE.busy, SQLITE.locked].includes(primaryCode(error));

/** The refusal's code for an error of SQLite or of the file system. */
export function refusalCode(error: unknown): RefusalCode {
  const { code, systemErrno = 0 } = error as Told;
  const primary = primaryCode(error);
  if (primary === SQLITE.full || DISK_FULL_ERRNOS.includes(systemErrno)) return 'diskFull';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'diskFull';
  if (primary === SQLITE.readOnly || systemErrno === READ_ONLY_ERRNO) return 'readOnly';
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return 'readOnly';
  if (primary === SQLITE.constraint) return 'conflict';
  return isBusy(error) ? 'otherWriter' : 'ioError';
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
