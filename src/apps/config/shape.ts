import type { z } from 'zod';

/*
 * Reading zod schemas by their definitions, not by their classes: a strategy's own bundle may carry
 * a second copy of zod.
 */

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly getter?: () => z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly catchall?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

const definitionOf = (schema: z.ZodType): Definition => schema.def as unknown as Definition;

/** The schema inside defaults, optionals and pipes. `through` goes past a preprocessing, too. */
function unwrap(schema: z.ZodType, through: boolean): z.ZodType {
  for (let inner = schema; ;) {
    const { type, innerType, in: before, out, getter } = definitionOf(inner);
    let next = type === 'lazy' ? getter?.() : innerType;
    if (type === 'pipe') {
      const isPreprocessed = before !== undefined && definitionOf(before).type === 'transform';
      next = isPreprocessed ? (through ? out : undefined) : before;
    }
    if (next === undefined) return inner;
    inner = next;
  }
}

/** The schema that answers for the value at `path`, undefined where that is open. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let at: z.ZodType | undefined = unwrap(schema, true);
  for (const part of path) {
    const here: Definition | undefined = at && definitionOf(at);
    const next: z.ZodType | undefined =
      here?.shape?.[String(part)] ?? here?.element ?? here?.valueType;
    at = next && unwrap(next, true);
  }
  return at;
}

export const isObjectSchema = (schema: z.ZodType): boolean =>
  definitionOf(unwrap(schema, true)).type === 'object';

export const optionsOf = (schema: z.ZodType | undefined): readonly z.ZodType[] =>
  (schema && definitionOf(schema).options) ?? [];

/** The keys an object may have; of a union those of all its forms. */
export function keysOf(schema: z.ZodType | undefined): string[] {
  if (!schema) return [];
  const { shape, options } = definitionOf(unwrap(schema, true));
  return [...new Set(options ? options.flatMap(keysOf) : Object.keys(shape ?? {}))];
}

export interface StrayKey {
  readonly path: readonly (string | number)[];
  readonly known: readonly string[];
}

/** Keys of `value` that an object schema would drop in silence, at any depth outside of unions. */
export function strayKeys(
  schema: z.ZodType,
  value: unknown,
  path: readonly (string | number)[] = [],
): StrayKey[] {
  if (typeof value !== 'object' || value === null) return [];
  const { shape, catchall, element, valueType } = definitionOf(unwrap(schema, false));
  if (Array.isArray(value)) {
    return element ? value.flatMap((item, i) => strayKeys(element, item, [...path, i])) : [];
  }
  return Object.entries(value).flatMap(([key, member]) => {
    const inner = shape && Object.hasOwn(shape, key) ? shape[key] : valueType;
    if (inner) return strayKeys(inner, member, [...path, key]);
    const isStray = shape !== undefined && catchall === undefined;
    return isStray ? [{ path: [...path, key], known: Object.keys(shape) }] : [];
  });
}
