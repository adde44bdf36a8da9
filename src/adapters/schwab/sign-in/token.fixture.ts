import { type Instant, MINUTE_MS } from '../../../base/index.ts';
import { Secret } from '../../secret.ts';
import type { Grant } from './auth.ts';
import { alone, tokenFolder, tokenSet } from '../http.fixture.ts';
import { SchwabTokens, type TokenClaim, type TokenOptions } from './token.ts';
import type { Disk } from './token-file.ts';

export const START = Date.UTC(2026, 0, 5, 14, 0) as Instant;
const folders: (() => void)[] = [];

/** Removes the folders that were made. */
export function removeFolders(): void {
  for (const remove of folders.splice(0)) remove();
}

export function desk(
  parts: { tokens?: ReturnType<typeof tokenSet>; claim?: TokenClaim; disk?: Disk } = {},
) {
  const { path, remove } = tokenFolder(parts.tokens ?? tokenSet({ createdAt: START }));
  folders.push(remove);
  const world = {
    path,
    now: START as number,
    asked: [] as string[],
    grant: null as null | (() => Promise<Grant>),
  };
  const refresh: TokenOptions['auth']['refresh'] = (tokens) => {
    world.asked.push(tokens.refresh.reveal());
    if (world.grant !== null) return world.grant();
    const access = new Secret(`access-token-${world.asked.length}`);
    const expiresAt = (world.now + 30 * MINUTE_MS) as Instant;
    return Promise.resolve({ kind: 'granted', tokens: { ...tokens, access, expiresAt } });
  };
  const open = (more: Partial<TokenOptions> = {}) =>
    new SchwabTokens({
      path,
      auth: { refresh },
      claim: parts.claim ?? alone,
      now: () => world.now as Instant,
      againMs: 5,
      ...(parts.disk && { disk: parts.disk }),
      ...more,
    });
  return { world, open };
}

export const refused: Grant = { kind: 'refused', reason: 'invalid_grant' };

/** Throws as the file system does. */
export function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}
