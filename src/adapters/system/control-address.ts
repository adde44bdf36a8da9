import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { sha256 } from '../../base/index.ts';

const PATH_MAX = 100; // bytes; systems take 103 to 107
const NAME_DIGITS = 32;

/**
 * Where the process that runs a desk listens: a socket in the desk's folder; where that path is too
 * long for a socket, one in the user's own folder; a pipe on Windows.
 */
export function controlAddress(
  folder: string,
  platform: NodeJS.Platform = process.platform,
): { readonly path: string; readonly isPipe: boolean } {
  const whole = resolve(folder);
  const real = existsSync(whole) ? realpathSync.native(whole) : whole;
  const name = `plimsoll-${sha256(`control ${real}`).slice(0, NAME_DIGITS)}`;
  if (platform === 'win32') return { path: `\\\\.\\pipe\\${name}`, isPipe: true };
  const near = join(real, 'control', 'socket');
  if (Buffer.byteLength(near) <= PATH_MAX) return { path: near, isPipe: false };
  return { path: join(homedir(), '.plimsoll', name, 'socket'), isPipe: false };
}
