import { mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../base/index.ts';
import { type Claim, claimFolder, claimName, type Owner } from './claim.ts';

export type { Owner } from './claim.ts';

/** Held until released, or until the process ends, in whatever way. */
export interface Ownership {
  release(): Promise<void>;
}

/** Another process owns the folder or the account. */
export class OwnedElsewhere extends Error {
  override readonly name = 'OwnedElsewhere';
  readonly what: 'directory' | 'account';
  /** Undefined when it lives but does not answer. */
  readonly owner: Owner | undefined;

  constructor(what: 'directory' | 'account', which: string, owner: Owner | undefined) {
    const who = owner
      ? `process "${owner.pid}", started "${owner.startedAt}" in "${owner.directory}"`
      : 'a process that does not answer';
    super(`The ${what} "${which}" is owned by ${who}: stop it first`);
    this.what = what;
    this.owner = owner;
  }
}

/**
 * Makes this process the one owner, on this machine, of a desk's folder and of its account, for
 * which any stable text will do. The operating system takes ownership back when the process ends, a
 * kill included: there is no file to go stale. The folder is made when missing.
 * Throws `OwnedElsewhere`; then nothing is held.
 */
export async function takeOwnership(directory: string, account: string): Promise<Ownership> {
  mkdirSync(directory, { recursive: true });
  const folder = realpathSync.native(directory);
  const owner = { pid: process.pid, startedAt: new Date().toISOString(), directory: folder };
  const ofFolder = await claim(`directory ${folder}`, owner);
  if (!ofFolder.ok) throw new OwnedElsewhere('directory', folder, ofFolder.owner);
  const ofAccount = await claim(`account ${account}`, owner);
  if (!ofAccount.ok) {
    await ofFolder.release();
    throw new OwnedElsewhere('account', account, ofAccount.owner);
  }
  return {
    release: async () => {
      await ofAccount.release();
      await ofFolder.release();
    },
  };
}

/** Short, because a socket's address may have 100 characters at most. */
const NAME_DIGITS = 32;

/**
 * The right to do what only one process of this machine may do at a time, named by `key`; null
 * while another one has it. The operating system takes it back when the process ends.
 */
export async function claimRight(key: string, folder: string): Promise<Ownership | null> {
  const owner = { pid: process.pid, startedAt: new Date().toISOString(), directory: folder };
  const claimed = await claim(`right ${key}`, owner);
  return claimed.ok ? { release: () => claimed.release() } : null;
}

/** The claim that this system knows how to free by itself. */
function claim(key: string, owner: Owner): Promise<Claim> {
  const name = `plimsoll-${sha256(key).slice(0, NAME_DIGITS)}`;
  if (process.platform === 'linux') return claimName(`\0${name}`, owner);
  if (process.platform === 'win32') return claimName(`\\\\.\\pipe\\${name}`, owner);
  return claimFolder(join(homedir(), '.plimsoll', name), owner);
}
