import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A secret that was planted, and the files below a desk that may hold it. */
export interface Canary {
  readonly name: string;
  readonly value: string;
  readonly homes: readonly string[];
}

/** Files of secrets: for their owner alone. */
const PRIVATE = new Set(['.env', 'state/schwab-token.json']);
const SHORTEST = 6; // characters of base64: less could be anything

/** How a value may look where it leaves: plain, JSON, URL, hex, and base64 at every alignment. */
export function looksOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const coded = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const inner = text.replaceAll('=', '').slice(Math.ceil((shift * 4) / 3), -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const json = JSON.stringify(value).slice(1, -1);
  const all = [value, json, encodeURIComponent(value), hex, hex.toUpperCase(), ...coded];
  return [...new Set(all)].filter((text) => text.length >= SHORTEST);
}

/** Every file below a folder, hidden ones with the rest. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Which canaries a text holds, and in which look. */
export function leaksIn(where: string, text: string, canaries: readonly Canary[]): string[] {
  return canaries.flatMap(({ name, value }) =>
    looksOf(value)
      .filter((look) => text.includes(look))
      .map((look) => `${where}: ${name} as "${look}"`),
  );
}

/** Every byte that a desk left on the disk: where a canary sings, and secrets others may read. */
export function leaksOnDisk(desk: string, canaries: readonly Canary[]): string[] {
  return filesIn(desk).flatMap((path) => {
    const name = relative(desk, path);
    const strangers = canaries.filter(({ homes }) => !homes.includes(name));
    const text = readFileSync(path, 'latin1');
    const leaks = leaksIn(name, text, strangers);
    const mode = statSync(path).mode & 0o777;
    if (PRIVATE.has(name) && mode !== 0o600) leaks.push(`${name}: mode ${mode.toString(8)}`);
    return leaks;
  });
}
