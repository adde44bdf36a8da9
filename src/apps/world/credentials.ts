import { join } from 'node:path';
import { Secret } from '../../adapters/index.ts';
import { BadInput } from '../../base/index.ts';
import { formatConfigErrors, loadEnv } from '../config/index.ts';

/** The secret of a name, or null where it is not set or blank. */
export type Secrets = (name: string) => Secret | null;

/** What each broker's keys are called in `.env`, by whose money they move. */
export const KEY_NAMES = {
  alpaca: {
    paper: { id: 'ALPACA_PAPER_KEY_ID', secret: 'ALPACA_PAPER_SECRET_KEY' },
    live: { id: 'ALPACA_LIVE_KEY_ID', secret: 'ALPACA_LIVE_SECRET_KEY' },
  },
  schwab: { id: 'SCHWAB_APP_KEY', secret: 'SCHWAB_APP_SECRET' },
} as const;

/**
 * The secrets of a desk: those of its `.env`, which nobody else may read, or of the environment,
 * which goes first. Throws `BadInput` for a file that others may read.
 */
export function secretsOf(folder: string): Secrets {
  const file = loadEnv(join(folder, '.env'), 'refused');
  if (!file.ok) throw new BadInput(formatConfigErrors(file.error));
  const values = { ...file.value.values, ...process.env };
  const known = new Map<string, Secret>();
  for (const names of [KEY_NAMES.alpaca.paper, KEY_NAMES.alpaca.live, KEY_NAMES.schwab]) {
    for (const name of [names.id, names.secret]) {
      const value = values[name]?.trim();
      if (value) known.set(name, new Secret(value));
    }
  }
  return (name) => known.get(name) ?? null;
}

/** Two secrets that only come together. Throws `BadInput` with the names that are missing. */
export function pairOf(
  secrets: Secrets,
  names: { readonly id: string; readonly secret: string },
): { readonly id: Secret; readonly secret: Secret } {
  const id = secrets(names.id);
  const secret = secrets(names.secret);
  if (id !== null && secret !== null) return { id, secret };
  const missing = [id === null ? names.id : null, secret === null ? names.secret : null];
  const wanted = missing.filter((name) => name !== null).join(' and ');
  throw new BadInput(`${wanted}: not set; put the broker's own keys into .env (chmod 600)`);
}
