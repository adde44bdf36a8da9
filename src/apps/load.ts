import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { BadInput, sha256 } from '../base/index.ts';
import { builtinStrategies } from '../strategies/index.ts';
import type { StrategyDefinition } from '../strategy/index.ts';
import {
  type Desk,
  deskHash,
  type Env,
  formatConfigErrors,
  loadEnv,
  parseDesk,
  strategyFiles,
} from './config/index.ts';
import { type Definitions, setupOf } from './setup.ts';

/** A desk as loaded: proven, its strategies at hand and hashed. */
export interface LoadedDesk {
  readonly desk: Desk;
  readonly path: string;
  readonly folder: string;
  readonly definitions: Definitions;
  /** SHA-256 of the effective configuration. */
  readonly configHash: string;
  /**
   * By how the desk names them: SHA-256 of an owner's bundled code, or version of a built-in one.
   */
  readonly strategies: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  readonly sets?: readonly string[];
  /** Bars by symbol: a file in the place of the desk's data. */
  readonly bars?: Readonly<Record<string, string>>;
}

/** Wrong usage or configuration; the process exits with 2. */
export class UsageError extends BadInput {}

/** The desk file that `path` means: itself, or `desk.yaml` in the folder it names. */
export function deskPath(path: string): string {
  let isFolder = false;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new UsageError(`Desk "${path}" is not there; "plimsoll init FOLDER" makes one`);
  }
  return isFolder ? join(path, 'desk.yaml') : path;
}

/** Loads and proves a desk; throws `UsageError` with all that is wrong at once. */
export async function loadDesk(given: string, options: LoadOptions = {}): Promise<LoadedDesk> {
  const path = deskPath(given);
  const folder = dirname(resolve(path));
  const text = readText(path);
  const env = loadEnv(join(folder, '.env'));
  if (!env.ok) throw new UsageError(formatConfigErrors(env.error));
  const values = { ...env.value.values, ...process.env };
  const { sets = [], bars = {} } = options;
  const own = await ownStrategies(text, { path, folder, env: values, sets });
  const parsed = parseDesk(text, {
    path,
    env: values,
    sets,
    bars,
    strategies: { builtIn: builtinStrategies, ofFile: (file) => own.get(file)?.definition },
  });
  if (!parsed.ok) throw new UsageError(formatConfigErrors(parsed.error));
  const desk = parsed.value;
  const definitions = (reference: string) => definitionOf(reference, own);
  refuseStrayBars(text, desk, definitions, Object.keys(bars));
  return {
    desk,
    path,
    folder,
    definitions,
    configHash: deskHash(desk),
    strategies: hashesOf(desk, own),
    warnings: env.value.warnings,
  };
}

/** Bars of a symbol that the desk neither names nor follows are a misspelling, not data. */
function refuseStrayBars(
  text: string,
  desk: Desk,
  definitions: Definitions,
  given: readonly string[],
): void {
  if (given.length === 0) return;
  const named = Object.keys((parse(text) as { data?: object }).data ?? {});
  const { series } = setupOf(desk, definitions, { account: desk.name, record: 'all' });
  const known = [...named, ...series.map(({ symbol }) => symbol), desk.benchmark];
  for (const symbol of given) {
    if (known.includes(symbol)) continue;
    const wanted = `a symbol of the desk: ${[...new Set(known)].filter(Boolean).join(', ')}`;
    throw new UsageError(`--bars: found "${symbol}", which no book follows; wanted ${wanted}`);
  }
}

type Own = ReadonlyMap<string, { definition: StrategyDefinition; hash: string }>;

async function ownStrategies(
  text: string,
  {
    path,
    folder,
    env,
    sets,
  }: {
    path: string;
    folder: string;
    env: Env;
    sets: readonly string[];
  },
): Promise<Own> {
  const own = new Map<string, { definition: StrategyDefinition; hash: string }>();
  for (const file of strategyFiles(text, { path, env, sets })) {
    const { loadUserStrategy } = await import('./user-strategies.ts');
    const cache = join(folder, '.cache', 'strategies');
    try {
      own.set(file, await loadUserStrategy(resolve(folder, file), cache));
    } catch (error) {
      throw error instanceof BadInput ? new UsageError(error.message) : error;
    }
  }
  return own;
}

function definitionOf(reference: string, own: Own): StrategyDefinition {
  const found =
    own.get(reference)?.definition ?? builtinStrategies.find((one) => one.name === reference);
  if (!found) throw new UsageError(`Strategy "${reference}" is not known`);
  return found;
}

function hashesOf(desk: Desk, own: Own): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const { origin } of desk.books) {
    if (origin.kind === 'signals')
      hashes[origin.file] = sha256(readText(resolve(desk.folder, origin.file)));
    else if (origin.strategy.kind === 'file') {
      hashes[origin.strategy.file] = own.get(origin.strategy.file)?.hash ?? '';
    } else {
      const { name } = origin.strategy;
      hashes[name] = definitionOf(name, own).version;
    }
  }
  return hashes;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UsageError(`File "${path}" cannot be read (${code})`);
  }
}

/** Strategies of a desk that was proven before, by how it names them. */
export async function definitionsOf(desk: Desk, cache: string): Promise<Definitions> {
  const own = new Map<string, { definition: StrategyDefinition; hash: string }>();
  for (const { origin } of desk.books) {
    if (origin.kind !== 'strategy' || origin.strategy.kind !== 'file') continue;
    const { loadUserStrategy } = await import('./user-strategies.ts');
    const { file } = origin.strategy;
    own.set(file, await loadUserStrategy(resolve(desk.folder, file), cache));
  }
  return (reference) => definitionOf(reference, own);
}
