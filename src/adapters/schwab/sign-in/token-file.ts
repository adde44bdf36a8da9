import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Instant } from '../../../base/index.ts';
import { Secret } from '../../secret.ts';
import { recordOf } from '../http-json.ts';

/** What the sign-in gave us, as it lies in `token.json`. */
export interface TokenSet {
  /** When the owner signed in: the refresh token's seven days count from here. */
  readonly createdAt: Instant;
  readonly access: Secret;
  readonly refresh: Secret;
  readonly id: Secret | null;
  /** When the access token ends, by our clock. */
  readonly expiresAt: Instant;
  /** Its whole life in seconds. */
  readonly expiresIn: number;
  readonly scope: string;
  readonly type: string;
}

/** Tells one state of the file from the next: a re-login by another process shows here. */
export type FileMark = string;

/** Thrown for a token file that cannot be used; the message never says what is in it. */
export class TokenFileError extends Error {
  readonly code: 'missing' | 'unsafe' | 'unreadable';

  constructor(code: TokenFileError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The calls into the file system, so that a test can let each of them fail. */
export type Disk = Pick<
  typeof fs,
  | 'openSync'
  | 'fchmodSync'
  | 'fstatSync'
  | 'writeSync'
  | 'fsyncSync'
  | 'closeSync'
  | 'renameSync'
  | 'rmSync'
>;

const BYTES_MAX = 65_536;
const PRIVATE = 0o600;
const OTHERS = 0o077;
const isWindows = process.platform === 'win32';

/** The file's mark, or null where it cannot be seen. */
export function tokenMark(path: string): FileMark | null {
  try {
    const stat = fs.statSync(path, { bigint: true });
    return `${stat.ino}:${stat.mtimeNs}:${stat.size}`;
  } catch {
    return null;
  }
}

/**
 * The tokens of the file, in the shape of schwab-py: `creation_timestamp` and `token`. A file that
 * others may read is made private first. Throws `TokenFileError`.
 */
export function readTokenFile(path: string): TokenSet {
  let fd: number;
  try {
    fd = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') {
      throw new TokenFileError('missing', `There is no "${path}": run "plimsoll login schwab"`);
    }
    throw new TokenFileError('unsafe', `"${path}" cannot be opened as a plain file (${code})`);
  }
  try {
    return parseTokens(textOf(fd, path), path);
  } finally {
    fs.closeSync(fd);
  }
}

function textOf(fd: number, path: string): string {
  const stat = fs.fstatSync(fd);
  if (!stat.isFile()) throw new TokenFileError('unsafe', `"${path}" is no plain file`);
  if (stat.size > BYTES_MAX) {
    throw new TokenFileError('unreadable', `"${path}" has more than ${BYTES_MAX} bytes`);
  }
  if (!isWindows && (stat.mode & OTHERS) !== 0) {
    try {
      fs.fchmodSync(fd, PRIVATE);
    } catch {
      throw new TokenFileError('unsafe', `Others may read "${path}": run "chmod 600" on it`);
    }
  }
  const bytes = Buffer.alloc(BYTES_MAX);
  let length = 0;
  for (;;) {
    const got = fs.readSync(fd, bytes, length, BYTES_MAX - length, null);
    if (got === 0) return bytes.toString('utf8', 0, length);
    length += got;
  }
}

function parseTokens(text: string, path: string): TokenSet {
  const tokens = tokensOf(jsonIn(text));
  if (tokens !== null) return tokens;
  throw new TokenFileError('unreadable', `"${path}" is no token file of a Schwab sign-in`);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** A token as text: what can stand in a header, and nothing else. */
const TOKEN = /^[\x21-\x7e]{8,8192}$/;
const secretOf = (value: unknown): Secret | null =>
  typeof value === 'string' && TOKEN.test(value) ? new Secret(value, 'short') : null;

const SECONDS_MAX = 99_999_999_999;
const instantOf = (seconds: unknown): Instant | null =>
  typeof seconds === 'number' && seconds > 0 && seconds < SECONDS_MAX
    ? (Math.floor(seconds * 1_000) as Instant)
    : null;

function tokensOf(value: unknown): TokenSet | null {
  const file = recordOf(value);
  const token = recordOf(file?.['token']);
  const createdAt = instantOf(file?.['creation_timestamp']);
  if (token === null || createdAt === null) return null;
  return tokenSetOf(token, createdAt, instantOf(token['expires_at']));
}

const EXPIRES_IN = 1_800;

/**
 * Tokens as they come from the broker or lie in the file; null where one is missing.
 * `expiresAt` null counts as ended.
 */
export function tokenSetOf(
  token: Readonly<Record<string, unknown>>,
  createdAt: Instant,
  expiresAt: Instant | null,
): TokenSet | null {
  const access = secretOf(token['access_token']);
  const refresh = secretOf(token['refresh_token']);
  if (access === null || refresh === null) return null;
  const { expires_in: expiresIn, scope, token_type: type } = token;
  return {
    createdAt,
    access,
    refresh,
    id: secretOf(token['id_token']),
    expiresAt: expiresAt ?? (0 as Instant),
    expiresIn: typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : EXPIRES_IN,
    scope: typeof scope === 'string' ? scope : 'api',
    type: typeof type === 'string' ? type : 'Bearer',
  };
}

/** The file's text. */
function tokenText(tokens: TokenSet): string {
  const token = {
    access_token: tokens.access.reveal(),
    refresh_token: tokens.refresh.reveal(),
    ...(tokens.id === null ? {} : { id_token: tokens.id.reveal() }),
    expires_at: Math.floor(tokens.expiresAt / 1_000),
    expires_in: tokens.expiresIn,
    scope: tokens.scope,
    token_type: tokens.type,
  };
  const created = Math.floor(tokens.createdAt / 1_000);
  return `${JSON.stringify({ creation_timestamp: created, token }, null, 2)}\n`;
}

let lastNumber = 0;

/**
 * Replaces the file: whoever reads it sees the old tokens or the new ones, also after a power loss,
 * and when it returns the new ones are on the disk. On an error the old ones stay; rethrows it.
 */
export function writeTokenFile(path: string, tokens: TokenSet, disk: Disk = fs): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${(lastNumber += 1)}.new`);
  try {
    writePrivate(temporary, Buffer.from(tokenText(tokens)), disk);
    disk.renameSync(temporary, path);
  } catch (error) {
    disk.rmSync(temporary, { force: true });
    throw error;
  }
  if (isWindows) return;
  const fd = disk.openSync(folder, 'r');
  try {
    disk.fsyncSync(fd);
  } finally {
    disk.closeSync(fd);
  }
}

/** Removes what writers that ended half-way left beside the file: it holds tokens. */
export function sweepTokenFiles(path: string): void {
  const folder = dirname(path);
  for (const name of fs.readdirSync(folder)) {
    const isLeft = name.startsWith(`.${basename(path)}.`) && name.endsWith('.new');
    if (isLeft) fs.rmSync(join(folder, name), { force: true });
  }
}

function writePrivate(path: string, bytes: Buffer, disk: Disk): void {
  const fd = disk.openSync(path, 'w', PRIVATE);
  try {
    if (!isWindows) disk.fchmodSync(fd, PRIVATE);
    for (let done = 0; done < bytes.length;) done += disk.writeSync(fd, bytes, done);
    disk.fsyncSync(fd);
  } finally {
    disk.closeSync(fd);
  }
}
