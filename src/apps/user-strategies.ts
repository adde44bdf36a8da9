import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BadInput, sha256 } from '../base/index.ts';
import type { StrategyDefinition } from '../strategy/index.ts';

export interface UserStrategy {
  readonly definition: StrategyDefinition;
  /** SHA-256 of the bundled code, with which it is recorded. */
  readonly hash: string;
}

const SDK = 'plimsoll';

/** Where the strategy SDK of this build lies. */
function sdkUrl(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`../strategy/index.${extension}`, import.meta.url).href;
}

/**
 * Bundles an owner's strategy with its own imports, and loads its default export (or its only one).
 * The bundle is kept in `cache` under its hash. Throws `BadInput` with file and line for code that
 * does not build, an import that is not there, or a file that exports no strategy.
 */
export async function loadUserStrategy(file: string, cache: string): Promise<UserStrategy> {
  const code = await bundle(file);
  const hash = sha256(code);
  mkdirSync(cache, { recursive: true });
  const path = join(cache, `${basename(file).replace(/\.[^.]+$/, '')}-${hash.slice(0, 16)}.mjs`);
  writeFileSync(path, code.replaceAll(`"${SDK}"`, JSON.stringify(sdkUrl())));
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new BadInput(`Strategy "${file}" fails when it is loaded: ${text}`, { cause: error });
  }
  const definition = exported['default'] ?? Object.values(exported).find(isDefinition);
  if (isDefinition(definition)) return { definition, hash };
  throw new BadInput(
    `Strategy "${file}" exports no strategy, wanted "export default defineStrategy"`,
  );
}

async function bundle(file: string): Promise<string> {
  const { build } = await import('esbuild');
  try {
    const result = await build({
      entryPoints: [file],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
      target: 'es2023',
      external: [SDK],
      logLevel: 'silent',
      legalComments: 'none',
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    throw new BadInput(buildProblem(file, error), { cause: error });
  }
}

function buildProblem(file: string, error: unknown): string {
  const messages = (error as { errors?: { text: string; location?: { line: number } | null }[] })
    .errors;
  const [first] = messages ?? [];
  if (!first) return `Strategy "${file}" does not build: ${String(error)}`;
  const line = first.location ? `:${first.location.line}` : '';
  return `Strategy "${file}"${line} does not build: ${first.text}`;
}

function isDefinition(value: unknown): value is StrategyDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const one = value as Partial<StrategyDefinition>;
  return (
    typeof one.name === 'string' && typeof one.create === 'function' && one.params !== undefined
  );
}
