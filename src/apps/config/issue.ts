import type { z } from 'zod';
import { type ConfigError, configError } from './error.ts';
import { nearest } from './nearest.ts';
import {
  type ConfigNode,
  type KeyPath,
  keyPlaceOf,
  keyText,
  nodeAt,
  placeOf,
  showNode,
} from './node.ts';
import { isObjectSchema, keysOf, optionsOf, schemaAt } from './shape.ts';

type Issue = z.core.$ZodIssue;

/** What turns a schema's refusals into errors with places. */
export interface IssueContext {
  readonly root: ConfigNode;
  /** Where the refused value lies in the tree. */
  readonly base: KeyPath;
  readonly schema: z.ZodType;
  redact(text: string): string;
}

/** One error, or several, for each issue of a schema. */
export const errorsOf = (issues: readonly Issue[], context: IssueContext): ConfigError[] =>
  issues.flatMap((issue) => errorsOfIssue(issue, context));

function errorsOfIssue(issue: Issue, context: IssueContext): ConfigError[] {
  const { root, schema, base } = context;
  const path = [...base, ...issue.path.map(keyPart)];
  const node = nodeAt(root, path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(schemaAt(schema, issue.path));
    return issue.keys.map((key) => unknownKey(context.root, [...path, key], known));
  }
  if (issue.code === 'invalid_union' && node?.kind === 'map') {
    const best = bestBranch(issue.errors, optionsOf(schemaAt(schema, issue.path)));
    if (best) return errorsOf(best.issues, { ...context, schema: best.schema, base: path });
  }
  const wanted = wantedOf(issue, isFilled(node), context);
  const suggestion = isFilled(node) ? undefined : suggestionOf(issue, node);
  const parts = { key: keyText(path), found: showNode(node), wanted, suggestion };
  return [configError(placeOf(root, path), parts)];
}

const keyPart = (part: PropertyKey): string | number =>
  typeof part === 'symbol' ? String(part) : part;

/** An error for a key that nobody knows. */
export function unknownKey(root: ConfigNode, path: KeyPath, known: readonly string[]): ConfigError {
  const name = String(path.at(-1));
  return configError(keyPlaceOf(root, path), {
    key: keyText(path),
    found: `the unknown key ${JSON.stringify(name.slice(0, 60))}`,
    wanted: known.length > 0 ? `one of ${known.join(', ')}` : 'none',
    suggestion: nearest(name, known),
  });
}

/** Whether the environment had a part in the value, so that nothing of it may be shown. */
export const isFilled = (node: ConfigNode | undefined): boolean =>
  node?.kind === 'scalar' && typeof node.value === 'string' && node.value.includes('${');

/** Of the forms a map may have, the one with the least wrong; the first of equals. */
function bestBranch(branches: readonly Issue[][], options: readonly z.ZodType[]) {
  let best: { issues: readonly Issue[]; schema: z.ZodType; wrong: number } | undefined;
  for (const [i, schema] of options.entries()) {
    const issues = branches[i] ?? [];
    const known = keysOf(schema);
    const wrong = issues.reduce((sum, issue) => sum + weightOf(issue, known), 0);
    if (isObjectSchema(schema) && (!best || wrong < best.wrong)) best = { issues, schema, wrong };
  }
  return best;
}

/**
 * How much an issue speaks against a form: what is wrong deep inside of it, little; an unknown key
 * near a known one, half, since then this form was meant.
 */
function weightOf(issue: Issue, known: readonly string[]): number {
  if (issue.path.length > 1) return 1;
  if (issue.code !== 'unrecognized_keys') return 10;
  if (issue.path.length === 1) return 1;
  return issue.keys.reduce((sum, key) => sum + (nearest(key, known) === undefined ? 10 : 5), 0);
}

const YES_OR_NO: Readonly<Record<string, string>> = {
  yes: 'true', on: 'true', y: 'true', true: 'true',
  no: 'false', off: 'false', n: 'false', false: 'false',
}; // prettier-ignore

function suggestionOf(issue: Issue, node: ConfigNode | undefined): string | undefined {
  if (issue.code === 'custom') return issue.params?.['suggestion'];
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  if (issue.code === 'invalid_value') return nearest(node.value, issue.values.map(String));
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'boolean') return YES_OR_NO[node.value.trim().toLowerCase()];
  const bare = node.value.trim().replace(/ ?%$/, '');
  return issue.expected === 'number' && /^[+-]?\d+(?:\.\d+)?$/.test(bare) ? bare : undefined;
}

/** The messages zod makes by itself; any other was written by the schema's author. */
const BY_ZOD = /^(?:Invalid|Too small|Too big)/;

function wantedOf(issue: Issue, isSecret: boolean, context: IssueContext): string {
  if (BY_ZOD.test(issue.message) && issue.code !== 'custom') return plainWanted(issue);
  const isPhrase = issue.code !== 'custom' || 'suggestion' in (issue.params ?? {});
  if (isSecret && !isPhrase) return 'a value the strategy accepts';
  const message = context.redact(issue.message);
  if (message.startsWith('wanted ')) return message.slice('wanted '.length);
  return isPhrase ? message : `a value the strategy accepts (${message})`;
}

const KINDS: Readonly<Record<string, string>> = {
  number: 'a number', int: 'a whole number', string: 'text', boolean: 'true or false',
  object: 'a map', record: 'a map', array: 'a list', tuple: 'a list',
}; // prettier-ignore

function plainWanted(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'too_small':
      return bound(['at least', 'more than'], issue, issue.minimum);
    case 'too_big':
      return bound(['at most', 'less than'], issue, issue.maximum);
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    default:
      return 'a value the strategy accepts';
  }
}

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

function bound(
  [inclusive, exclusive]: readonly [string, string],
  issue: { readonly inclusive?: boolean | undefined; readonly origin: string },
  limit: unknown,
): string {
  const words = issue.inclusive === false ? exclusive : inclusive;
  return `${words} ${String(limit)}${UNITS[issue.origin] ?? ''}`;
}
