import { describe, expect, test } from 'vitest';
import { timeframeMs } from '../market/index.ts';
import { z } from '../strategy/index.ts';
import { builtinStrategies } from './index.ts';

test('names of built-in strategies are unique', () => {
  const names = builtinStrategies.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(builtinStrategies.map((definition) => ({ name: definition.name, definition })))(
  '$name',
  ({ name, definition }) => {
    const defaults = definition.params.parse({}) as Record<string, unknown>;

    test('is called in lower case with hyphens', () => {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    });

    test('has exactly one series that asks for decisions, and valid timeframes', () => {
      const series = definition.subscriptions(defaults);
      expect(series.filter(({ trigger }) => trigger === true)).toHaveLength(1);
      expect(new Set(series.map(({ symbol }) => symbol)).size).toBe(series.length);
      for (const { timeframe, warmup } of series) {
        expect(timeframeMs(timeframe)).toBeGreaterThan(0);
        expect(warmup).toBeGreaterThan(0);
      }
    });

    test('may hold something, no symbol twice', () => {
      const symbols = definition.universe(defaults);
      expect(symbols.length).toBeGreaterThan(0);
      expect(new Set(symbols).size).toBe(symbols.length);
    });

    test('refuses an unknown parameter by its name', () => {
      const { error } = definition.params.safeParse({ no_such_parameter: 1 });
      expect(z.prettifyError(error!)).toContain('no_such_parameter');
    });

    test('refuses a text where a number or flag is wanted, by the name of the parameter', () => {
      for (const [param, value] of Object.entries(defaults)) {
        if (typeof value === 'string') continue;
        const { error } = definition.params.safeParse({ [param]: 'much' });
        expect(error?.issues.map(({ path }) => path.join('.'))).toContain(param);
      }
    });

    test('what it parsed parses to the same again', () => {
      expect(definition.params.parse(defaults)).toEqual(defaults);
    });

    test('has a JSON Schema with a description of every parameter', () => {
      const schema = z.toJSONSchema(definition.params) as {
        properties: Record<string, { description?: string }>;
      };
      expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(defaults).sort());
      const bare = Object.entries(schema.properties).filter(([, { description }]) => !description);
      expect(bare).toEqual([]);
    });
  },
);
