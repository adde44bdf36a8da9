import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { formatInstant, type Instant } from '../../base/index.ts';
import { loadDesk, UsageError } from '../load.ts';
import { KEY_NAMES, pairOf, secretsOf } from '../world/index.ts';
import { note, say } from './print.ts';

export interface LoginOptions {
  readonly callback: string;
  readonly browser?: boolean;
}

/** `plimsoll login schwab`: signs the owner in; a desk that runs goes on with the new sign-in. */
export async function login(
  broker: string,
  path: string,
  options: LoginOptions,
): Promise<undefined> {
  if (broker !== 'schwab') {
    throw new UsageError(
      `Broker "${broker}" has no sign-in: wanted schwab (Alpaca's keys are in .env)`,
    );
  }
  const { desk, folder } = await loadDesk(path);
  if (desk.broker?.name !== 'schwab') {
    throw new UsageError(`Desk "${path}" does not trade at Schwab: wanted broker.name: schwab`);
  }
  const { id: appKey, secret: appSecret } = pairOf(secretsOf(folder), KEY_NAMES.schwab);
  const { schwabLogin } = await import('../../adapters/schwab/index.ts');
  const { tokenClaim, tokenPath } = await import('../world/schwab.ts');
  mkdirSync(join(folder, 'state'), { recursive: true });
  const age = await schwabLogin({
    appKey,
    appSecret,
    callback: options.callback,
    tokenPath: tokenPath(folder),
    claim: tokenClaim(folder),
    open: (url) => opened(url, options.browser !== false),
    ask,
    say: note,
    now: () => Date.now() as Instant,
    ...(desk.broker.url !== null && { origin: new URL(desk.broker.url) }),
  });
  say(`Signed in with Schwab until ${formatInstant(age.refreshExpiresAt)}`);
  say('A desk that runs goes on with it; sign in again any time before.');
  return undefined;
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['explorer'],
};

/** Opens the address in the browser; where there is none, the owner sees it and opens it. */
function opened(url: string, inBrowser: boolean): void {
  const [command, ...rest] = OPENERS[process.platform] ?? [];
  // The app's key is in it, which Schwab shows in the browser's address too: it is the owner's.
  process.stderr.write(`Sign in at: ${url}\n`);
  if (!inBrowser || command === undefined || process.env['DISPLAY'] === undefined) return;
  const child = spawn(command, [...rest, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError('Nobody can be asked here');
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await prompt.question(question, { signal });
  } finally {
    prompt.close();
  }
}
