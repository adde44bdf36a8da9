import { type ConfigError, configError } from './error.ts';
import { nearest } from './nearest.ts';
import { type ConfigNode, type KeyPath, keyText, type ScalarNode } from './node.ts';

/** Environment values by name; a missing or empty one counts as not set. */
export type Env = Readonly<Record<string, string | undefined>>;

export interface Plain {
  /** Maps as objects without a prototype, lists as arrays, `${NAME}` in text replaced. */
  readonly value: unknown;
  readonly errors: readonly ConfigError[];
  /** A text in which each environment value that was put in reads "${NAME}" again. */
  redact(text: string): string;
}

/**
 * The tree as plain values. `${NAME}` anywhere in a text is replaced, once, by the value of NAME;
 * "$${" stands for "${". Errors name the variables that are missing and never show a value.
 */
export function plainOf(root: ConfigNode, env: Env): Plain {
  const errors: ConfigError[] = [];
  const used = new Map<string, string>();
  const walk = (node: ConfigNode, path: KeyPath): unknown => {
    if (node.kind === 'list') return node.items.map((item, i) => walk(item, [...path, i]));
    if (node.kind === 'map') {
      const record = Object.create(null) as Record<string, unknown>;
      for (const [key, entry] of node.entries) record[key] = walk(entry.node, [...path, key]);
      return record;
    }
    return typeof node.value === 'string' ? filled(node, path) : node.value;
  };
  const filled = (node: ScalarNode, path: KeyPath): string =>
    (node.value as string).replace(REFERENCE, (whole, name: string | undefined) => {
      if (whole === '$${') return '${';
      const value = name === undefined ? undefined : env[name];
      if (name !== undefined && value) {
        used.set(name, value);
        return value;
      }
      errors.push(configError(node.at, { key: keyText(path), ...missing(name, env) }));
      return '';
    });
  return { value: walk(root, []), errors, redact: (text) => redacted(text, used) };
}

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]{0,99})\}|\$\{/g;

function missing(name: string | undefined, env: Env) {
  if (name === undefined) return { found: '"${"', wanted: 'the name of a variable as "${NAME}"' };
  const names = Object.keys(env).filter((known) => env[known]);
  const near = nearest(name, names);
  return {
    found: `"\${${name}}", which is not set`,
    wanted: 'a variable of .env or of the environment',
    suggestion: near === undefined ? undefined : `\${${near}}`,
  };
}

function redacted(text: string, used: ReadonlyMap<string, string>): string {
  if (used.size === 0) return text;
  const names = new Map([...used].map(([name, value]) => [value, name]));
  const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length);
  const values = longestFirst.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return text.replace(new RegExp(values.join('|'), 'g'), (value) => `\${${names.get(value)}}`);
}
